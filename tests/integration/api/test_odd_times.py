"""Times that Python can read and PostgreSQL cannot, wherever an address takes one: found or refused, never a 500."""

from base64 import b64encode
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.api.support import Draft, errors

WIDE = "2026-02-01T01:14:11+22:22"
OUTSIDE = ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00"]
EARLY = "0027-02-18T01:17:08-11:41"


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("time", [WIDE, EARLY])
def test_a_filter_takes_any_offset_and_any_year(draft: Draft, name: str, time: str) -> None:
    assert draft.api.get("/runs", **{name: time})["results"] == []


@pytest.mark.parametrize("time", OUTSIDE)
def test_a_filter_refuses_what_is_outside_of_all_years(draft: Draft, time: str) -> None:
    assert errors(draft.api.get("/runs", 400, since=time)) == [("invalid", "since")]


@pytest.mark.parametrize("path", ["/runs", "/csv_batches"])
@pytest.mark.parametrize(("time", "status"), [(WIDE, 200), (EARLY, 200), *((time, 400) for time in OUTSIDE)])
def test_a_cursor_is_a_place_or_none(draft: Draft, path: str, time: str, status: int) -> None:
    cursor = b64encode(urlencode({"p": time}).encode()).decode()
    draft.api.get(path, status, cursor=cursor)


@pytest.mark.parametrize("address", ["/csv-batch/?older={}", "/runs/?since={}", "/runs/?until={}", "/runs/?older={}~1"])
@pytest.mark.parametrize("time", [WIDE, EARLY, *OUTSIDE])
def test_pages_show_what_they_can(draft: Draft, client: Client, address: str, time: str) -> None:
    client.force_login(CsvBatch.objects.get(pk=draft.id).created_by)
    assert client.get(address.format(quote(time))).status_code == 200
