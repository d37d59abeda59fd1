"""Webhooks and mails in the browser: made, changed, tested; what was sent is listed, and sent again."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from experiments.models import Delivery, Subscription
from experiments.services.queue_end import settle
from tests.integration.notices.support import webhook
from tests.integration.web.support import batch_of, browser, post_form, user

pytestmark = pytest.mark.django_db
PAGE = "/notifications/"
URL = "http://127.0.0.1:9/hooks"
ALL: dict[str, Any] = {"events": ["completed", "paused"], "failure_percent": "5"}


def page(client: Client, address: str = PAGE) -> str:
    return unescape(client.get(address).content.decode())


def of(subscription: Subscription) -> str:
    return f"{PAGE}{subscription.pk}/"


def test_a_new_webhook_shows_its_secret_once() -> None:
    client = browser("ann")
    response = post_form(client, PAGE, PAGE, url=URL, **ALL)
    made = Subscription.objects.get()
    assert (made.events, made.failure_percent, made.is_active) == (["completed", "paused"], 5, True)
    assert made.secret in unescape(response.content.decode())
    assert "no-store" in response["Cache-Control"]
    assert made.secret not in page(client, of(made))
    assert URL in page(client)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"url": ""}, "Required."),
        ({"url": "http://example.com/"}, "is not allowed"),
        ({"events": []}, "Choose at least one event."),
        ({"failure_percent": "0"}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(values: dict[str, Any], said: str) -> None:
    response = post_form(browser("ann"), PAGE, PAGE, **{"url": URL, **ALL, **values})
    assert response.status_code == 400
    assert said in unescape(response.content.decode())
    assert not Subscription.objects.exists()


def test_only_staff_are_asked_about_everybody_s() -> None:
    assert "other people" not in page(browser("ann"))
    staff = browser("sam", is_staff=True)
    assert "other people" in page(staff)
    post_form(browser("ann"), PAGE, PAGE, url=URL, all_users="on", **ALL)
    post_form(staff, PAGE, PAGE, url=URL, all_users="on", **ALL)
    assert [one.all_users for one in Subscription.objects.order_by("owner__username")] == [False, True]


def test_it_is_changed_switched_off_and_deleted() -> None:
    client, made = browser("ann"), webhook("ann")
    post_form(client, of(made), of(made), url=URL, events=["paused"], failure_percent="50")  # type: ignore[arg-type]
    made.refresh_from_db()
    assert (made.url, made.events, made.is_active) == (URL, ["paused"], False)
    assert "Off: nothing is sent." in page(client, of(made))
    post_form(client, of(made), f"{of(made)}delete/")
    assert not Subscription.objects.exists()


def test_a_new_secret_replaces_the_old_one() -> None:
    client, made = browser("ann"), webhook("ann")
    old = made.secret
    response = post_form(client, of(made), f"{of(made)}secret/")
    made.refresh_from_db()
    assert made.secret != old
    assert made.secret in unescape(response.content.decode())


def test_the_log_says_how_each_event_went_and_sends_one_again() -> None:
    client, made = browser("ann"), webhook("ann")
    settle(batch_of("ann", ["succeeded"], name="May").pk)
    Delivery.objects.update(state="given_up", attempts=21, http_status=503, error="The receiver answered 503.")
    post_form(client, of(made), f"{of(made)}test/")
    html = page(client, of(made))
    assert "A test event is on its way." in html
    assert "Given up" in html
    assert "The receiver answered 503." in html
    assert ">May</a>" in html
    given_up = Delivery.objects.get(event="completed")
    post_form(client, of(made), f"{of(made)}deliveries/{given_up.pk}/replay/")
    assert Delivery.objects.get(pk=given_up.pk).state == "waiting"


def test_a_long_log_has_older_pages() -> None:
    client, made = browser("ann"), webhook("ann")
    Delivery.objects.bulk_create(
        Delivery(subscription=made, message_id=f"msg_{number}", event="test", body="{}") for number in range(60)
    )
    html = page(client, of(made))
    assert "msg_59<" in html
    assert "msg_9<" not in html
    older = html.partition('href="?before=')[2].partition('"')[0]
    assert "msg_9<" in page(client, f"{of(made)}?before={older}")


def test_mails_are_chosen_and_given_up_again(settings: Any) -> None:
    client = browser("ann", email="ann@example.com")
    settings.EMAIL_HOST = ""
    assert "This site sends no mail" in page(client)
    settings.EMAIL_HOST = "smtp.example.com"
    assert "ann@example.com" in page(client)
    post_form(client, PAGE, f"{PAGE}mail/", **ALL)
    mails = Subscription.objects.get()
    assert (mails.way, mails.events, mails.failure_percent) == ("email", ["completed", "paused"], 5)
    assert "Mails" in page(client, of(mails))
    post_form(client, PAGE, f"{PAGE}mail/", failure_percent="5")
    assert not Subscription.objects.exists()


def test_nobody_sees_another_s_not_even_staff() -> None:
    made = webhook("ann", "http://127.0.0.1:9/of-ann")
    for client in (browser("bob"), browser("sam", is_staff=True)):
        assert "of-ann" not in page(client)
        assert client.get(of(made)).status_code == 404


def test_the_menu_leads_there() -> None:
    user("ann")
    assert f'href="{PAGE}"' in page(browser("ann"), "/csv-batch/")
