"""F33: the disk fills up, by a plain user's uploads and by another program: refused with a sentence, nobody is locked
out, nothing is lost, and all goes on when there is room.

A site and a worker of their own, with the embedded PostgreSQL, on a file system of 500 MB.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from config.embedded_postgres.server import USER, EmbeddedServer
from experiments.core.disk_space import reserve_of
from tests.faults.support import seen
from tests.programs.demo.conftest import free_port
from tests.support.api import SCORE, TOPIC, from_csv, numbered, to_csv
from tests.support.run_server import RunServer
from tests.support.small_disk import foreign_file, free_mb, small_disk
from tests.support.worker import ROOT, eventually

DISK_MB = 500
FILE = to_csv([["id", "text"], *([str(index), "x" * 140] for index in range(100_000))])
"""15 MB."""
ROWS = 40
CANNOT_RECORD = "its disk is full"
PASSWORD = "correct horse battery"
MAKE_USERS = f"""
from django.contrib.auth import get_user_model
from experiments.models import ApiToken
for name, staff in (("ann", True), ("bob", False), ("cy", False)):
    user = get_user_model().objects.create_user(name, password={PASSWORD!r}, is_staff=staff)
    print(name, ApiToken.issue(user=user, name="test")[1])
"""


class SiteOnDisk:
    """Web server and worker of the disk `var`, its database included."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.url = var, f"http://127.0.0.1:{port}"
        leave_out = ("DATABASE_URL", "PGOPTIONS", "DJANGO_SETTINGS_MODULE")
        env = {name: value for name, value in os.environ.items() if name not in leave_out}
        self.env = {**env, "VAR_DIR": str(var), "DEMO": "1", "SITE_URL": self.url, "WORKERS": "1", "WEB_THREADS": "16"}
        self.port = port
        self.tokens: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, log: Path) -> None:
        """`log`: a folder on another disk."""
        self.log = log
        self.manage("migrate")
        self.tokens = dict(line.split() for line in self.manage("shell", "-v", "0", "-c", MAKE_USERS).splitlines())
        web = ["-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", f"127.0.0.1:{self.port}", "config.wsgi"]
        for name, argv in (("web", web), ("worker", ["manage.py", "qcluster", "--skip-checks"])):
            with (log / name).open("wb") as out:
                self._processes.append(
                    subprocess.Popen(
                        [sys.executable, *argv], cwd=ROOT, env=self.env, stdout=out, stderr=out, start_new_session=True
                    )
                )
        eventually(self._is_up, timeout_s=120, what="the site")

    def _is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/ready", timeout=30).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(60)
        # The last of them stops it; one that was killed does not.
        EmbeddedServer(self.var / "postgres").stop()

    def log_of(self, name: str) -> str:
        return (self.log / name).read_text()

    def call(self, who: str, method: str, path: str, want: int, **more: Any) -> Any:
        headers = {"Authorization": f"Token {self.tokens[who]}"}
        answer = requests.request(method, f"{self.url}/api{path}", headers=headers, timeout=120, **more)
        assert answer.status_code == want, f"{method} {path}: {answer.status_code} {answer.text[:600]}"
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content

    def draft(self, who: str) -> str:
        return str(self.call(who, "POST", "/csv_batches", 201, json={"name": "b", "network": "net"})["id"])

    def upload(self, who: str, batch: str, content: bytes) -> requests.Response:
        headers = {"Authorization": f"Token {self.tokens[who]}"}
        address = f"{self.url}/api/csv_batches/{batch}/upload"
        return requests.post(address, headers=headers, files={"file": ("x.csv", content)}, timeout=300)

    def log_in(self, who: str) -> requests.Session:
        session = requests.Session()
        page = session.get(f"{self.url}/login/", timeout=60)
        (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"csrfmiddlewaretoken": token, "username": who, "password": PASSWORD}
        landed = session.post(f"{self.url}/login/", form, headers={"Referer": page.url}, timeout=60)
        assert (landed.status_code, landed.url) == (200, f"{self.url}/csv-batch/"), landed.text[:600]
        return session


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SiteOnDisk]:
    with small_disk(DISK_MB) as var:
        site = SiteOnDisk(var, free_port())
        try:
            site.start(tmp_path)
            yield site
        finally:
            site.stop()


def assert_refused(answer: requests.Response) -> None:
    assert answer.status_code == 507, answer.text[:600]
    [error] = answer.json()["errors"]
    assert error["code"] == "no_space"
    assert re.match(r"The disk of this site.* is (nearly )?full.* Nothing was saved\. ", error["detail"])


def running_batch(site: SiteOnDisk, run_server: RunServer) -> str:
    """One of cy's, four of whose calls are under way and held. Three of the answers will be large."""
    agent = {"key": "a", "prompt": "Answer.", "is_default": True}
    network = {"name": "net", "run_url": run_server.url, "agents": [agent], "users_may_update_schema": True}
    site.call("ann", "POST", "/networks", 201, json=network)
    batch = site.draft("cy")
    assert site.upload("cy", batch, to_csv([["id", "text"], *numbered(ROWS)])).status_code == 201
    settings = {"prompt_template": "{{ row.text }}", "response_fields": [TOPIC, SCORE], "concurrency": 4}
    site.call("cy", "PATCH", f"/csv_batches/{batch}", 200, json=settings)
    large = {"match": "^row [123]$", "attempts": [{"do": "big_payload"}]}
    run_server.script(rules=[large], hold="")
    site.call("cy", "POST", f"/csv_batches/{batch}/run", 202, json={})
    run_server.wait(held=4)
    return batch


def page_of(reader: requests.Session, site: SiteOnDisk, batch: str) -> str:
    return reader.get(f"{site.url}/csv-batch/{batch}/", timeout=60).text


def progress_of(site: SiteOnDisk, batch: str) -> Any:
    return site.call("cy", "GET", f"/csv_batches/{batch}", 200)["progress"]


def test_nothing_is_lost_and_nobody_is_locked_out(site: SiteOnDisk, run_server: RunServer) -> None:
    batch = running_batch(site, run_server)

    # A plain user uploads until there is no room for more.
    answers = []
    while not answers or answers[-1].status_code == 201:
        assert len(answers) < 20, "so many do not fit"
        answers.append(site.upload("bob", site.draft("bob"), FILE))
    assert len(answers) > 1, "there was room for some"
    assert_refused(answers[-1])
    assert free_mb(site.var) > 60, "the database has room to go on"

    # Another program takes all the rest, to the last byte.
    with foreign_file(site.var, "foreign"):
        site.log_in("bob")
        reader = site.log_in("cy")
        assert reader.get(f"{site.url}/csv-batch/", timeout=60).status_code == 200
        assert_refused(site.upload("bob", site.draft("bob"), FILE))
        ready = requests.get(f"{site.url}/health/ready", timeout=60)
        assert (ready.status_code, ready.json()["disk"]) == (200, "short")
        run_server.release(only="^row 0$")
        # What was under way is recorded, and nothing is called beyond it.
        waits = "rows wait until there is room"
        eventually(lambda: waits in page_of(reader, site, batch), what="the note")
        eventually(lambda: progress_of(site, batch)["succeeded"] == 1, what="the first answer")
        assert run_server.stats()["calls"] == 4

        # It takes what was kept back for that, too: now answers cannot be recorded.
        with foreign_file(site.var, "more"):
            run_server.release()
            eventually(lambda: CANNOT_RECORD in site.log_of("worker"), what="a record that fails")
            assert "Batches" in reader.get(f"{site.url}/csv-batch/", timeout=60).text
            assert progress_of(site, batch)["succeeded"] == 1

    # There is room again: it goes on by itself.
    eventually(lambda: progress_of(site, batch)["succeeded"] == ROWS, timeout_s=120, what="the batch")
    assert site.call("cy", "GET", f"/csv_batches/{batch}", 200)["status"] == "completed"
    called = Counter(call["user_message"] for call in run_server.ledger(bodies=False))
    assert (len(called), set(called.values())) == (ROWS, {1})
    exported = from_csv(site.call("cy", "GET", f"/csv_batches/{batch}/export", 200))
    assert [line[:2] for line in exported[1:]] == numbered(ROWS)
    said = site.log_of("worker").splitlines()
    seen(f"{len(answers) - 1} of {len(answers)} files of 15 MB fit; the worker's log has {len(said)} lines")
    assert sum(CANNOT_RECORD in line for line in said) <= 2, said


def write_much_log(host: str) -> None:
    """1.6 GB."""
    with psycopg.connect(host=host, user=USER, autocommit=True) as session:
        for _ in range(100):
            session.execute("SELECT pg_switch_wal(), txid_current()")


def test_a_database_that_ended_for_want_of_room_comes_back() -> None:
    """Its log could not grow, and neither could its recovery write: it has to be started again, with the reserve."""
    with small_disk(300) as var:
        server = EmbeddedServer(var / "postgres")
        try:
            host = server.ensure()
            reserve = reserve_of(server.data)
            reserve.make()
            with foreign_file(var):
                with pytest.raises(psycopg.OperationalError):
                    write_much_log(host)
                assert reserve.lacks == 0
                eventually(lambda: "PANIC" in (server.data / "log").read_text(), what="its end")
                with psycopg.connect(host=server.ensure(), user=USER) as session:
                    session.execute("CREATE TABLE t AS SELECT 1")
            assert reserve.lacks
        finally:
            server.stop()
