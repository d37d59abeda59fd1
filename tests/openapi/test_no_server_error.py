"""The API is called by its own description, with what it asks for and with what it does not: never a 500.

uv run --group openapi pytest tests/openapi                             two minutes
OPENAPI_EXAMPLES=200 OPENAPI_SECONDS=900 uv run --group openapi pytest tests/openapi
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.browser.support.site import Site
from tests.openapi.support import described, program_named, token

EXAMPLES = os.environ.get("OPENAPI_EXAMPLES", "5")
SECONDS = os.environ.get("OPENAPI_SECONDS", "30")
GRACE_S = 300
"""It ends what it began: a call that is answered late, and what it makes smaller of a finding."""


@pytest.fixture
def program() -> str:
    return program_named("schemathesis")


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
