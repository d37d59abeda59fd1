"""Somebody who uses a site over HTTP, in a browser and by its API, and notes how long each answer took."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import requests
from django.conf import settings

from csv_batches.bench.web import session_of
from experiments.models import ApiToken
from tests.browser.support.site import Site
from tests.faults.page_times import Times

PAGE_LIMIT_MS, POLL_LIMIT_MS = 100.0, 20.0
HAS = re.compile(r'name="has"\s+value="([^"]+)"')
ROW = re.compile(r'id="to-r(\d+)"')
FURTHER = re.compile(r'id="look-further"\s+href="([^"]+)"')
PIECE = 256 * 1024


class Page:
    """What a browser shows of a queue's page: its parts have fingerprints, which a poll sends and brings up to date."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.parts: dict[str, str] = {}
        self.bring(html)

    def bring(self, html: str) -> None:
        self.parts |= {fingerprint.rpartition(".")[0]: fingerprint for fingerprint in HAS.findall(html)}

    @property
    def rows(self) -> list[int]:
        return [int(index) for index in ROW.findall(self.html)]

    @property
    def further(self) -> str | None:
        """Where a search goes on that has found nothing in its time."""
        found = FURTHER.search(self.html)
        return found[1].replace("&amp;", "&") if found else None


class Visitor:
    """`meet` it once more after the site was started again."""

    def __init__(self, site: Site, user: Any, times: Times) -> None:
        self.times = times
        self._site = site
        self._browser, self._program = requests.Session(), requests.Session()
        for session in (self._browser, self._program):
            # Whatever proxy the environment names, this is not on its other side.
            session.trust_env = False
        self._browser.cookies.set(settings.SESSION_COOKIE_NAME, session_of(user))
        _, key = ApiToken.issue(user=user, name="visitor")
        self._program.headers["Authorization"] = f"Token {key}"
        self.meet()

    def meet(self) -> None:
        [self._web] = psutil.Process(self._site.process.pid).children()

    def page(self, what: str, path: str, *, want: int = 200, **more: Any) -> Page:
        response = self._ask(self._browser, what, PAGE_LIMIT_MS, "GET", path, **more)
        assert response.status_code == want, f"{path}: {response.status_code}"
        return Page(response.text)

    def poll(self, what: str, path: str, page: Page) -> None:
        """As the page does by itself, every few seconds."""
        asks = {"headers": {"HX-Request": "true"}, "params": {"has": list(page.parts.values())}}
        response = self._ask(self._browser, what, POLL_LIMIT_MS, "GET", path, **asks)
        assert response.status_code in (200, 204, 286), f"{path}: {response.status_code}"
        page.bring(response.text)

    def api(
        self, what: str, method: str, path: str, *, want: int = 200, limit_ms: float | None = None, **more: Any
    ) -> Any:
        path = path if path.startswith("/api/") else f"/api{path}"
        response = self._ask(self._program, what, limit_ms, method, path, **more)
        assert response.status_code == want, f"{method} {path}: {response.status_code} {response.text[:800]}"
        return response.json() if response.content else None

    def lines(self, what: str, path: str) -> Iterator[str]:
        """Those of a text file. Noted is when the first was there, and when the last."""
        cpu_s, began = self._cpu_s(), time.perf_counter()
        with self._program.get(
            f"{self._site.url}/api{path}", stream=True, timeout=600, headers={"Accept-Encoding": "identity"}
        ) as response:
            response.raise_for_status()
            lines = response.iter_lines(chunk_size=PIECE, decode_unicode=True)
            first = next(lines)
            self.times.add(f"{what}, first line", 1000 * (time.perf_counter() - began), 0, None)
            yield first
            yield from lines
        spent_ms, cpu_ms = 1000 * (time.perf_counter() - began), 1000 * (self._cpu_s() - cpu_s)
        self.times.add(f"{what}, all of it", spent_ms, cpu_ms, None)

    def close(self) -> None:
        self._browser.close()
        self._program.close()

    def _ask(
        self, session: requests.Session, what: str, limit_ms: float | None, method: str, path: str, **more: Any
    ) -> requests.Response:
        request = session.prepare_request(requests.Request(method, f"{self._site.url}{path}", **more))
        cpu_s, began = self._cpu_s(), time.perf_counter()
        response = session.send(request, timeout=600, allow_redirects=False)
        ms = 1000 * (time.perf_counter() - began)
        self.times.add(what, ms, 1000 * (self._cpu_s() - cpu_s), limit_ms)
        return response

    def _cpu_s(self) -> float:
        with suppress(psutil.NoSuchProcess):
            spent = self._web.cpu_times()
            return float(spent.user + spent.system)
        raise AssertionError(f"The web server's process has ended:\n{self._site.end_of_log()}")


class FileForm:
    """A form with one file as the body of a request: sent piece by piece, its length said before."""

    BOUNDARY = "----one-file"
    CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

    def __init__(self, path: Path) -> None:
        self._path = path
        disposition = f'Content-Disposition: form-data; name="file"; filename="{path.name}"'
        self._head = f"--{self.BOUNDARY}\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n".encode()
        self._tail = f"\r\n--{self.BOUNDARY}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + self._path.stat().st_size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        with self._path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
        yield self._tail
