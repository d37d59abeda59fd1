"""The site as it is served for real, for https behind a proxy: headers, cookies, and what `check --deploy` says."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client

from tests.browser.support.site import Site
from tests.integration.web.support import batch_of, queue_url, user
from tests.support.worker import ROOT

HOST = "workbench.example"
# Browsers hold such names to what they promise: only over https, of this host alone, for all of its paths.
SESSION, CSRF = "__Host-sessionid", "__Host-csrftoken"
PRODUCTION = {"SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": HOST, "BEHIND_PROXY": "1", "DEMO": "", "DEBUG": ""}
BY_THE_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}/login/"}


class HttpsSite(Site):
    def environment(self) -> dict[str, str]:
        return {**super().environment(), **PRODUCTION}

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.end_of_log()
        try:
            return self.ask("/health/live").ok
        except requests.ConnectionError:
            return False

    def ask(self, path: str, *, headers: dict[str, str] = BY_THE_PROXY, method: str = "GET", **more: Any) -> Any:
        return requests.request(method, self.url + path, headers=headers, allow_redirects=False, timeout=30, **more)


@pytest.fixture
def site(transactional_db: None) -> Iterator[HttpsSite]:
    var = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")).resolve()
    with HttpsSite(var) as running:
        running.start()
        yield running
    shutil.rmtree(var)


def cookies(response: Any) -> dict[str, Morsel[str]]:
    jar: SimpleCookie = SimpleCookie()
    for line in response.raw.headers.getlist("Set-Cookie"):
        jar.load(line)
    return dict(jar)


def assert_safe(response: Any) -> None:
    headers = response.headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]


def log_in(site: HttpsSite) -> dict[str, Morsel[str]]:
    csrf = cookies(site.ask("/login/"))[CSRF]
    form = {"username": "ann", "password": "correct horse", "csrfmiddlewaretoken": csrf.value}
    response = site.ask("/login/", method="POST", data=form, headers={**BY_THE_PROXY, "Cookie": f"{CSRF}={csrf.value}"})
    assert response.status_code == 302, response.text[:500]
    return cookies(response) | {CSRF: csrf}


def test_headers_and_cookies_are_those_of_a_site_on_the_internet(site: HttpsSite) -> None:
    ann = user("ann")
    ann.set_password("correct horse")
    ann.save()
    given = log_in(site)
    session, csrf = given[SESSION], given[CSRF]
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")
    assert (csrf["secure"], csrf["httponly"], csrf["samesite"]) == (True, True, "Lax")
    assert (session["path"], csrf["path"]) == ("/", "/")
    assert [session["domain"], csrf["domain"]] == ["", ""]
    signed_in = {**BY_THE_PROXY, "Cookie": f"{SESSION}={session.value}"}
    batch = batch_of("ann", ["succeeded"], status="completed")
    for path in (
        *("/csv-batch/", queue_url(batch), queue_url(batch, "row/0/"), "/networks/", "/runs/", "/tokens/"),
        *("/api/csv_batches", f"/api/csv_batches/{batch.pk}/rows", "/api/docs", "/api/nothing", "/nothing/", "/login/"),
        f"/csv-batch/{batch.pk}/export/?partial=1",
    ):
        response = site.ask(path, headers=signed_in)
        assert response.status_code in (200, 404), path
        assert_safe(response)
    # Somebody else's host, and plain http.
    assert site.ask("/login/", headers={**BY_THE_PROXY, "Host": "evil.example"}).status_code == 400
    plain = site.ask("/login/", headers={"Host": HOST})
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{HOST}/login/")
    assert site.ask("/health/live", headers={"Host": HOST}).status_code == 200
    # A form of another site, with the session's cookie.
    form = {"csrfmiddlewaretoken": csrf.value, "name": "x"}
    cookie = {"Cookie": f"{SESSION}={session.value}; {CSRF}={csrf.value}"}
    foreign = site.ask(
        "/tokens/", method="POST", data=form, headers={**BY_THE_PROXY, **cookie, "Referer": "https://evil.example/"}
    )
    assert foreign.status_code == 403


def test_an_error_shows_nothing_of_the_inside(site: HttpsSite) -> None:
    client = Client()
    client.force_login(user("ann"))
    headers = {**BY_THE_PROXY, "Cookie": f"{SESSION}={client.cookies['sessionid'].value}"}
    for path in ("/nothing/", "/csv-batch/00000000-0000-4000-8000-000000000000/", "/api/runs/none"):
        text = site.ask(path, headers=headers).text
        assert "Traceback" not in text
        assert "DEBUG" not in text
        assert str(ROOT) not in text


def check_deploy(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_check_deploy_has_nothing_to_say_and_would_say_it() -> None:
    clean = check_deploy(**PRODUCTION)
    assert clean.returncode == 0, clean.stderr
    plain = check_deploy(**{**PRODUCTION, "SITE_URL": f"http://{HOST}"})
    assert plain.returncode != 0
    assert "SESSION_COOKIE_SECURE" in plain.stderr
