"""Heartbeat rows: which processes of this worker live, and what each does. For people and their monitoring to read.

Nothing in the worker acts upon them: it watches its own processes in memory, and rows of dead workers by their leases.
"""

import json
import os
import socket
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import connection

from experiments.models import WorkerProcess
from experiments.worker.heartbeat import Sign

KEPT = "1 day"
"""How long the rows of a worker that ended without a word can be looked at."""

_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(signs)s::jsonb) AS g(
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


class Heartbeats:
    """The rows of one worker."""

    def __init__(self) -> None:
        self._cluster = uuid4()
        self._host = socket.gethostname()[:200]

    def write(self, signs: Iterable[Sign]) -> None:
        """Replaces this worker's rows."""
        given = [
            {
                "pid": sign.pid,
                "role": sign.role.name.lower(),
                "doing": sign.doing.name.lower(),
                "queue": str(sign.queue) if sign.queue else None,
                "started": sign.started,
                "age_s": sign.age_s,
            }
            for sign in signs
            if is_there(sign.pid)
        ]
        values: dict[str, Any] = {
            "signs": json.dumps(given),
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
