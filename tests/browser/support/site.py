"""The whole site in a process of its own, as it is served for real, on the test database."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from cryptography.fernet import Fernet
from django.conf import settings

from tests.support.worker import ROOT, database_url, eventually


class Site:
    """`with site:` ends what `start` started; `url` is where it is. Its uploads lie in `media`."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.media = var / "media"
        self.field_key = Fernet.generate_key().decode()
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What the site and its worker have in common with the test."""
        secrets = {"SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": self.field_key}
        # What people get: without the kind that only tests install.
        ours = {"DJANGO_SETTINGS_MODULE": "config.settings", "SITE_URL": self.url, "DEMO": "1", "WEB_THREADS": "16"}
        return {**secrets, **ours, "VAR_DIR": str(self.var)}

    def start(self, *, asks: str = "/login/") -> None:
        """`asks`: what is asked for to know that it is up; a file (`/static/…`) leaves the first page to come."""
        argv = ["-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", f"127.0.0.1:{self.port}", "config.wsgi"]
        env = {name: value for name, value in os.environ.items() if name != "ALLOWED_HOSTS"}
        self.log = (self.var / "web.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, *argv],
            cwd=ROOT,
            env={**env, "DATABASE_URL": database_url(), **self.environment()},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self._asks = asks
        eventually(self._answers, what="the site")

    def end(self) -> None:
        """In order. It may be started again, at the same address."""
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end_of_log(self) -> str:
        return (self.var / "web.log").read_text()[-3000:]

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.end_of_log()
        try:
            return requests.get(f"{self.url}{self._asks}", timeout=10).ok
        except (requests.ConnectionError, requests.Timeout):
            # On a busy machine its first answer can take longer than one call waits.
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
