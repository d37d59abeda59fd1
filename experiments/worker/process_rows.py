"""The rows of `WorkerProcess`: which processes of this worker are alive, and what each does. For people and monitoring.

Nothing in the worker acts upon them: it watches its own processes in memory, and dead workers by the leases of rows.
"""

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

from django.db import connection

from experiments.models import WorkerProcess
from experiments.worker.heartbeat import Activity, Heartbeat, Role
from experiments.worker.leases import CLUSTER

KEPT = "1 day"
"""How long the rows of a worker that was killed are kept."""

_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(heartbeats)s::jsonb) AS g(
        pid int, role text, doing text, started float8, age_s float8)
), gone AS (
    DELETE FROM experiments_workerprocess p
    WHERE (p.cluster = %(cluster)s AND NOT EXISTS (SELECT 1 FROM given g WHERE g.pid = p.pid))
       OR p.beat_at < clock_timestamp() - %(kept)s::interval
)
INSERT INTO experiments_workerprocess (cluster, host, pid, role, doing, started_at, beat_at)
SELECT %(cluster)s, %(host)s, pid, role, doing, to_timestamp(started),
       clock_timestamp() - age_s * interval '1 second'
FROM given
ON CONFLICT (cluster, pid) DO UPDATE
SET role = excluded.role, doing = excluded.doing,
    started_at = excluded.started_at, beat_at = excluded.beat_at
"""


class ProcessRows:
    """The rows of one worker."""

    def __init__(self) -> None:
        self._cluster = CLUSTER
        self._host = socket.gethostname()[:200]

    def write(self, heartbeats: Sequence[Heartbeat]) -> None:
        """Replaces this worker's rows. A process whose engine has lanes is shown as doing that."""
        calling = {one.pid for one in heartbeats if one.role == Role.ENGINE and one.activity == Activity.LANE}
        given = [
            {
                "pid": heartbeat.pid,
                "role": heartbeat.role.name.lower(),
                "doing": (Activity.LANE if heartbeat.pid in calling else heartbeat.activity).name.lower(),
                "started": heartbeat.started,
                "age_s": heartbeat.age_s,
            }
            for heartbeat in heartbeats
            if heartbeat.role != Role.ENGINE and is_there(heartbeat.pid)
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
