"""Large files, read by a worker.

The table of uploads is the truth, a task only wakes a worker. Whoever begins to read puts a lease id of its own on the
upload and is heard of every second; one that was not heard of for `LANE_STALE_S` is taken to be dead, and what it did
is undone with its transaction.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from csv_batches.models import CsvBatch, Upload
from csv_batches.services import store_rows, uploads
from csv_batches.services.store_rows import Loaded, Rows
from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.models import Queue
from experiments.services.locking import queue_lock

logger = logging.getLogger(__name__)

BEAT_S = 1.0
MOST_ATTEMPTS = 3
LOOK_ROWS = 500
PARSING = Q(state=Upload.State.PARSING)

# A row that somebody holds is about to be deleted, with the reading that it stands for: that is not waited for.
_BEAT = """
UPDATE csv_batches_upload SET beat = clock_timestamp(), rows = %(rows)s WHERE id = (
    SELECT id FROM csv_batches_upload WHERE id = %(id)s AND lease_id = %(lease_id)s AND state = 'parsing'
    FOR UPDATE SKIP LOCKED
)
"""


class Interrupted(Exception):
    """This reading has to end without a result."""


class Reading(threading.Thread):
    """Keeps an upload alive from a connection of its own, and knows whether it is still this worker's to read."""

    def __init__(self, upload: Upload, stopping: Callable[[], bool] = lambda: False) -> None:
        super().__init__(name="upload-beat", daemon=True)
        self.upload = upload
        self._stopping = stopping
        self.rows = 0
        self._lost = False
        self._end = threading.Event()

    def run(self) -> None:
        try:
            while not self._end.wait(BEAT_S):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_BEAT, {"id": self.upload.pk, "lease_id": self.upload.lease_id, "rows": self.rows})
                self._lost = cursor.rowcount == 0
        except (DatabaseError, InterfaceError) as error:
            # If the database is away for long, the one who reads notices.
            logger.warning("upload %s: no beat (%s)", self.upload.pk, type(error).__name__)
            connection.close()

    def end(self) -> None:
        self._end.set()
        if self.is_alive():
            self.join()

    def check(self) -> None:
        if self._lost or self._stopping():
            raise Interrupted

    def watched(self, rows: Rows) -> Iterator[list[str]]:
        for number, row in enumerate(rows, start=1):
            if number % LOOK_ROWS == 0:
                self.rows = number
                self.check()
            yield row


def read(upload_id: UUID, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Reads the file of an upload into its draft; at once back where another worker does, or nobody wants it.

    `stopping`: whether the process that reads has been asked to end. The upload is left to another one then.
    """
    upload = _enter(upload_id)
    if upload is None or upload.batch is None:
        return
    reading = Reading(upload, stopping)
    reading.start()
    try:
        _read(reading, upload.batch)
    except Interrupted:
        _give_back(upload)
    except WorkbenchError as error:
        _refuse(mine(upload), error)
    except IntegrityError:
        # The draft was deleted, or another worker was faster.
        logger.warning("upload %s was overtaken", upload_id)
    finally:
        reading.end()


def mine(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(PARSING, pk=upload.pk, lease_id=upload.lease_id)


def _enter(upload_id: UUID) -> Upload | None:
    """Whether this delivery is the one that reads."""
    lease_id = uuid4()
    entered = Upload.objects.filter(PARSING, _unheard(), pk=upload_id).update(
        lease_id=lease_id, beat=Now(), rows=0, attempts=F("attempts") + 1
    )
    return Upload.objects.select_related("batch").get(lease_id=lease_id) if entered else None


def _unheard() -> Q:
    return Q(beat__isnull=True) | Q(beat__lt=Now() - timedelta(seconds=settings.LANE_STALE_S))


def _read(reading: Reading, batch: CsvBatch) -> None:
    """All in one transaction, which holds the draft only for its end: its settings can be changed meanwhile."""
    upload = reading.upload
    options = store_rows.options_of(upload.options)
    with transaction.atomic():
        table = store_rows.opened(uploads.file_of(upload), name=upload.name, options=options)
        loaded = store_rows.load(batch, table, options, reading.watched)
        _finish(reading, loaded)


def _finish(reading: Reading, loaded: Loaded) -> None:
    batch = _when_free(reading)
    reading.end()
    upload = mine(reading.upload).select_for_update(no_key=True).first()
    if upload is None:
        raise Interrupted
    store_rows.take_over(batch, loaded)
    uploads.take_file(batch, upload)
    batch.save()


def _when_free(reading: Reading) -> CsvBatch:
    """The draft, held. Nobody waits in the database: who has the draft may be waiting for rows that are held here."""
    batch_id = reading.upload.batch_id
    assert batch_id is not None
    while True:
        reading.check()
        draft = Queue.objects.kept().filter(pk=batch_id, status=QueueStatus.DRAFT)
        if draft.select_for_update(no_key=True, skip_locked=True).values_list("pk").first():
            return queue_lock(CsvBatch, batch_id)
        if not draft.exists():
            raise Interrupted
        time.sleep(0.1)


def _give_back(upload: Upload) -> None:
    """To the next worker; that this one had to stop is not held against the file."""
    if mine(upload).update(lease_id=None, beat=None, rows=0, attempts=F("attempts") - 1, enqueued_at=Now()):
        uploads.send(upload.pk)


def _refuse(found: QuerySet[Upload], error: WorkbenchError) -> None:
    found.update(state=Upload.State.FAILED, errors=[uploads.as_error(error)], lease_id=None, beat=None)


# -- what the worker asks of this kind


def jobs_wait() -> bool:
    """Whether a file has been waiting for a worker."""
    return Upload.objects.filter(PARSING, _unheard(), enqueued_at__lt=Now() - timedelta(seconds=1)).exists()


def sweep() -> None:
    """Wakes workers for uploads whose task was lost or whose worker died; gives up those that kill their workers."""
    waits_long = Q(beat__isnull=True, enqueued_at__lt=Now() - timedelta(seconds=settings.LANE_RESEND_S))
    lost = Upload.objects.filter(PARSING, _unheard()).filter(waits_long | Q(beat__isnull=False))
    for upload in lost:
        if upload.attempts >= MOST_ATTEMPTS:
            detail = f"Reading was interrupted {MOST_ATTEMPTS} times. The log of the worker says more; try again later."
            _refuse(Upload.objects.filter(PARSING, _unheard(), pk=upload.pk), WorkbenchError(detail, code="crashed"))
        elif Upload.objects.filter(PARSING, _unheard(), pk=upload.pk).update(beat=None, enqueued_at=Now()):
            uploads.send(upload.pk)
