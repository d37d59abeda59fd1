"""One embedded PostgreSQL for all tests, one scripted `/run` server, one real worker."""

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as examples

from experiments.models import WorkerProcess
from tests.support import emptying, migrated, paths, static_files
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, SharedWorker, Worker

# A test that loses its last commits in a crash of the machine loses nothing.
os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c synchronous_commit=off".strip()
for name in ("RUN_URL", "RUN_TOKEN", "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_HEADERS", "REDIS_URL"):
    os.environ.pop(name, None)

# Where Python is told to leave nothing beside its sources, each of hundreds of processes would compile all of them.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    os.environ["PYTHONPYCACHEPREFIX"] = str(paths.PLACE / "compiled")

static_files.install()

# Nothing is found out about speed on a machine that does other things too.
examples.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("suite")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three for the whole suite and for workers, which mostly wait. What else is named by path runs by itself: tests of
    faults and of the browser need that."""
    return 3 if config.args_source is pytest.Config.ArgsSource.TESTPATHS or config.args == ["tests/workers"] else 0


def pytest_collection_finish() -> None:
    """Thousands of tests are there to the end: the search for garbage need not go through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        migrated.use_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    emptying.install()


@pytest.fixture(scope="session", autouse=True)
def _site() -> Iterator[None]:
    """The settings of a demo, whatever the environment says: run URLs may name any loopback port."""
    here = {"MEDIA_ROOT": paths.MEDIA, "FIELD_KEYS": [paths.FIELD_KEY]}
    with override_settings(RUN_HOSTS_LOOPBACK=True, RUN_URL="", OPENAI_BASE_URL="", **here):
        yield


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[RunServer]:
    with RunServer() as server:
        yield server


@pytest.fixture
def run_server(scripted_server: RunServer) -> Iterator[RunServer]:
    """The scripted `/run`, with nothing scripted and an empty ledger."""
    scripted_server.reset()
    yield scripted_server
    scripted_server.reset()


@pytest.fixture(scope="session")
def shared_worker(django_db_setup: None) -> Iterator[SharedWorker]:
    shared = SharedWorker()
    yield shared
    shared.stop()


@pytest.fixture
def worker(transactional_db: None, shared_worker: SharedWorker) -> Iterator[Worker]:
    """A real `qcluster` that is up; for tests that do not harm it."""
    yield shared_worker.running()
    shared_worker.rest()


@pytest.fixture
def no_worker(db: None, shared_worker: SharedWorker) -> None:
    """None was ever heard of."""
    shared_worker.leave_alone()
    WorkerProcess.objects.all().delete()


@pytest.fixture
def start_worker(transactional_db: None, shared_worker: SharedWorker) -> Iterator[Callable[..., Worker]]:
    """Starts workers of this test's own, with leases short enough to see them end; what is left ends with the test."""
    # The shared one would help them out.
    shared_worker.leave_alone()
    started: list[Worker] = []

    def start(**environment: str) -> Worker:
        worker = Worker(**{"LEASE_S": str(SHORT_LEASE_S), **environment})
        worker.start()
        started.append(worker)
        return worker

    yield start
    # Side by side.
    for worker in started:
        worker.process.terminate()
    for worker in started:
        worker.end()


@pytest.fixture
def api(transactional_db: None) -> Api:
    """The API as staff user `ann`."""
    return Api.as_user("ann", is_staff=True)
