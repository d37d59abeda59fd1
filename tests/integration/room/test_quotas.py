"""A user has only so many drafts, batches, bytes of files, trials; one more is refused and says what to do."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from csv_batches.models import CsvBatch, Upload
from experiments.models import Queue
from tests.integration.web.support import browser
from tests.support.api import Api, numbered, to_csv

CSV = to_csv([["id", "text"], *numbered(50)])
SIZE = len(CSV)


def sent_by_page(content: bytes) -> Any:
    """The answer to the form of a new batch."""
    page = browser("bob")
    page.get("/csv-batch/new/")
    file = SimpleUploadedFile("x.csv", content)
    return page.post("/csv-batch/new/", {"csrfmiddlewaretoken": page.cookies["csrftoken"].value, "file": file})


def refused(body: Any, name: str, used: int, most: int) -> str:
    """The sentence of an answer that says which quota has no room."""
    [error] = body["errors"]
    assert (error["code"], body["quota"]) == ("over_quota", {"name": name, "used": used, "most": most})
    return str(error["detail"])


def test_one_draft_more_is_refused_and_one_less_makes_room(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX = 2
    first, _ = bob.draft("net"), bob.draft("net")
    sentence = refused(bob.post("/csv_batches", {"name": "b", "network": "net"}, 409), "drafts", 2, 2)
    assert sentence == "bob has 2 of 2 drafts, and this needs 1 more. Start or delete some of them first."
    bob.delete(f"/csv_batches/{first}")
    bob.draft("net")


def test_what_was_started_is_no_draft_but_a_batch(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX, settings.BATCHES_MAX = 1, 2
    bob.run(bob.ready("net", numbered(1)))
    started = bob.ready("net", numbered(1))
    bob.run(started)
    refused(bob.post("/csv_batches", {"name": "b", "network": "net"}, 409), "batches", 2, 2)
    assert Queue.objects.count() == 2


@pytest.mark.parametrize("kind", ["csv_batches", "experiments"])
def test_a_duplicate_is_one_more(bob: Api, settings: Any, kind: str) -> None:
    batch = bob.post(f"/{kind}", {"name": "b", "network": "net"})["id"]
    settings.DRAFTS_MAX = 1
    refused(bob.post(f"/{kind}/{batch}/duplicate", {}, 409), "drafts", 1, 1)
    settings.DRAFTS_MAX = 2
    bob.post(f"/{kind}/{batch}/duplicate")


def test_batches_and_experiments_count_together(bob: Api, settings: Any) -> None:
    settings.BATCHES_MAX = 1
    bob.draft("net")
    refused(bob.post("/experiments", {"name": "e", "network": "net"}, 409), "batches", 1, 1)


def test_a_file_that_does_not_fit_leaves_the_draft_as_it_was(bob: Api, settings: Any) -> None:
    first, second = bob.draft("net"), bob.draft("net")
    bob.upload(first, CSV)
    settings.FILES_MAX_BYTES = 2 * SIZE - 1
    body = bob.upload(second, CSV, want=409)
    assert "ask an admin for more" in refused(body, "file_bytes", SIZE, 2 * SIZE - 1)
    assert (bob.batch(second)["progress"]["total"], CsvBatch.objects.get(pk=second).source.name) == (0, "")
    settings.FILES_MAX_BYTES = 2 * SIZE
    bob.upload(second, CSV)


def test_a_file_in_the_place_of_another_needs_the_difference(bob: Api, settings: Any) -> None:
    draft = bob.draft("net")
    bob.upload(draft, CSV)
    settings.FILES_MAX_BYTES = SIZE
    bob.upload(draft, CSV)
    refused(bob.upload(draft, CSV + b"50,x\n", want=409), "file_bytes", 0, SIZE)
    assert bob.batch(draft)["progress"]["total"] == 50


def test_a_file_that_duplicates_share_counts_once_and_stays_counted(bob: Api, settings: Any) -> None:
    draft = bob.draft("net")
    bob.upload(draft, CSV)
    settings.FILES_MAX_BYTES = SIZE
    bob.post(f"/csv_batches/{draft}/duplicate")
    # Its own file in the place of the shared one is one more.
    refused(bob.upload(draft, CSV, want=409), "file_bytes", SIZE, SIZE)


def test_a_file_for_a_worker_counts_as_soon_as_it_is_there(bob: Api, settings: Any) -> None:
    settings.UPLOAD_BACKGROUND_BYTES, settings.FILES_MAX_BYTES = SIZE - 1, SIZE
    first, second = bob.draft("net"), bob.draft("net")
    bob.upload(first, CSV, want=202)
    refused(bob.upload(second, CSV, want=409), "file_bytes", SIZE, SIZE)
    assert Upload.objects.count() == 1


def test_a_refused_file_is_said_and_not_kept_where_there_is_no_room_for_it(bob: Api, settings: Any) -> None:
    ragged = b"a,b\n1\n" * 9
    for most, kept in ((10, 0), (len(ragged), 1)):
        settings.FILES_MAX_BYTES = most
        answer = sent_by_page(ragged)
        assert (answer.status_code, Upload.objects.count()) == (302 if kept else 400, kept)
        assert kept or "1 cell" in answer.content.decode()


def test_a_new_draft_in_the_browser_is_refused_on_its_page(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX = 1
    bob.draft("net")
    answer = sent_by_page(CSV)
    assert answer.status_code == 409
    assert "bob has 1 of 1 drafts" in answer.content.decode()
    assert CsvBatch.objects.count() == 1


def test_one_trial_more_is_refused_until_one_has_ended(bob: Api, settings: Any) -> None:
    settings.TRIALS_MAX = 1
    first, second = bob.ready("net", numbered(1)), bob.ready("net", numbered(1))
    bob.post(f"/csv_batches/{first}/try", {"rows": 1}, want=202)
    body = bob.post(f"/csv_batches/{second}/try", {"rows": 1}, want=409)
    assert "Wait until one of them has ended" in refused(body, "trials", 1, 1)
    # The trial that is replaced ends with that.
    bob.post(f"/csv_batches/{first}/try", {"rows": 1}, want=202)
    Queue.objects.filter(parent=first).update(status="cancelled")
    bob.post(f"/csv_batches/{second}/try", {"rows": 1}, want=202)


def test_staff_have_any_amount_and_everybody_a_quota_of_their_own(bob: Api, api: Api, settings: Any) -> None:
    settings.DRAFTS_MAX = settings.BATCHES_MAX = settings.TRIALS_MAX = settings.FILES_MAX_BYTES = 1
    for _ in range(2):
        api.post(f"/csv_batches/{api.ready('net', numbered(3))}/try", {"rows": 1}, want=202)
    bob.draft("net")
    Api.as_user("cy").draft("net")


def test_zero_is_no_limit(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX = settings.BATCHES_MAX = settings.TRIALS_MAX = settings.FILES_MAX_BYTES = 0
    for _ in range(2):
        bob.post(f"/csv_batches/{bob.ready('net', numbered(3))}/try", {"rows": 1}, want=202)
