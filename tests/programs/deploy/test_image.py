"""The steps of the Dockerfile in a folder of its own, by hand: what it copies is enough to serve the site.

There is no container engine in CI. The base image, tini and the user are not tested by this.
"""

import fnmatch
import os
import re
import shutil
import subprocess
from pathlib import Path

import requests

from tests.programs.demo.conftest import free_port
from tests.programs.deploy.support import DEPLOY, ROOT, program
from tests.support.worker import database_url, eventually

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def copy_context(to: Path) -> None:
    """As `.dockerignore` has it: all is left out but the lines with `!`, and of these what other lines name."""
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert lines[0] == "*"
    taken = [line.removeprefix("!") for line in lines if line.startswith("!")]
    left_out = [line.removeprefix("**/") for line in lines[1:] if not line.startswith("!")]

    def ignored(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in left_out)]

    for name in taken:
        source, target = ROOT / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)


def build(folder: Path) -> Path:
    """Its `bin`."""
    copy_context(folder)
    (command,) = re.findall(r"^RUN (uv sync .*)$", DOCKERFILE, re.MULTILINE)
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder / "venv"), "UV_LINK_MODE": "copy"}
    # What was fetched already need not be fetched again.
    argv = [program("uv", "pipx"), *command.replace(" --no-cache", "").split()[1:]]
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "venv" / "bin"


def test_the_image_serves_the_site_and_says_that_it_lives(tmp_path: Path, transactional_db: None) -> None:
    folder, port = tmp_path / "app", free_port()
    binaries = build(folder)
    environment = {
        "PATH": f"{binaries}:/usr/bin:/bin",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": "of the image",
        "VAR_DIR": str(tmp_path / "var"),
        "SITE_URL": "https://workbench.example/desk",
        "ALLOWED_HOSTS": "workbench.example",
        "BEHIND_PROXY": "1",
    }
    (command,) = re.findall(r"^CMD \[(\"gunicorn\".*)\]$", DOCKERFILE, re.MULTILINE)
    argv = [part.strip(' "') for part in command.split(",")]
    argv[argv.index("0.0.0.0:8000")] = f"127.0.0.1:{port}"
    server = subprocess.Popen([binaries / argv[0], *argv[1:]], cwd=folder, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        is_live = [binaries / "python", "deploy/is_live.py", address]
        check = lambda: subprocess.run(is_live, cwd=folder, env=environment).returncode == 0  # noqa: E731
        eventually(check, timeout_s=120, what="the image's site")
        headers = {"Host": "workbench.example", "X-Forwarded-Proto": "https"}
        page = requests.get(f"{address}/desk/login/", headers=headers, timeout=30)
        assert page.status_code == 200
        style = re.search(r'href="(/desk/static/[^"]+\.css)"', page.text)
        assert style, page.text
        assert requests.get(f"{address}{style[1]}", headers=headers, timeout=30).status_code == 200
    finally:
        server.terminate()
        server.wait(30)
    assert subprocess.run(is_live, cwd=folder, env=environment).returncode == 1


def test_the_image_is_nobody_special_and_has_a_health_check() -> None:
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*is_live\.py", DOCKERFILE, re.MULTILINE)
