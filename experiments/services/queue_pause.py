"""The one place where the system pauses a queue. A person's pause is `queues.pause`, the end of a range `queue_end`."""

from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from experiments.core import limits
from experiments.core.choices import PauseReason
from experiments.run_client.retry_policy import Breaker

RATE_LIMITED = "The network asked to wait. It goes on by itself."

BREAKER_SENTENCES = {
    PauseReason.UNAUTHORIZED: "The network refused the worker's credentials. Check its token, then resume.",
    PauseReason.NOT_FOUND: "The network answered 404. Check its run URL, its name and the agent, then resume.",
    PauseReason.UNREACHABLE: "The network's address cannot be reached. Check its run URL, then resume.",
    PauseReason.SERVER_ERROR: "The network failed on one row after the other. Look at the last errors, then resume.",
    PauseReason.VERSION_CHANGED: (
        "The network answers with another version than this batch was started on: somebody published one, and the "
        "network does not keep to the version that it is asked for. Its answers are not taken. Publish the batch's "
        "version again and resume, or cancel the batch and start a copy of it on the new version."
    ),
    PauseReason.SCHEMA_MISMATCH: (
        "One answer after the other broke the schema. Look at them and at the schema, then resume or cancel."
    ),
}
"""For the person who has to act."""

_PAUSE = """
UPDATE experiments_queue SET status = 'paused', pause_code = %(code)s, pause_detail = %(detail)s, probing = %(probing)s,
    pause_until = CASE WHEN %(until)s::float8 IS NOT NULL
                  THEN clock_timestamp() + %(until)s::float8 * interval '1 second' END
WHERE id = %(id)s AND status = 'running'
"""


class PausableQueue(limits.LimitedQueue, Protocol):
    """A queue whose row the transaction holds."""

    @property
    def id(self) -> UUID: ...
    @property
    def probing(self) -> bool: ...


def queue_pause(
    queue_id: UUID, *, reason: PauseReason, detail: str, until_s: float | None = None, probing: bool = True
) -> None:
    """running → paused; nothing where it does not run.

    `until_s`: it resumes by itself after so many seconds. `probing`: after the pause one row is called alone first.
    """
    values: dict[str, Any] = {"id": queue_id, "code": reason, "detail": detail, "until": until_s, "probing": probing}
    with connection.cursor() as cursor:
        cursor.execute(_PAUSE, values)


def queue_pause_by_breaker(queue_id: UUID, breaker: Breaker) -> None:
    """After too many failures of one group in a row."""
    queue_pause(queue_id, reason=breaker.pause_reason, detail=BREAKER_SENTENCES[breaker.pause_reason])


def queue_pause_for(queue_id: UUID, seconds: float) -> None:
    """After a 429 that asks for a longer wait than a worker waits."""
    queue_pause(queue_id, reason=PauseReason.RATE_LIMITED, detail=RATE_LIMITED, until_s=seconds)


def queue_pause_at_limit(queue: PausableQueue) -> bool:
    """Pauses a running queue whose hard limit is reached, and whether it did. Called before each claim."""
    limit = limits.reached_limit(queue)
    if limit is not None:
        # It says nothing about the network: no row has to go first after it.
        queue_pause(queue.id, reason=limit.code, detail=limit.sentence(queue), probing=queue.probing)
    return limit is not None
