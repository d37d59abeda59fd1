"""What a remote runtime says about a call: which version answered it, and how one ended of which no answer came."""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from experiments.core.choices import RowError
from experiments.run_client import AbortHandle, FailureReason, NoAnswer, RunReply, read_recorded
from experiments.run_client.config_api import ConfigTarget, KeptRun, KeptRuns, kept_runs, version_of
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import OTHER_VERSION

logger = logging.getLogger(__name__)
FIRST_GENERATION = 1
FRESH_S = 5.0
"""A list of all runs serves the rows that wait for it, and those that come so soon after it was asked for."""
LOST_ON_THE_WAY = (502, 504, 524)
"""Of a proxy: it has sent the call on, and waited in vain. A runtime that answers so itself says more than that."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the remote says of a row's last call: its answer; that it is under way; or `problem`: why it cannot tell."""

    reply: RunReply | None = None
    is_under_way: bool = False
    problem: str = ""


def has_unknown_end(reply: RunReply) -> bool:
    """Whether the runtime may have finished the call all the same: no answer, or not the whole of it, came back."""
    if reply.reason == FailureReason.GARBLED:
        return reply.http_status is None or reply.http_status < 300
    ended_here = (FailureReason.DEADLINE, FailureReason.DROPPED, FailureReason.ABORTED)
    is_by_proxy = reply.reason is None and not reply.usage and not reply.trace_id
    return reply.reason in ended_here or (is_by_proxy and reply.http_status in LOST_ON_THE_WAY)


class RemoteRuns:
    """The runs of one queue that a network with a configuration API has. Uses HTTP only, from many threads.

    They ask one after the other: a remote that lists all runs at once does so for all that wait.
    """

    def __init__(self, target: ConfigTarget, queue_id: UUID) -> None:
        self._target = target
        self._queue_id = queue_id
        self._asking = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._shared: tuple[float, KeptRuns | NoAnswer] | None = None

    def look_up(self, row: ClaimedRow, *, pinned: int | None, abort: AbortHandle) -> Look:
        """How the row's last call ended, as far as the remote knows. An answer by another version than is pinned is
        none."""
        with self._counting:
            self._waiting += 1
        try:
            with self._asking:
                listing = self._listing(row, pinned, abort)
        finally:
            with self._counting:
                self._waiting -= 1
                if not self._waiting:
                    self._shared = None
        if isinstance(listing, NoAnswer):
            logger.warning("the runs of row %s of %s are unknown: %s", row.row_index, self._queue_id, listing)
            return Look(problem=str(listing))
        reply = newest_answer(listing.runs, row, pinned=pinned)
        return Look(reply, reply is None and any(is_under_way(run, row) for run in listing.runs))

    def _listing(self, row: ClaimedRow, pinned: int | None, abort: AbortHandle) -> KeptRuns | NoAnswer:
        asked_at = time.monotonic()
        if self._shared and asked_at - self._shared[0] < FRESH_S and not abort.aborted:
            return self._shared[1]
        listing: KeptRuns | NoAnswer
        try:
            listing = kept_runs(
                self._target,
                str(self._queue_id),
                row.row_index,
                is_wanted=lambda run: newest_answer([run], row, pinned=pinned) is not None,
                abort=abort,
            )
        except NoAnswer as error:
            listing = error
        is_for_all = isinstance(listing, NoAnswer) or listing.is_whole
        self._shared = (asked_at, listing) if is_for_all and not abort.aborted else None
        return listing


def is_under_way(run: KeptRun, row: ClaimedRow) -> bool:
    return run.answer is None and is_answer_to(run, row)


def newest_answer(runs: Iterable[KeptRun], row: ClaimedRow, *, pinned: int | None) -> RunReply | None:
    """The newest answer to the row's present generation by the version that is pinned."""
    own = sorted(
        (run for run in runs if run.answer is not None and is_answer_to(run, row)),
        key=lambda run: run.at or datetime.min.replace(tzinfo=UTC),
    )
    for run in reversed(own):
        reply = refuse_other_version(read_recorded(run.answer), pinned)
        if reply.reason != FailureReason.VERSION:
            return replace(reply, elapsed_ms=reply.run_duration_ms or 0)
    return None


def is_answer_to(run: KeptRun, row: ClaimedRow) -> bool:
    """Whether the run answers the row's present generation: a person who retries a row wants a new answer.

    The remote was told the generation as `experiment_iteration`. Where it does not keep that, a row that was never
    retried has no other, and of one that was only runs count that are younger than the retry.
    """
    if run.item_index != row.row_index:
        return False
    if run.iteration is not None:
        return run.iteration == row.generation
    if row.generation == FIRST_GENERATION or row.queued_at is None:
        return True
    return run.at is not None and run.at >= row.queued_at


def refuse_other_version(reply: RunReply, pinned: int | None) -> RunReply:
    """The reply, or a `bad_response` in its place where another version answered. One without a version is accepted."""
    version = version_of(reply.graph_version_id)
    if pinned is None or version in (None, pinned):
        return reply
    message = OTHER_VERSION.format(version=version, pinned=pinned)
    return replace(
        reply,
        error_code=RowError.BAD_RESPONSE,
        reason=FailureReason.VERSION,
        message=message,
        payload=None,
        transient=True,
    )
