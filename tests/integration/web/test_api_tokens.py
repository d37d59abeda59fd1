"""A user's API tokens in the browser: made, shown once, used, revoked; nobody sees another's."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from experiments.models import ApiToken
from experiments.services import api_tokens
from tests.integration.web.support import browser, post_form, user
from tests.support.api import Api

pytestmark = pytest.mark.django_db
PAGE = "/tokens/"


def create(client: Client, name: str = "nightly") -> Any:
    return post_form(client, PAGE, PAGE, name=name)


def key_of(response: Any) -> str:
    return unescape(response.content.decode()).partition('aria-label="Token" value="')[2].partition('"')[0]


def page_of(client: Client) -> str:
    return unescape(client.get(PAGE).content.decode())


def test_a_new_key_is_shown_once_and_opens_the_api() -> None:
    client = browser("ann")
    response = create(client)
    key = key_of(response)
    assert key.startswith(ApiToken.PREFIX)
    assert "no-store" in response["Cache-Control"]
    Api(key).get("/csv_batches")
    assert key not in page_of(client)
    assert key[:12] in page_of(client)


def test_only_its_hash_is_stored() -> None:
    key = key_of(create(browser("ann")))
    assert key not in str(ApiToken.objects.values().get())


def test_the_list_says_when_a_token_was_last_used() -> None:
    client = browser("ann")
    key = key_of(create(client))
    assert 'data-l="Last used">Never<' in page_of(client)
    Api(key).get("/csv_batches")
    assert 'data-l="Last used"><time' in page_of(client)


def test_a_revoked_token_opens_nothing_and_is_listed_as_such() -> None:
    client = browser("ann")
    key = key_of(create(client))
    token = ApiToken.objects.get()
    response = post_form(client, PAGE, f"/tokens/{token.pk}/revoke/")
    assert response["Location"] == PAGE
    Api(key).get("/csv_batches", 401)
    assert "“nightly” revoked" in page_of(client)
    assert f"{token.prefix}…</span> nightly, revoked" in page_of(client)


def test_revoking_again_keeps_the_first_time() -> None:
    token, _ = ApiToken.issue(user=user("ann"), name="x")
    first = api_tokens.revoke(user=user("ann"), token_id=token.pk)
    first.refresh_from_db()
    again = api_tokens.revoke(user=user("ann"), token_id=token.pk)
    assert again.revoked_at == first.revoked_at


@pytest.mark.parametrize("staff", [False, True])
def test_tokens_of_others_are_neither_seen_nor_revoked(staff: bool) -> None:
    token, key = ApiToken.issue(user=user("ann"), name="ann's secret")
    client = Client()
    client.force_login(user("bob", is_staff=staff))
    assert "ann's secret" not in page_of(client)
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    Api(key).get("/csv_batches")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Required."),
        ("   ", "Required."),
        ("x" * 101, "at most 100"),
        ("a\0b", "Null characters"),
        ("taken", "already"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused_in_words(name: str, said: str) -> None:
    ApiToken.issue(user=user("ann"), name="taken")
    response = create(browser("ann"), name)
    assert response.status_code == 400
    assert said in unescape(response.content.decode())
    assert ApiToken.objects.count() == 1


def test_the_name_of_a_revoked_token_and_that_of_somebody_else_are_free() -> None:
    token, _ = ApiToken.issue(user=user("ann"), name="nightly")
    api_tokens.revoke(user=user("ann"), token_id=token.pk)
    ApiToken.issue(user=user("bob"), name="nightly")
    assert key_of(create(browser("ann")))


def test_nobody_piles_up_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_tokens, "MOST_TOKENS", 2)
    client = browser("ann")
    for name in ("a", "b"):
        assert create(client, name).status_code == 200
    assert "You have 2 tokens" in create(client, "c").content.decode()


def test_forms_need_their_csrf_token_and_links_change_nothing() -> None:
    token, _ = ApiToken.issue(user=user("ann"), name="x")
    client = browser("ann")
    assert client.post(PAGE, {"name": "y"}).status_code == 403
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 403
    assert client.get(f"/tokens/{token.pk}/revoke/").status_code == 405
    assert ApiToken.objects.get().revoked_at is None


def test_the_user_s_name_leads_there_from_every_page() -> None:
    assert 'href="/tokens/"' in browser("ann").get("/csv-batch/").content.decode()


def test_who_is_not_logged_in_logs_in_first() -> None:
    assert Client().get(PAGE)["Location"] == "/login/?next=/tokens/"
    assert Client().post(PAGE, {"name": "x"}).status_code == 302
    assert not ApiToken.objects.exists()
