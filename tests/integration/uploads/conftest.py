"""Files that are large enough for a worker, a draft for them, and a worker that finds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site

from tests.support.api import Api
from tests.support.worker import Worker

SMALL = 1000


@pytest.fixture(scope="session")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="session")
def worker_at_place(shared_place: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Worker]:
    with django_db_blocker.unblock():
        worker = Worker(VAR_DIR=str(shared_place), SECRET_KEY=site.SECRET_KEY)
        worker.start()
    with worker:
        yield worker


@pytest.fixture
def worker(transactional_db: None, worker_at_place: Worker) -> Worker:
    """A real worker that keeps files where the tests do."""
    return worker_at_place


@pytest.fixture(autouse=True)
def _place(_site: None, settings: Any, shared_place: Path) -> None:
    settings.MEDIA_ROOT = shared_place / "media"
    settings.UPLOAD_BACKGROUND_BYTES = SMALL


@pytest.fixture
def draft(api: Api) -> str:
    return api.draft(api.network(None))
