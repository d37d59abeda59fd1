"""What is deleted is gone from every table and from the disk: looked for by a word that was in all of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import connection

from csv_batches.models import KIND, CsvBatch, Upload
from csv_batches.rules.choices import UploadState
from experiments.core.errors import Conflict
from experiments.models import ApiToken, Attempt, AuditEntry, Network, NetworkCall, Queue, QueueItem, Run
from experiments.services import networks, queue_deletion
from experiments.tasks import delete_queue
from tests.integration.web.support import batch_of, run_for, user

WORD = "CANARY7f3a"
HISTORY = "experiments_auditentry"
"""Says by their names who deleted what."""
Delete = Callable[[CsvBatch], Any]


@pytest.fixture
def full(transactional_db: None, settings: Any, tmp_path: Path) -> CsvBatch:
    """A batch of `CANARY7f3a-ann`'s with the word in all that it has: cells, answers, runs, attempts, trial, file."""
    settings.MEDIA_ROOT = tmp_path
    other = batch_of("bob", ["succeeded"], status="completed", name="Bob's")
    run_for(other.rows.get(), "bobs-trace")
    batch = batch_of(f"{WORD}-ann", status="completed", name=WORD, prompt_template=WORD, draft_history=[{"was": WORD}])
    _fill(batch)
    trial = CsvBatch.objects.create(
        kind=KIND, parent=batch, trial=1, name=WORD, network=batch.network, created_by=batch.created_by
    )
    _fill(trial)
    batch.source.save(f"{WORD}.csv", ContentFile(f"a\n{WORD}\n".encode()))
    incoming = Upload(owner=batch.created_by, batch=batch, name=f"{WORD}.csv", size=5, state=UploadState.FAILED)
    incoming.file.save(f"{WORD}.csv", ContentFile(WORD.encode()))
    ApiToken.issue(user=batch.created_by, name=WORD)
    assert batch.network is not None
    NetworkCall.objects.create(network=batch.network, owner=batch.created_by, user_message=WORD, body=WORD)
    return batch


def _fill(batch: CsvBatch) -> None:
    item = QueueItem.objects.create(
        queue_id=batch.pk,
        kind=KIND,
        row_index=0,
        payload=[WORD],
        status="failed",
        result_payload={"a": WORD},
        corrected_payload={"a": WORD},
        error_message=WORD,
    )
    Queue.objects.filter(pk=batch.pk).update(total=1, failed=1)
    Attempt.objects.create(item=item, generation=1, attempt=1, outcome="timeout", detail=WORD)
    Run.objects.create(
        trace_id=f"{WORD}-{uuid4()}",
        network=batch.network,
        owner=batch.created_by,
        item=item,
        request={"user_message": WORD},
        final={"response_payload": {"a": WORD}},
        execution_log=[{"prompt": WORD}],
    )


def tables_with(word: str) -> set[str]:
    """Every table of the database that has the word in any row."""
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        found = set()
        for name in names:
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}" t WHERE t::text LIKE %s)', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.add(name)
    return found


def files_with(word: str) -> list[Path]:
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return [path for path in files if word in path.name or word.encode() in path.read_bytes()]


def bobs_are_there() -> bool:
    rows = QueueItem.objects.filter(queue__name="Bob's")
    return rows.exists() and Run.objects.filter(trace_id="bobs-trace").exists()


def test_the_word_is_everywhere_before(full: CsvBatch) -> None:
    assert {
        *("experiments_queue", "experiments_queueitem", "experiments_attempt", "experiments_run"),
        *("csv_batches_csvbatch", "csv_batches_upload", "experiments_apitoken", "experiments_networkcall", "auth_user"),
    } <= tables_with(WORD)
    assert len(files_with(WORD)) == 2


def by_its_owner(batch: CsvBatch) -> None:
    queue_deletion.delete(queue=Queue.objects.get(pk=batch.pk))


def in_the_background(batch: CsvBatch) -> None:
    delete_queue(str(batch.pk))


@pytest.mark.parametrize("delete", [by_its_owner, in_the_background])
def test_a_batch_takes_all_that_is_its(full: CsvBatch, delete: Delete) -> None:
    delete(full)
    # The person, their tokens and their own tries of the network stay.
    assert tables_with(WORD) <= {"auth_user", "experiments_apitoken", "experiments_networkcall", HISTORY}
    assert WORD not in str(list(AuditEntry.objects.values("detail")))
    assert files_with(WORD) == []
    assert not QueueItem.objects.filter(queue_id=full.pk).exists()
    assert bobs_are_there()


def test_a_user_takes_all_that_is_theirs(full: CsvBatch) -> None:
    get_user_model().objects.get(username=f"{WORD}-ann").delete()
    assert tables_with(WORD) == set()
    assert files_with(WORD) == []
    assert bobs_are_there()


def test_a_network_is_kept_while_batches_use_it_and_takes_its_runs_then(full: CsvBatch) -> None:
    network = Network.objects.get()
    with pytest.raises(Conflict):
        networks.delete(network=network)
    assert bobs_are_there()
    for queue in Queue.objects.filter(parent=None):
        queue_deletion.delete(queue=queue)
    Run.objects.create(trace_id=f"{WORD}-direct", network=network, owner=user("bob"), request={"user_message": WORD})
    networks.delete(network=Network.objects.get())
    assert tables_with(WORD) <= {"auth_user", "experiments_apitoken", HISTORY}
    assert not Run.objects.exists()
