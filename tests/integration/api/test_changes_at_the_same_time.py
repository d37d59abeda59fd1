"""Two changes at the same time: the second begins where the first ended."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from csv_batches.models import CsvBatch
from csv_batches.services import drafts
from experiments.services import corrections
from experiments.services.locking import queue_lock
from tests.integration.api.support import finish, set_status
from tests.support.api import Api, numbered
from tests.support.locks import somebody_waits
from tests.support.worker import eventually


def in_thread(call: Callable[[], Any]) -> threading.Thread:
    def work() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.fixture
def ann(transactional_db: None) -> Api:
    return Api.as_user("ann", is_staff=True)


def test_neither_change_of_a_draft_is_lost(ann: Api) -> None:
    batch = ann.ready(ann.network(None), [["1", "x"]])
    with transaction.atomic():
        drafts.update(batch_id=UUID(batch), values={"prompt_template": "first"})
        thread = in_thread(lambda: ann.patch(f"/csv_batches/{batch}", {"max_attempts": 9}))
        eventually(somebody_waits, what="the second change")
    thread.join()
    state = ann.batch(batch)
    assert (state["prompt_template"], state["max_attempts"]) == ("first", 9)


def test_a_start_freezes_what_was_saved_before_it(ann: Api) -> None:
    batch = ann.ready(ann.network(None), [["1", "x"]])
    with transaction.atomic():
        drafts.update(batch_id=UUID(batch), values={"prompt_template": "changed"})
        thread = in_thread(lambda: ann.run(batch))
        eventually(somebody_waits, what="the start")
    thread.join()
    state = ann.batch(batch)
    assert (state["status"], state["prompt_template"]) == ("running", "changed")


def test_a_batch_that_was_deleted_meanwhile_is_a_404(ann: Api) -> None:
    batch = ann.ready(ann.network(None), [["1", "x"]])
    answers: list[Any] = []
    with transaction.atomic():
        ann.delete(f"/csv_batches/{batch}")
        # The other connection does not see the deletion yet.
        thread = in_thread(lambda: answers.append(ann.patch(f"/csv_batches/{batch}", {"name": "x"}, 404)))
        eventually(somebody_waits, what="the change")
    thread.join()
    assert answers[0]["errors"][0]["code"] == "not_found"


def test_a_deletion_waits_for_a_change_that_has_begun(ann: Api) -> None:
    batch = ann.ready(ann.network(None), [["1", "x"]])
    with transaction.atomic():
        held = queue_lock(CsvBatch, UUID(batch))
        thread = in_thread(lambda: ann.delete(f"/csv_batches/{batch}"))
        eventually(somebody_waits, what="the deletion")
        held.prompt_template = "changed"
        held.save()
    thread.join()
    assert not CsvBatch.objects.exists()


def test_a_retry_waits_for_a_correction_which_stays(ann: Api) -> None:
    batch = ann.ready(ann.network(None), numbered(2))
    ann.run(batch)
    finish(batch, {}, {0: "timeout", 1: "timeout"})
    # Nobody calls what is put back.
    set_status(batch, "paused")
    queue, answer = CsvBatch.objects.get(pk=batch), {"topic": "x", "score": 1}
    with transaction.atomic():
        corrections.correct(queue=queue, row_index=1, payload=answer)
        thread = in_thread(lambda: ann.post(f"/csv_batches/{batch}/retry", {"row_indexes": [0, 1]}, want=202))
        eventually(somebody_waits, what="the retry")
    thread.join()
    progress = ann.batch(batch)["progress"]
    assert (progress["queued"], progress["succeeded"], progress["failed"]) == (2, 0, 0)
    assert ann.rows(batch)[1]["corrected_payload"] == answer
