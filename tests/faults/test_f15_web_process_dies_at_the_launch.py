"""F15: the web process dies between the rows and the launch."""

import os
import subprocess
import sys
import time

from experiments.models import Lane, Queue
from tests.faults.support import RECOVERY_S, StartWorker, assert_whole, seen
from tests.support import paths
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import ROOT, database_url, eventually

DYING = """
import os, signal, sys
import django
django.setup()
from django.db import transaction
from experiments.services import queues

die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
queues.wake_workers = {
    "before the commit": die,
    # Where the broker is not this database, a task is sent after the commit.
    "after the commit": lambda *_: transaction.on_commit(die),
}[sys.argv[2]]
queues.start(queue_id=sys.argv[1])
"""


def start_and_die(batch: str, moment: str) -> None:
    env = {**os.environ, "DATABASE_URL": database_url(), "VAR_DIR": str(paths.PLACE)}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    ended = subprocess.run([sys.executable, "-c", DYING, batch, moment], cwd=ROOT, env=env, check=False)
    assert ended.returncode == -9


def test_a_batch_that_was_started_without_its_tasks_runs_within_a_sweep_and_once(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    batch = api.ready(api.network(run_server), numbered(20))
    start_and_die(batch, "after the commit")
    died_at = time.monotonic()
    assert Queue.objects.get(pk=batch).status == "running"
    eventually(lambda: run_server.stats()["calls"], timeout_s=RECOVERY_S, what="a sweeper wakes the worker")
    seen(f"first call {time.monotonic() - died_at:.1f} s after the web process died (at most {RECOVERY_S:.0f})")
    assert_whole(api, run_server, batch, rows=20, repeated=0)
    assert api.run(batch, want=409)["errors"][0]["code"] == "already_started"


def test_a_start_that_was_not_committed_did_not_happen_and_can_be_made(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    batch = api.ready(api.network(run_server), numbered(20))
    start_and_die(batch, "before the commit")
    assert Queue.objects.get(pk=batch).status == "draft"
    assert not Lane.objects.exists()
    api.run(batch)
    assert_whole(api, run_server, batch, rows=20, repeated=0)
