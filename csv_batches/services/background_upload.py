"""Large files, read by a worker.

The table of uploads says what is to be read; a task only wakes a worker. The worker that begins to read puts a lease id
of its own on the upload and renews the lease every second. One that did not for `TASK_SILENT_S` is considered dead;
what it did is rolled back with its transaction.
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
from csv_batches.rules.choices import UploadState
from csv_batches.services import store_rows, uploads
from csv_batches.services.store_rows import Rows
from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.models import Queue
from experiments.services.locking import queue_lock

logger = logging.getLogger(__name__)

RENEW_S = 1.0
MAX_ATTEMPTS = 3
CHECK_EVERY_ROWS = 500
PARSING = Q(state=UploadState.PARSING)

# A locked upload is about to be deleted: waiting for the lock would only delay the end of the reading.
_RENEW = """
UPDATE csv_batches_upload SET beat = clock_timestamp(), rows = %(rows)s WHERE id = (
    SELECT id FROM csv_batches_upload WHERE id = %(id)s AND lease_id = %(lease_id)s AND state = 'parsing'
    FOR UPDATE SKIP LOCKED
)
"""


class Interrupted(Exception):
    """The file must not be read any further: the upload is no longer this worker's, or the process is ending."""


class UploadLease(threading.Thread):
    """Renews the lease of an upload from a database connection of its own, and notices when the lease was lost."""

    def __init__(self, upload: Upload, stopping: Callable[[], bool] = lambda: False) -> None:
        super().__init__(name="upload-lease", daemon=True)
        self.upload = upload
        self._stopping = stopping
        self.rows = 0
        self._lost = False
        self._end = threading.Event()

    def run(self) -> None:
        try:
            while not self._end.wait(RENEW_S):
                self.renew()
        finally:
            connection.close()

    def renew(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_RENEW, {"id": self.upload.pk, "lease_id": self.upload.lease_id, "rows": self.rows})
                self._lost = cursor.rowcount == 0
        except (DatabaseError, InterfaceError) as error:
            # Where the database is away for long, the thread that reads the file fails by itself.
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
        """The same rows, counted; raises `Interrupted` at the next check after the lease was lost."""
        for number, row in enumerate(rows, start=1):
            if number % CHECK_EVERY_ROWS == 0:
                self.rows = number
                self.check()
            yield row


def read(upload_id: UUID, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Reads the file of an upload into its draft. Does nothing where another worker reads it, or it is gone.

    `stopping`: whether this process has been asked to end. The upload is left to another worker then.
    """
    upload = take_upload(upload_id)
    if upload is None or upload.batch is None:
        return
    lease = UploadLease(upload, stopping)
    lease.start()
    try:
        with settings.DISK_SPACE.refusing_when_full():
            store_upload(lease, upload.batch)
    except Interrupted:
        # An attempt that was interrupted is not held against the file.
        attempts = F("attempts") - 1
        if _leased(upload).update(lease_id=None, beat=None, rows=0, attempts=attempts, enqueued_at=Now()):
            uploads.wake_worker(upload.pk)
    except WorkbenchError as error:
        _refuse(_leased(upload), error)
    except IntegrityError:
        # The draft was deleted, or another worker was faster.
        logger.warning("upload %s was overtaken", upload_id)
    finally:
        lease.end()


def _leased(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(PARSING, pk=upload.pk, lease_id=upload.lease_id)


def take_upload(upload_id: UUID) -> Upload | None:
    """The upload, leased to this worker; None where another worker has it, or there is nothing to read."""
    lease_id = uuid4()
    taken = Upload.objects.filter(PARSING, _without_worker(), pk=upload_id).update(
        lease_id=lease_id, beat=Now(), rows=0, attempts=F("attempts") + 1
    )
    return Upload.objects.select_related("batch").get(lease_id=lease_id) if taken else None


def _without_worker() -> Q:
    """No worker has renewed its lease lately."""
    return Q(beat__isnull=True) | Q(beat__lt=Now() - timedelta(seconds=settings.TASK_SILENT_S))


def store_upload(lease: UploadLease, batch: CsvBatch) -> None:
    """Reads and stores the file in one transaction, which locks the draft only at its end.

    Until then its settings can be changed. `Interrupted` where the lease was lost.
    """
    options = store_rows.options_of(lease.upload.options)
    with transaction.atomic():
        table = store_rows.open_file(uploads.file_of(lease.upload), name=lease.upload.name, options=options)
        with store_rows.rows_replaced(batch, table, options, lease.watched) as rows:
            batch = _locked_when_free(lease)
            lease.end()
            upload = _leased(lease.upload).select_for_update(no_key=True).first()
            if upload is None:
                raise Interrupted
            store_rows.describe_rows(batch, rows)
            uploads.move_file_to_batch(batch, upload)
            batch.save()


def _locked_when_free(lease: UploadLease) -> CsvBatch:
    """The draft, locked. Polls instead of waiting for the lock: its holder may be waiting for rows locked here."""
    batch_id = lease.upload.batch_id
    assert batch_id is not None
    while True:
        lease.check()
        draft = Queue.objects.kept().filter(pk=batch_id, status=QueueStatus.DRAFT)
        if draft.select_for_update(no_key=True, skip_locked=True).values_list("pk").first():
            return queue_lock(CsvBatch, batch_id)
        if not draft.exists():
            raise Interrupted
        time.sleep(0.1)


def _refuse(found: QuerySet[Upload], error: WorkbenchError) -> None:
    found.update(state=UploadState.FAILED, errors=[uploads.as_error(error)], lease_id=None, beat=None)


# -- what the worker asks of this kind


def sweep() -> None:
    """Wakes a worker for each upload whose task was lost or whose worker died; refuses files that end their workers."""
    waits_long = Q(beat__isnull=True, enqueued_at__lt=Now() - timedelta(seconds=settings.TASK_RESEND_S))
    lost = Upload.objects.filter(PARSING, _without_worker()).filter(waits_long | Q(beat__isnull=False))
    for upload in lost:
        still_lost = Upload.objects.filter(PARSING, _without_worker(), pk=upload.pk)
        if upload.attempts >= MAX_ATTEMPTS:
            detail = f"Reading was interrupted {MAX_ATTEMPTS} times. The log of the worker says more; try again later."
            _refuse(still_lost, WorkbenchError(detail, code=ErrorCode.CRASHED))
        elif still_lost.update(beat=None, enqueued_at=Now()):
            uploads.wake_worker(upload.pk)
