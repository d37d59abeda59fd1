"""A site with batches in it, which the programs of these tests call."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.support.site import Site
from tests.support.api import Api, numbered
from tests.support.llm_server import LlmServer
from tests.support.run_server import RunServer


@pytest.fixture
def run_server() -> Iterator[RunServer]:
    """One for each: that of the whole session ends by itself when it was not called for so long."""
    with RunServer() as server:
        yield server


@pytest.fixture
def site(transactional_db: None, run_server: RunServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site with batches of ann's in it; its own runs are answered by a scripted model."""
    with LlmServer() as model, tempfile.TemporaryDirectory(prefix="site-") as folder, Site(Path(folder)) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", model.base_url)
        monkeypatch.setenv("OPENAI_MODEL", "scripted")
        monkeypatch.setenv("API_REQUESTS_PER_MINUTE", "1000000")
        ann = Api.as_user("ann", is_staff=True)
        ann.network(run_server, "remote")
        ann.ready(ann.network(None, "own"), numbered(3))
        ann.run(ann.ready("remote", numbered(3)))
        running.start()
        yield running
