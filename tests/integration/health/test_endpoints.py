"""What monitoring is told, without logging in."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from experiments.models import WorkerProcess
from experiments.selectors import health
from tests.support import paths
from tests.support.worker import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_worker() -> None:
    WorkerProcess.objects.all().delete()


def heard_of(seconds_ago: float, role: str = "guardian") -> None:
    beat_at = timezone.now() - timedelta(seconds=seconds_ago)
    WorkerProcess.objects.create(
        cluster=uuid4(), host="h", pid=7, role=role, doing="idle", started_at=beat_at, beat_at=beat_at
    )


def ready(want: int) -> Any:
    response = Client().get("/health/ready")
    assert response.status_code == want
    assert "no-store" in response["Cache-Control"]
    return response.json()


def test_with_a_worker_it_is_ready() -> None:
    heard_of(3)
    answer = ready(200)
    assert (answer["status"], answer["database"], answer["migrations"]) == ("ready", "ok", "applied")
    assert answer["worker"]["status"] == "ok"
    assert 2 <= answer["worker"]["heartbeat_age_s"] < 30


def test_without_any_it_is_not() -> None:
    assert ready(503)["worker"] == {"status": "missing", "heartbeat_age_s": None}


def test_with_one_that_fell_silent_it_is_not_and_says_since_when() -> None:
    heard_of(300)
    worker = ready(503)["worker"]
    assert worker["status"] == "missing"
    assert 300 <= worker["heartbeat_age_s"] < 330


def test_a_process_whose_guardian_is_gone_is_no_worker() -> None:
    heard_of(3, role="worker")
    assert ready(503)["worker"]["status"] == "missing"


def test_with_a_migration_to_come_it_is_not() -> None:
    heard_of(3)
    health._all_applied.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'experiments'")
    assert ready(503)["migrations"] == "pending"
    assert ready(503)["migrations"] == "pending", "and this is not remembered"


ELSEWHERE = """
import django
django.setup()
from django.test import Client
answer = Client(SERVER_NAME="localhost").get("/health/ready")
print(answer.status_code, answer.content.decode())
"""


def test_without_a_database_it_is_not_and_tells_nothing_of_it() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(paths.PLACE)}
    env["DATABASE_URL"] = "postgresql://somebody:password@127.0.0.1:1/hidden"
    command = [sys.executable, "-c", ELSEWHERE]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    status, _, answer = told.stdout.partition(" ")
    assert (status, json.loads(answer)["database"]) == ("503", "unreachable")
    assert not any(word in answer for word in ("somebody", "password", "hidden", "127.0.0.1"))


def test_live_asks_nobody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_they_only_answer_questions(path: str) -> None:
    assert Client().post(path).status_code == 405
