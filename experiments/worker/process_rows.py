"""The rows of `WorkerProcess`: which processes of this worker are alive, and what each does. For people and monitoring.

Nothing in the worker acts upon them: it watches its own processes in memory, and dead workers by the leases of rows.
"""

import json
import os
import socket
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import connection

from experiments.models import WorkerProcess
from experiments.worker.heartbeat import Heartbeat

KEPT = "1 day"
"""How long the rows of a worker that was killed are kept."""

_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(heartbeats)s::jsonb) AS g(
        pid int, role text, doing text, queue uuid, started float8, age_s float8)
), gone AS (
    DELETE FROM experiments_workerprocess p
    WHERE (p.cluster = %(cluster)s AND NOT EXISTS (SELECT 1 FROM given g WHERE g.pid = p.pid))
       OR p.beat_at < clock_timestamp() - %(kept)s::interval
)
INSERT INTO experiments_workerprocess (cluster, host, pid, role, doing, queue_id, started_at, beat_at)
SELECT %(cluster)s, %(host)s, pid, role, doing, queue, to_timestamp(started),
       clock_timestamp() - age_s * interval '1 second'
FROM given
ON CONFLICT (cluster, pid) DO UPDATE
SET role = excluded.role, doing = excluded.doing, queue_id = excluded.queue_id,
    started_at = excluded.started_at, beat_at = excluded.beat_at
"""


class ProcessRows:
    """The rows of one worker."""

    def __init__(self) -> None:
        self._cluster = uuid4()
        self._host = socket.gethostname()[:200]

    def write(self, heartbeats: Iterable[Heartbeat]) -> None:
        """Replaces this worker's rows."""
        given = [
            {
                "pid": heartbeat.pid,
                "role": heartbeat.role.name.lower(),
                "doing": heartbeat.activity.name.lower(),
                "queue": str(heartbeat.queue) if heartbeat.queue else None,
                "started": heartbeat.started,
                "age_s": heartbeat.age_s,
            }
            for heartbeat in heartbeats
            if is_there(heartbeat.pid)
        ]
        values: dict[str, Any] = {
            "heartbeats": json.dumps(given),
            "cluster": self._cluster,
            "host": self._host,
            "kept": KEPT,
        }
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, values)

    def forget(self) -> None:
        """A worker that ended in order leaves no rows: what is left then tells of one that did not."""
        WorkerProcess.objects.filter(cluster=self._cluster).delete()


def is_there(pid: int) -> bool:
    """A slot keeps the number of a process that died, until it is given to another."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
