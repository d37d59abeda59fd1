"""A token may have a last day: then it is refused with a sentence, and its list says so."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from experiments.models import ApiToken, AuditEntry
from experiments.services import api_tokens
from tests.integration.web.support import browser, post_form, user
from tests.support.api import Api

pytestmark = pytest.mark.django_db
PAGE = "/tokens/"


def let_expire() -> None:
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_one_that_is_made_in_the_browser() -> None:
    client = browser("ann")
    made = post_form(client, PAGE, PAGE, name="nightly", days="30").content.decode()
    (key,) = set(re.findall(r"cbw_[\w-]{40,}", made))
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    Api(key).get("/csv_batches")
    assert "Expired</span>" not in client.get(PAGE).content.decode()
    let_expire()
    refused = Api(key).get("/csv_batches", 401)["errors"][0]
    assert refused["detail"].startswith("This token expired on 20")
    assert "Expired</span>" in client.get(PAGE).content.decode()


def test_without_a_last_day_it_is_in_force_until_it_is_revoked() -> None:
    post_form(browser("ann"), PAGE, PAGE, name="nightly", days="")
    assert ApiToken.objects.get().expires_at is None


def test_days_that_are_not_offered_are_refused() -> None:
    assert post_form(browser("ann"), PAGE, PAGE, name="nightly", days="31").status_code == 400
    assert not ApiToken.objects.exists()


def test_the_name_of_an_expired_one_is_free_again() -> None:
    ann = user("ann")
    api_tokens.create(user=ann, name="nightly", days=1)
    let_expire()
    api_tokens.create(user=ann, name="nightly")
    assert ApiToken.objects.count() == 2


def test_a_command_makes_one_for_so_many_days() -> None:
    user("ann")
    out = StringIO()
    call_command("drf_create_token", "ann", "--days", "7", stdout=out)
    call_command("drf_create_token", "ann", stdout=out)
    newer, older = ApiToken.objects.all()
    assert (newer.expires_at, older.expires_at is None) == (None, False)
    assert len(re.findall(r"^Generated token cbw_\S+ for user ann$", out.getvalue(), re.M)) == 2
    for days in ("0", "-1", "x", "99999"):
        with pytest.raises(CommandError):
            call_command("drf_create_token", "ann", "--days", days)


def test_making_and_revoking_is_written_down_without_the_key() -> None:
    client = browser("ann")
    post_form(client, PAGE, PAGE, name="nightly", days="7")
    token = ApiToken.objects.get()
    post_form(client, PAGE, f"/tokens/{token.pk}/revoke/")
    entries = AuditEntry.objects.filter(object_kind="token").order_by("id")
    assert [(one.user_name, one.action) for one in entries] == [("ann", "create"), ("ann", "revoke")]
    assert entries[0].detail == {"owner": "ann", "days": 7}
    assert len(re.findall(r"cbw_[\w-]+", str(list(entries.values())))[0]) == 12
