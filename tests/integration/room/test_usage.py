"""Everybody sees how much of the site they have."""

from typing import Any

from tests.integration.web.support import browser
from tests.support.api import Api, numbered, to_csv

CSV = to_csv([["id", "text"], *numbered(50)])


def test_the_api_says_what_one_has_and_may_have(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX, settings.BATCHES_MAX, settings.TRIALS_MAX, settings.FILES_MAX_BYTES = 5, 0, 3, 2000
    bob.upload(bob.draft("net"), CSV)
    assert bob.get("/usage") == {
        "file_bytes": {"used": len(CSV), "most": 2000},
        "drafts": {"used": 1, "most": 5},
        "batches": {"used": 1, "most": None},
        "trials": {"used": 0, "most": 3},
    }


def test_staff_have_no_limit_and_others_files_are_not_theirs(bob: Api, api: Api) -> None:
    bob.upload(bob.draft("net"), CSV)
    usage = api.get("/usage")
    assert usage["file_bytes"] == {"used": 0, "most": None}


def test_the_page_of_the_account_says_all(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX, settings.FILES_MAX_BYTES = 5, 2048
    bob.draft("net")
    page = browser("bob").get("/tokens/").content.decode()
    assert "You have 0 bytes of 2 KB of uploaded files, 1 of 5 drafts, 1 of 10,000 batches and experiments" in page


def test_one_of_a_kind_is_called_so_where_there_is_no_limit(api: Api) -> None:
    api.draft(api.network(None, "alone"))
    page = browser("ann").get("/tokens/").content.decode()
    assert "of uploaded files, 1 draft, 1 batch or experiment, 0 trials running at a time." in page


def test_the_list_says_what_is_nearly_used_up(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX = 5
    for _ in range(3):
        bob.draft("net")
    sentence = "You have 4 of 5 drafts."
    assert "of 5 drafts" not in browser("bob").get("/csv-batch/").content.decode()
    bob.draft("net")
    assert sentence in browser("bob").get("/csv-batch/").content.decode()
    assert sentence not in browser("ann").get("/csv-batch/").content.decode()
