"""The description of the API, tokens for it, and the programs that read it."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.browser.support.site import Site
from tests.support.api import Api

TYPESCRIPT = Path(__file__).parent / "typescript"
PROGRAMS = str(Path(sys.executable).parent)
ENVIRONMENT = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
"""With the Node.js of the group `openapi`."""


def token(who: str) -> str:
    return str(Api.as_user(who, is_staff=who == "ann").client._credentials["HTTP_AUTHORIZATION"])


def described(site: Site) -> bytes:
    answer = requests.get(f"{site.url}/api/schema", headers={"Authorization": token("ann")}, timeout=60)
    answer.raise_for_status()
    return answer.content


def program_named(name: str) -> str:
    """A program of the group `openapi`."""
    found = shutil.which(name, path=PROGRAMS)
    if found is None:
        end = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        end(f"needs {name}: uv run --group openapi pytest tests/openapi")
    return str(found)


def npm_packages() -> Path:
    """The folder with the packages of `typescript/package.json`, installed where they are not."""
    npm = program_named("npm")
    folder = TYPESCRIPT / "node_modules"
    folder.mkdir(exist_ok=True)
    wanted, mark = (TYPESCRIPT / "package.json").read_text(), folder / ".installed"
    with (TYPESCRIPT / "package.json").open() as file:
        # Tests of several files may come here at the same time.
        fcntl.flock(file, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_text() != wanted:
            ran([npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], timeout_s=600)
            mark.write_text(wanted)
    return folder


def ran(command: list[str], *, at: Path = TYPESCRIPT, timeout_s: float = 300, **environment: str) -> str:
    """What the program printed; AssertionError with all of it where it failed."""
    done = subprocess.run(
        command,
        cwd=at,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout
