"""What a remote runtime says about a call: which version answered it, and how a call ended that was lost in a crash."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from experiments.core.choices import RowError
from experiments.run_client import AbortHandle, FailureReason, NoAnswer, RunReply, read_recorded
from experiments.run_client.config_api import ConfigTarget, KeptRun, kept_runs, version_of
from experiments.worker.claim import ClaimedRow

logger = logging.getLogger(__name__)
FIRST_GENERATION = 1


class RemoteRuns:
    """The runs of one queue that a network with a configuration API has. Uses HTTP only."""

    def __init__(self, target: ConfigTarget, queue_id: UUID, pinned: int | None) -> None:
        self._target = target
        self._queue_id = queue_id
        self._pinned = pinned

    def recorded_answer(self, row: ClaimedRow, abort: AbortHandle) -> RunReply | None:
        """The remote's answer to a row whose last call was lost; None where the row must be called again."""
        try:
            runs = kept_runs(self._target, str(self._queue_id), abort=abort)
        except NoAnswer as error:
            logger.warning(
                "row %s of %s is called again, its runs are unknown: %s", row.row_index, self._queue_id, error
            )
            return None
        return newest_answer(runs, row, pinned=self._pinned)


def newest_answer(runs: Iterable[KeptRun], row: ClaimedRow, *, pinned: int | None) -> RunReply | None:
    """The newest answer to the row's present generation by the version that is pinned."""
    own = sorted(
        (run for run in runs if is_answer_to(run, row)), key=lambda run: run.at or datetime.min.replace(tzinfo=UTC)
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
    return row.generation == FIRST_GENERATION or (run.at is not None and run.at >= row.queued_at)


def refuse_other_version(reply: RunReply, pinned: int | None) -> RunReply:
    """The reply, or a `bad_response` in its place where another version answered. One without a version is accepted."""
    version = version_of(reply.graph_version_id)
    if pinned is None or version in (None, pinned):
        return reply
    message = f"The answer is by version {version} of the network, the batch runs on version {pinned}: it is not taken."
    return replace(
        reply,
        error_code=RowError.BAD_RESPONSE,
        reason=FailureReason.VERSION,
        message=message,
        payload=None,
        transient=True,
    )
