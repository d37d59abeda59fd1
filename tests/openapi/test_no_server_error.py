"""The API is called by its own description, with what it asks for and with what it does not: never a 500.

uv run --group openapi pytest tests/openapi                             two minutes
OPENAPI_EXAMPLES=200 OPENAPI_SECONDS=900 uv run --group openapi pytest tests/openapi
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.browser.support.site import Site
from tests.support.api import Api, numbered
from tests.support.llm_server import LlmServer
from tests.support.run_server import RunServer

EXAMPLES = os.environ.get("OPENAPI_EXAMPLES", "5")
SECONDS = os.environ.get("OPENAPI_SECONDS", "30")
GRACE_S = 300
"""It ends what it began: a call that is answered late, and what it makes smaller of a finding."""


@pytest.fixture
def program() -> str:
    found = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    if found is None:
        end = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        end("needs schemathesis: uv run --group openapi pytest tests/openapi")
    return found


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


def token(who: str) -> str:
    return str(Api.as_user(who, is_staff=who == "ann").client._credentials["HTTP_AUTHORIZATION"])


def described(site: Site) -> bytes:
    answer = requests.get(f"{site.url}/api/schema", headers={"Authorization": token("ann")}, timeout=60)
    answer.raise_for_status()
    return answer.content


@pytest.mark.parametrize("who", ["ann", "bob", ""])
def test_no_call_ends_in_a_server_error(site: Site, program: str, who: str, tmp_path: Path) -> None:
    description = tmp_path / "openapi.yaml"
    description.write_bytes(described(site))
    # One thread: Python 3.11 parses code in several at a time with a SystemError (AST constructor recursion depth).
    command = [
        *(program, "run", str(description), "--url", site.url, "--checks", "not_a_server_error", "--mode", "all"),
        *("--max-examples", EXAMPLES, "--max-time", SECONDS, "--workers", "1", "--request-timeout", "60"),
        *("--no-color", "--warnings", "off", "--continue-on-failure", "--generation-database", "none"),
        *(("-H", f"Authorization: {token(who)}") if who else ()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=int(SECONDS) + GRACE_S)
    print(done.stdout[-1500:])
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}\n{site.end_of_log()}"
    assert "Test cases" in done.stdout
