"""The one place where the system pauses a queue. A person's pause is `queues.pause`, the end of a range `queue_end`."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from experiments.core import limits
from experiments.core.choices import AuditAction, NoticeEvent, PauseReason, QueueStatus
from experiments.core.formatting import shorten
from experiments.models import Queue
from experiments.run_client.retry_policy import Breaker
from experiments.services import audit, notices

REACH_AGAIN_S = (60.0, 120.0, 300.0, 600.0, 3600.0)
"""Until a queue whose network could not be reached tries again by itself: each time longer, at last every hour."""
REACHED_AGAIN = " One row is tried again by itself, and the others follow when it is answered; resume tries at once."
WORDS = 300
"""Characters of the last error that a pause quotes."""

BREAKER_SENTENCES = {
    PauseReason.UNAUTHORIZED: (
        "{host} refused the worker's credentials{times}: {words} Check the network's token, then resume."
    ),
    PauseReason.CONFIGURATION: "Calls failed{times}: {words} Mend that, then resume.",
    PauseReason.NOT_FOUND: (
        "{host} answered “not found”{times}: {words} Check the network's run URL, its name and the agent, then resume."
    ),
    PauseReason.UNREACHABLE: ("Calls failed{times}: {words} Check its address (the run URL, or that of the model)."),
    PauseReason.SERVER_ERROR: (
        "{host} failed{times}. The last error: {words} Look at the last errors and at the network, then resume."
    ),
    PauseReason.RUN_ERROR: (
        "Runs at {host} failed{times} with the same error: {words} "
        "Check those rows and the network, then resume, and retry the failed ones."
    ),
    PauseReason.REJECTED: (
        "{host} refused the request{times}: {words} "
        "Check those rows and the network, then resume, and retry those that failed."
    ),
    PauseReason.BAD_RESPONSE: (
        "{host} sent something that isn’t an answer of a run{times}: {words} "
        "Check the network's run URL and its proxies, then resume."
    ),
    PauseReason.SCHEMA_MISMATCH: (
        "Answers of {host} broke the schema{times}. The last: {words} "
        "Look at them and at the schema, then resume or cancel."
    ),
    PauseReason.VERSION_CHANGED: (
        "The network answers with another version than the one that this batch runs on: a new one was published, and "
        "the network ignores the requested version. Its answers aren’t saved, so that no two "
        "versions are mixed. Publish the batch's version again and resume, or cancel the batch and start a copy, "
        "of all its rows or of those that failed, on the new version."
    ),
}
"""For the person who has to act. `host` is who was called, `words` a sentence of the runtime, `times` " 5 times in a
row" or ""."""

_PAUSE = """
UPDATE experiments_queue SET status = 'paused', pause_code = %(code)s, pause_detail = %(detail)s, probing = %(probing)s,
    pause_error_code = %(error_code)s, pause_count = %(count)s,
    pause_until = CASE WHEN %(until)s::float8 IS NOT NULL
                  THEN clock_timestamp() + %(until)s::float8 * interval '1 second' END
WHERE id = %(id)s AND status = 'running'
"""


_PAUSE_ALL = f"""
WITH found AS (
    -- In one order: two that pause the same queues do not wait for each other.
    SELECT id FROM experiments_queue WHERE network_id = %(network)s AND status = 'running' AND deleted_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
)
{_PAUSE.replace("WHERE id = %(id)s", "WHERE id IN (SELECT id FROM found)")}
RETURNING id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class FailedInARow:
    """What a breaker has seen: who was called, what the last failure said, its `error_code`, and the how manyth it is.

    `host` and `words` are for a sentence, "" where there is nothing to say.
    """

    host: str
    words: str
    error_code: str
    count: int

    def told(self, reason: PauseReason) -> str:
        """The sentences about it for the reason of a pause."""
        words = shorten(self.words, WORDS)
        return BREAKER_SENTENCES[reason].format(
            host=self.host or "The network",
            times=f" {self.count} times in a row" if self.count > 1 else "",
            words=words if words.endswith((".", "!", "?", "…")) else f"{words}.",
        )


class PausableQueue(limits.LimitedQueue, Protocol):
    """A queue whose row the transaction holds."""

    @property
    def id(self) -> UUID: ...
    @property
    def probing(self) -> bool: ...


def queue_pause(
    queue_id: UUID,
    *,
    reason: PauseReason,
    detail: str,
    until_s: float | None = None,
    probing: bool = True,
    failed: FailedInARow | None = None,
) -> None:
    """running → paused; nothing where it does not run.

    `until_s`: it resumes by itself after so many seconds. `probing`: after the pause one row is called alone first.
    `failed`: the failures that it pauses for.
    """
    values: dict[str, Any] = {"id": queue_id, "code": reason, "detail": detail, "until": until_s, "probing": probing}
    values |= _values_of(failed)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PAUSE, values)
        if cursor.rowcount:
            audit.record_queue(queue_id, AuditAction.PAUSE, reason=reason)
            notices.announce(queue_id, NoticeEvent.PAUSED)


def _values_of(failed: FailedInARow | None) -> dict[str, Any]:
    return {"error_code": failed.error_code if failed else "", "count": failed.count if failed else 0}


def queue_pause_by_breaker(queue_id: UUID, breaker: Breaker, failed: FailedInARow) -> None:
    """After too many failures without a success. One whose network could not be reached resumes by itself."""
    reason = breaker.pause_reason
    until_s = _until_next_try(queue_id) if reason == PauseReason.UNREACHABLE else None
    detail = failed.told(reason) + (REACHED_AGAIN if until_s else "")
    queue_pause(queue_id, reason=reason, detail=detail, until_s=until_s, failed=failed)


def _until_next_try(queue_id: UUID) -> float | None:
    """Seconds, and counts the try. None for a trial, for which a person waits."""
    queue = Queue.objects.filter(pk=queue_id, status=QueueStatus.RUNNING, parent=None)
    tries = queue.values_list("reach_tries", flat=True).first()
    if tries is None:
        return None
    queue.update(reach_tries=tries + 1)
    return REACH_AGAIN_S[min(tries, len(REACH_AGAIN_S) - 1)]


def queue_pause_at_network(network_id: int, *, reason: PauseReason, detail: str, until_s: float | None) -> None:
    """All that run at a network which takes no calls: they resume after so many seconds; None: when a person does."""
    values: dict[str, Any] = {
        "network": network_id,
        "code": reason,
        "detail": detail,
        "until": until_s,
        "probing": True,
        **_values_of(None),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PAUSE_ALL, values)
        for (queue_id,) in cursor.fetchall():
            audit.record_queue(queue_id, AuditAction.PAUSE, reason=reason)
            notices.announce(queue_id, NoticeEvent.PAUSED)


def queue_pause_at_limit(queue: PausableQueue) -> bool:
    """Pauses a running queue whose hard limit is reached, and whether it did. Called before each claim."""
    limit = limits.reached_limit(queue)
    if limit is not None:
        # It says nothing about the network: no row has to go first after it.
        queue_pause(queue.id, reason=limit.code, detail=limit.sentence(queue), probing=queue.probing)
    return limit is not None
