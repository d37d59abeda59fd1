"""Webhooks by the API: made, read, changed, tested, deleted; nobody sees another's."""

from typing import Any

import pytest

from experiments.core.webhooks import new_secret, secret_problem
from experiments.models import AuditEntry, Delivery, Subscription
from experiments.services import subscriptions
from tests.integration.notices.support import SECRET, webhook
from tests.integration.web.support import user
from tests.support.api import Api

pytestmark = pytest.mark.django_db
AT = "/subscriptions"
URL = "http://127.0.0.1:9/hooks?key=hidden"
EVENTS = ["completed", "paused", "cancelled", "failure_share"]


@pytest.fixture
def ann() -> Api:
    return Api.as_user("ann")


def made(api: Api, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api.post(AT, {"url": URL, **values})
    return answer


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(ann: Api) -> None:
    answer = made(ann)
    secret = answer.pop("secret")
    assert secret_problem(secret) == ""
    assert answer == {
        "id": answer["id"],
        "way": "webhook",
        "url": URL,
        "events": EVENTS,
        "failure_percent": 10,
        "all_users": False,
        "active": True,
        "stopped_why": "",
        "created_at": answer["created_at"],
    }
    assert ann.get(f"{AT}/{answer['id']}") == answer
    assert ann.get(AT)["results"] == [answer]
    assert secret not in str(Subscription.objects.values().get())
    assert Subscription.objects.get().secret == secret


def test_one_s_own_secret_is_taken_and_replaced(ann: Api) -> None:
    there = made(ann, secret=SECRET)
    assert there["secret"] == SECRET
    other = new_secret()
    assert "secret" not in ann.patch(f"{AT}/{there['id']}", {"secret": other})
    assert Subscription.objects.get().secret == other


def test_it_is_changed_and_deleted(ann: Api) -> None:
    at = f"{AT}/{made(ann)['id']}"
    changed = ann.patch(at, {"events": ["failure_share"], "failure_percent": 25, "active": False})
    assert (changed["events"], changed["failure_percent"], changed["active"]) == (["failure_share"], 25, False)
    assert changed["url"] == URL
    ann.delete(at)
    ann.get(at, 404)
    acts = list(AuditEntry.objects.filter(object_kind="subscription").order_by("id").values_list("action", "detail"))
    assert [act for act, _ in acts] == ["create", "change", "delete"]
    assert "hidden" not in str(list(AuditEntry.objects.values()))


def test_switching_it_on_again_forgets_why_it_was_switched_off(ann: Api) -> None:
    at = f"{AT}/{made(ann)['id']}"
    Subscription.objects.update(is_active=False, stopped_why="The receiver answered 410.")
    assert ann.patch(at, {"active": True})["stopped_why"] == ""


@pytest.mark.parametrize(
    ("values", "attr", "code"),
    [
        ({"url": "ftp://127.0.0.1/"}, "url", "invalid_url"),
        ({"url": "http://user:pass@127.0.0.1:9/"}, "url", "invalid_url"),
        ({"url": "http://example.com/"}, "url", "host_not_allowed"),
        ({"url": "http://169.254.169.254/latest"}, "url", "host_not_allowed"),
        ({"secret": "whsec_short"}, "secret", "invalid"),
        ({"events": []}, "events", "required"),
        ({"events": ["test"]}, "events.0", "invalid_choice"),
        ({"failure_percent": 0}, "failure_percent", "min_value"),
        ({"failure_percent": 101}, "failure_percent", "max_value"),
        ({"all_users": True}, "all_users", "invalid"),
    ],
)
def test_what_cannot_be_is_refused(ann: Api, values: dict[str, Any], attr: str, code: str) -> None:
    (error,) = ann.post(AT, {"url": URL, **values}, 400)["errors"]
    assert (error["attr"], error["code"]) == (attr, code)
    assert not Subscription.objects.exists()


def test_a_host_that_is_not_allowed_is_refused_in_a_change_too(ann: Api) -> None:
    at = f"{AT}/{made(ann)['id']}"
    (error,) = ann.patch(at, {"url": "http://10.0.0.1/"}, 400)["errors"]
    assert error["code"] == "host_not_allowed"
    assert ann.get(at)["url"] == URL


def test_a_listed_host_is_taken_and_nothing_else_of_it(ann: Api, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example.com:443"]
    made(ann, url="https://hooks.example.com/a")
    ann.post(AT, {"url": "http://hooks.example.com/a"}, 400)
    ann.post(AT, {"url": "https://hooks.example.com:8443/a"}, 400)
    # What a network may call is not what anybody's webhook may.
    settings.RUN_HOSTS = ["runs.example.com:443"]
    ann.post(AT, {"url": "https://runs.example.com/a"}, 400)


def test_staff_may_hear_of_everybody_s() -> None:
    assert made(Api.as_user("sam", is_staff=True), all_users=True)["all_users"] is True


def test_nobody_sees_another_s_not_even_staff(ann: Api) -> None:
    there = made(ann)
    ann.post(f"{AT}/{there['id']}/test", want=202)
    delivery = Delivery.objects.get()
    for other in (Api.as_user("bob"), Api.as_user("sam", is_staff=True)):
        assert other.get(AT)["results"] == []
        other.get(f"{AT}/{there['id']}", 404)
        other.patch(f"{AT}/{there['id']}", {"active": False}, 404)
        other.delete(f"{AT}/{there['id']}", 404)
        other.post(f"{AT}/{there['id']}/test", want=404)
        other.get(f"{AT}/{there['id']}/deliveries", 404)
        other.post(f"{AT}/{there['id']}/deliveries/{delivery.pk}/replay", want=404)
    assert Subscription.objects.get().is_active


def test_a_test_event_is_in_the_log_and_is_sent_again(ann: Api) -> None:
    at = f"{AT}/{made(ann)['id']}"
    sent = ann.post(f"{at}/test", want=202)
    assert (sent["event"], sent["state"], sent["queue"], sent["attempts"]) == ("test", "waiting", None, 0)
    assert sent["due_at"]
    assert ann.get(f"{at}/deliveries")["results"] == [sent]
    Delivery.objects.update(state="given_up", attempts=20, error="The receiver answered 500.", http_status=500)
    log = ann.get(f"{at}/deliveries")["results"][0]
    assert (log["state"], log["due_at"], log["http_status"]) == ("given_up", None, 500)
    again = ann.post(f"{at}/deliveries/{sent['id']}/replay", want=202)
    assert (again["state"], again["attempts"], again["message_id"]) == ("waiting", 0, sent["message_id"])
    ann.post(f"{at}/deliveries/999999/replay", want=404)


def test_test_events_do_not_pile_up(ann: Api) -> None:
    at = f"{AT}/{made(ann)['id']}/test"
    for _ in range(subscriptions.MOST_TESTS):
        ann.post(at, want=202)
    assert ann.post(at, want=409)["errors"][0]["code"] == "too_many"


def test_nobody_piles_up_webhooks(ann: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    made(ann)
    assert ann.post(AT, {"url": URL}, 400)["errors"][0]["code"] == "too_many"


def test_mails_need_a_server_and_an_address(ann: Api, settings: Any) -> None:
    order = {"way": "email", "events": ["completed"]}
    settings.EMAIL_HOST = ""
    assert "sends no mail" in ann.post(AT, order, 400)["errors"][0]["detail"]
    settings.EMAIL_HOST = "smtp.example.com"
    assert "no e-mail address" in ann.post(AT, order, 400)["errors"][0]["detail"]
    person = user("ann")
    person.email = "ann@example.com"
    person.save()
    first = ann.post(AT, order)
    assert (first["way"], first["secret"], first["events"]) == ("email", None, ["completed"])
    second = ann.post(AT, {**order, "events": ["paused"]})
    assert (second["id"], second["events"]) == (first["id"], ["paused"])
    ann.post(AT, {**order, "url": URL}, 400)


def test_a_user_who_is_deleted_takes_them_along() -> None:
    there = webhook("ann")
    Delivery.objects.create(subscription=there, message_id="msg_1", event="test", body="{}")
    user("ann").delete()
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()
