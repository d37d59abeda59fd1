"""The web server of the site, for the bench: gunicorn on the database of this process, and somebody signed in."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

READY_S = 60.0
FILE = f"{settings.STATIC_URL}js/workbench.js"
"""Served without any view: the first page is still to come."""


class BenchSite:
    """`with BenchSite(user) as site:` has it up, before its first page; `site.get_ms("/")` is what a page took."""

    def __init__(self, user: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._log = Path(settings.VAR_DIR) / "web.log"
        self._browser = requests.Session()
        # Whatever proxy the environment names, this is not on its other side.
        self._browser.trust_env = False
        self._browser.cookies.set(settings.SESSION_COOKIE_NAME, session_of(user))

    def __enter__(self) -> Self:
        argv = ["-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", self._address, "config.wsgi"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own server
                [sys.executable, *argv], cwd=settings.BASE_DIR, env={**os.environ}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_S
        while not self._serves_files():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError(f"The web server did not start:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._browser.close()
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self._process.kill()
        self._process.wait()

    def get(self, path: str, **more: Any) -> tuple[float, str]:
        """Milliseconds until all of the page was there, and the page."""
        # Made before: what it takes to write an address with a hundred values is none of the site's time.
        request = self._browser.prepare_request(requests.Request("GET", f"http://{self._address}{path}", **more))
        began = time.perf_counter()
        response = self._browser.send(request, timeout=READY_S)
        took_ms = 1000 * (time.perf_counter() - began)
        response.raise_for_status()
        return took_ms, response.text

    def _serves_files(self) -> bool:
        try:
            # Without a connection that is kept: the first page has to open one.
            return requests.get(f"http://{self._address}{FILE}", timeout=READY_S, proxies={"http": ""}).ok
        except requests.ConnectionError:
            return False


def session_of(user: Any) -> str:
    """The key of a new session of somebody who has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key
