"""Whether the site works: its database, its tables, and the last heartbeat of a worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import DateTimeField, Max
from django.db.models.functions import Now
from django.utils import timezone
from django_q.brokers import get_broker

from experiments.core.choices import QueueStatus
from experiments.core.formatting import duration
from experiments.kinds import kind_of
from experiments.models import Queue, WorkerProcess

MISSING_S = 120.0
"""Without a heartbeat for so long, workers are reported as missing."""
UNREACHABLE = (Error, RuntimeError)
"""Raised when the database does not answer; RuntimeError: the embedded one does not start."""

# A worker whose main process hangs may still have processes that work.
_NEWEST_HEARTBEAT = """
SELECT extract(epoch FROM clock_timestamp() - greatest(
    (SELECT max(beat_at) FROM experiments_workerprocess WHERE role = 'guardian'),
    (SELECT max(beat_at) FROM experiments_workerlease)))::float8
"""


@dataclass(frozen=True)
class Health:
    """`heartbeat_age_s` is None where no worker ever ran, `redis` where it is not used."""

    database: bool
    migrated: bool = False
    heartbeat_age_s: float | None = None
    redis: bool | None = None
    has_room: bool = True

    @property
    def has_worker(self) -> bool:
        return self.heartbeat_age_s is not None and self.heartbeat_age_s < MISSING_S

    @property
    def ready(self) -> bool:
        return self.database and self.migrated and self.has_worker and self.redis is not False

    def shown(self) -> dict[str, Any]:
        """As JSON. Public: it holds nothing secret."""
        age = self.heartbeat_age_s
        worker = "ok" if self.has_worker else "missing" if self.database else "unknown"
        return {
            "status": "ready" if self.ready else "not ready",
            "database": "ok" if self.database else "unreachable",
            "migrations": "applied" if self.migrated else "pending" if self.database else "unknown",
            "worker": {
                "status": worker,
                "heartbeat_age_s": None if age is None else round(age, 1),
            },
            # Short: files are refused, and rows may wait. The site answers, so it counts as ready.
            "disk": "ok" if self.has_room else "short",
            **({} if self.redis is None else {"redis": "ok" if self.redis else "unreachable"}),
        }


def current_health() -> Health:
    redis = redis_answers() if settings.REDIS_URL else None
    has_room = not settings.DISK_SPACE.is_short
    try:
        if not is_migrated():
            return Health(database=True, redis=redis, has_room=has_room)
        age_s = newest_heartbeat_age_s()
        return Health(database=True, migrated=True, heartbeat_age_s=age_s, redis=redis, has_room=has_room)
    except UNREACHABLE:
        # A connection that was opened before the server went away cannot be used any more.
        connection.close()
        return Health(database=False, redis=redis, has_room=has_room)


def redis_answers() -> bool:
    return bool(get_broker().ping())


def is_migrated() -> bool:
    """Whether the tables are those of this version of the program. Once they are, they stay so."""
    connection.ensure_connection()
    try:
        return _all_applied()
    except _Pending:
        return False


class _Pending(Exception):
    pass


@lru_cache(maxsize=1)
def _all_applied() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Pending  # is not remembered
    return True


def newest_heartbeat_age_s() -> float | None:
    """Seconds since the last heartbeat of any worker, None where there was none."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_HEARTBEAT)
        age_s: float | None = cursor.fetchone()[0]
    return age_s


def process_heartbeat_age_s(*, host: str, pid: int) -> float | None:
    """Seconds since the last heartbeat of the worker with this main process; None where that is not known."""
    try:
        mains = WorkerProcess.objects.filter(host=host[:200], pid=pid, role="guardian")
        age = mains.aggregate(age=Now() - Max("beat_at", output_field=DateTimeField()))["age"]
    except UNREACHABLE:
        connection.close()
        return None
    return age.total_seconds() if age is not None else None


def waiting_note(queues: Iterable[Queue]) -> str:
    """A sentence where items of these queues wait for a disk with room, or no worker seems to run; "" otherwise."""
    waiting = [queue for queue in queues if queue.status == QueueStatus.RUNNING and queue.queued and queue.started_at]
    if not waiting:
        return ""
    if settings.DISK_SPACE.is_too_short_for_calls:
        return f"The disk of this site is nearly full: {kind_of(waiting[0]).nouns.items} wait until there is room."
    age_s = newest_heartbeat_age_s()
    if age_s is None:
        age_s = (timezone.now() - min(queue.started_at for queue in waiting if queue.started_at)).total_seconds()
    if age_s < MISSING_S:
        return ""
    items = kind_of(waiting[0]).nouns.items
    # In whole minutes: a text that changes every second would be sent with every poll.
    return f"No worker has been heard of for {duration(age_s // 60 * 60)}: {items} wait."
