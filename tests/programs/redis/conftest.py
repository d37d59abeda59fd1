"""A real Redis, the site and a worker that use it, each in a process of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.browser.support.site import Site
from tests.programs.demo.conftest import free_port
from tests.support.worker import SharedWorker, Worker, eventually

MISSING = "No Redis on this machine. Debian has it: apt-get install -y redis-server"
PASSWORD = "p:ss@word"


class RedisServer:
    """Keeps nothing on disk: what waits in it is lost with it."""

    def __init__(self, program: str, folder: Path, port: int) -> None:
        self._program = program
        self._folder = folder
        self.port = port
        self.url = f"redis://:p%3Ass%40word@127.0.0.1:{port}/3"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {"--port": str(self.port), "--bind": "127.0.0.1", "--requirepass": PASSWORD, "--save": ""}
        argv = [part for option in options.items() for part in option]
        self._process = subprocess.Popen([self._program, *argv], cwd=self._folder, stdout=subprocess.DEVNULL)
        eventually(self._listens, what="Redis")

    def _listens(self) -> bool:
        assert self._process
        return any(one.laddr.port == self.port for one in psutil.Process(self._process.pid).net_connections("tcp"))

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)
            self._process = None


class SiteWithRedis(Site):
    def __init__(self, var: Path, redis: RedisServer) -> None:
        super().__init__(var)
        self._redis = redis

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "REDIS_URL": self._redis.url}

    def ready(self) -> tuple[int, str]:
        """Status, and what it says of Redis."""
        answer = requests.get(f"{self.url}/health/ready", timeout=30)
        return answer.status_code, answer.json()["redis"]


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="redis-", dir="/tmp")).resolve()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def redis(var: Path) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        end = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        end(MISSING)
    server = RedisServer(program, var, free_port())
    yield server
    server.stop()


@pytest.fixture
def site(transactional_db: None, var: Path, redis: RedisServer, shared_worker: SharedWorker) -> Iterator[SiteWithRedis]:
    # It knows no Redis, and would help out.
    shared_worker.stop()
    with SiteWithRedis(var, redis) as running:
        running.start()
        yield running


@pytest.fixture
def redis_worker(site: SiteWithRedis) -> Iterator[Worker]:
    worker = Worker(**site.environment())
    try:
        worker.start()
        yield worker
    finally:
        worker.end()
