"""One run of the command: a batch of a file, or one to go on with, followed to its end, and its output."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import db
from django.utils import timezone

from csv_batches.demo.supervisor import GaveUp, Supervisor
from csv_batches.models import CsvBatch
from csv_batches.rules.choices import UploadState
from csv_batches.run_csv import files, hints, site
from csv_batches.run_csv.arguments import changes_after_start, manifest_of_options
from csv_batches.run_csv.choices import ExitCode
from csv_batches.run_csv.display import Display, State
from csv_batches.run_csv.workers import OwnWorker
from csv_batches.selectors.manifest import manifest_text
from csv_batches.services import drafts, launch, manifest
from experiments.core.choices import FINISHED, ErrorCode, PauseReason, QueueStatus
from experiments.core.errors import Conflict, InvalidInput, WorkbenchError
from experiments.core.formatting import counted
from experiments.selectors import health
from experiments.services import exports, queue_deletion, queues

LOOK_S = 0.5
WITH_OUTPUT = (ExitCode.SUCCEEDED, ExitCode.SOME_FAILED)
STOPPED = (QueueStatus.PAUSED, QueueStatus.CANCELLED)
AWAY_S = 60.0
"""So long the database may be away while the batch runs."""


class Job:
    """`code` is how it ended. Everything that is said goes to `display`, never to standard output."""

    def __init__(self, options: Mapping[str, Any], display: Display) -> None:
        self._options = options
        self._display = display
        self._batch_id: UUID | None = None
        self._manifest: Mapping[str, Any] = {}
        self._rows: tuple[int, int] | None = options["rows"]
        self._told = ""

    def run(self) -> ExitCode:
        with Supervisor(say=self._display.say) as supervisor:
            self._worker = OwnWorker(supervisor, self._display.say)
            self._supervisor = supervisor
            try:
                return self._run()
            except KeyboardInterrupt:
                return self._interrupted()
            except GaveUp as error:
                self._display.say(str(error))
                if self._batch_id:
                    self._display.say(hints.resume(self._batch_id, self._options))
                return ExitCode.ENDED

    def _run(self) -> ExitCode:
        files.refuse_unwritable(self._options["output"])
        files.refuse_without_library(files.format_of_output(self._options))
        site.prepare_database(self._display.say)
        if self._options["resume"]:
            self._batch_id = self._found(self._options["resume"]).pk
            self._user = self._batch().created_by
        else:
            self._user = site.user_named(self._options["user"])
            self._batch_id = self._made().pk
        self._display.say(hints.begins(self._batch_id, self._options))
        stopped = None
        if self._options["resume"]:
            stopped = self._go_on()
        else:
            self._begin_or_delete()
        code = self._follow() if stopped is None else stopped
        try:
            if code in WITH_OUTPUT:
                self._write()
        except WorkbenchError as error:
            self._display.say(f"{error.detail}\n{hints.answers(self._batch_id)}")
            return ExitCode.ENDED
        self._display.say(self._summary(code))
        return code

    # -- the batch

    def _made(self) -> CsvBatch:
        self._manifest = manifest_of_options(self._options)
        with files.given_file(self._options, self._manifest) as file:
            return manifest.create(
                user=self._user,
                manifest=self._manifest,
                file=file,
                accept_other_file=self._options["accept_other_file"],
            )

    def _found(self, given: str) -> CsvBatch:
        try:
            return CsvBatch.objects.kept().get(pk=UUID(given), parent=None)
        except (ValueError, CsvBatch.DoesNotExist):
            raise InvalidInput(f"There is no batch {given}.", code=ErrorCode.NOT_FOUND, attr="resume") from None

    def _batch(self) -> CsvBatch:
        """As it is now."""
        found: CsvBatch = CsvBatch.objects.select_related("network", "incoming", "created_by").get(pk=self._batch_id)
        return found

    # -- its beginning

    def _begin_or_delete(self) -> None:
        """Who mends an option starts anew: of each try a draft would stay."""
        try:
            self._begin()
        except WorkbenchError:
            queue_deletion.delete(queue=self._batch())
            raise

    def _begin(self) -> None:
        self._await_file()
        batch = self._batch()
        if not self._options["accept_other_file"]:
            manifest.refuse_other_rows(batch, self._manifest)
        rows = self._rows
        order = launch.Order(
            confirmed=self._options["replace_schema"],
            range_from=rows[0] if rows else None,
            range_to=rows[1] + 1 if rows else None,
        )
        launch.run(batch_id=batch.pk, user=self._user, order=order)

    def _await_file(self) -> None:
        """A large file is read by a worker. `InvalidInput` where it was refused."""
        while (upload := self._batch().arriving) is not None:
            if upload.state == UploadState.FAILED:
                error = upload.errors[0]
                raise InvalidInput(error["detail"], code=error["code"], attr=error["attr"])
            self._worker.ensure(None)
            self._supervisor.check()
            self._say_once(f"{upload.name} is being read.")
            time.sleep(LOOK_S)

    def _go_on(self) -> ExitCode | None:
        """Of `--resume`: whatever the batch needs to run. How it ends where a limit stops it still."""
        batch = self._batch()
        changes = changes_after_start(self._options)
        if changes:
            drafts.update(batch_id=batch.pk, values=changes)
        if self._rows is None and batch.range_to is not None:
            # The end of a range forgets it.
            self._rows = (batch.range_from or 0, batch.range_to - 1)
        if batch.status == QueueStatus.DRAFT:
            self._begin()
        elif batch.status in STOPPED and not (self._rows and _is_range_done(batch)):
            try:
                queues.resume(queue_id=batch.pk)
            except Conflict as error:
                self._display.say(error.detail)
                return ExitCode.PAUSED
        return None

    # -- while it runs

    def _follow(self) -> ExitCode:
        heard = time.monotonic()
        while True:
            try:
                batch = self._batch()
                heard = time.monotonic()
                self._display.show(State.of(batch, self._rows))
                code = self._end_of(batch)
                if code is not None:
                    return code
                if batch.status == QueueStatus.RUNNING:
                    self._worker.ensure(batch.network)
            except CsvBatch.DoesNotExist:
                self._display.say("The batch was deleted.")
                return ExitCode.ENDED
            except health.UNREACHABLE as error:
                # The embedded server is started again by the next connection.
                db.connection.close()
                if time.monotonic() - heard > AWAY_S:
                    self._display.say(f"The database doesn’t answer: {error}")
                    return ExitCode.ENDED
            self._supervisor.check()
            time.sleep(LOOK_S)

    def _end_of(self, batch: CsvBatch) -> ExitCode | None:
        """None while it goes on."""
        if batch.deleted_at or batch.status == QueueStatus.CANCELLED:
            self._display.say("The batch was deleted." if batch.deleted_at else "The batch was canceled.")
            return ExitCode.ENDED
        is_done = batch.status == QueueStatus.COMPLETED or _is_range_done(batch)
        if is_done:
            # What was in flight when a range ended is recorded a moment later.
            return None if batch.running else ExitCode.SOME_FAILED if batch.failed_open else ExitCode.SUCCEEDED
        if batch.status != QueueStatus.PAUSED:
            return None
        until = batch.pause_until
        patience_s = self._options["patience"] * 60
        if until is not None and (until - timezone.now()).total_seconds() <= patience_s:
            self._say_once(f"{batch.pause_detail} It resumes by itself at {timezone.localtime(until):%H:%M:%S}.")
            return None
        self._display.say(f"Paused. {batch.pause_detail}")
        return ExitCode.PAUSED

    def _say_once(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._display.say(text)

    def _interrupted(self) -> ExitCode:
        if self._batch_id is None:
            self._display.say("Stopped. Nothing was called.")
            return ExitCode.INTERRUPTED
        # The signal may have come in the middle of a statement.
        db.connection.close()
        try:
            queues.pause(queue_id=self._batch_id, by=self._user.get_username())
        except Conflict:
            # It had not begun yet, is paused already, or has just ended: there is nothing to stop.
            self._display.say("Stopped.")
        else:
            self._display.say("Paused. Calls in progress will finish. Ctrl-C once more leaves at once.")
        self._display.say(hints.resume(self._batch_id, self._options))
        return ExitCode.INTERRUPTED

    # -- its end

    def _write(self) -> None:
        batch = self._batch()
        if self._options["write_manifest"]:
            files.write_output(self._options["write_manifest"], [manifest_text(batch).encode()])
        output = self._options["output"]
        if output is None:
            return
        chosen = exports.ExportOptions(
            format=files.format_of_output(self._options),
            run_columns=not self._options["no_metadata"],
            partial=batch.status not in FINISHED,
            row_indexes="{}-{}".format(*self._rows) if self._rows else "",
        )
        files.write_output(output, exports.export_chunks(batch, chosen))

    def _summary(self, code: ExitCode) -> str:
        assert self._batch_id is not None
        batch = CsvBatch.objects.filter(pk=self._batch_id).first()
        if batch is None:
            return ""
        skipped = f", {batch.skipped:,} skipped" if batch.skipped else ""
        left = batch.queued + batch.running
        counts = f"{counted(batch.succeeded, 'row')} succeeded, {batch.failed:,} failed{skipped}, {left:,} not called."
        if code in WITH_OUTPUT:
            return counts if self._options["output"] else f"{counts}\n{hints.answers(batch.pk)}"
        return f"{counts}\n{hints.resume(batch.pk, self._options)}"


def _is_range_done(batch: CsvBatch) -> bool:
    return bool(batch.status == QueueStatus.PAUSED and batch.pause_code == PauseReason.RANGE)
