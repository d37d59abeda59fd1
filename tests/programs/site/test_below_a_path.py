"""A site below a path of its host: pages, forms, links, cookies, the API, and a batch of its own runtime."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.browser.support.site import Site
from tests.integration.web.support import user
from tests.support.llm_server import LlmServer, Reply
from tests.support.worker import Worker, eventually

PATH = "/workbench"
ADDRESS = re.compile(r'\b(?:href|src|action|data-tokens|hx-(?:get|post|put|patch|delete|push-url))="([^"]*)"')
HOST = "workbench.example"
HTTPS = {"SITE_URL": f"https://{HOST}{PATH}", "ALLOWED_HOSTS": HOST, "BEHIND_PROXY": "1"}
BY_THE_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https"}


class SiteBelowPath(Site):
    def __init__(self, var: Path, **environment: str) -> None:
        super().__init__(var)
        self.root = f"{self.url}{PATH}"
        self._more = {"SITE_URL": self.root, **environment}
        self.as_host = {"Host": HOST} if environment.get("ALLOWED_HOSTS") else {}

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **self._more}

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.end_of_log()
        try:
            return requests.get(f"{self.root}/health/live", headers=self.as_host, timeout=10).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")).resolve()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def llm() -> Iterator[LlmServer]:
    with LlmServer() as server:
        server.script(Reply(text='{"topic": "billing"}'))
        yield server


@pytest.fixture
def site(transactional_db: None, var: Path, llm: LlmServer) -> Iterator[SiteBelowPath]:
    model = {"OPENAI_BASE_URL": llm.base_url, "OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}
    with SiteBelowPath(var, **model) as running:
        running.start()
        yield running


class Person:
    """A browser without scripts: cookies, links and forms."""

    def __init__(self, site: SiteBelowPath) -> None:
        self.site = site
        self.session = requests.Session()

    def get(self, address: str) -> requests.Response:
        return self.session.get(urljoin(f"{self.site.url}/", address), timeout=30)

    def send(self, page: str, action: str = "", **data: str) -> requests.Response:
        shown = self.get(page)
        (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)
        form = {"csrfmiddlewaretoken": token, **data}
        return self.session.post(urljoin(shown.url, action), form, headers={"Referer": shown.url}, timeout=30)

    def log_in(self) -> requests.Response:
        ann = user("ann", is_staff=True, is_superuser=True)
        ann.set_password("correct horse")
        ann.save()
        return self.send(f"{PATH}/login/", username="ann", password="correct horse")


@pytest.fixture
def ann(site: SiteBelowPath) -> Person:
    person = Person(site)
    landed = person.log_in()
    assert (landed.status_code, urlsplit(landed.url).path) == (200, f"{PATH}/csv-batch/")
    return person


def batch_by_api(ann: Person, call: Any) -> str:
    agent = {"key": "a", "prompt": "Classify.", "is_default": True}
    call("POST", "/networks", json={"name": "own", "agents": [agent]})
    batch = str(call("POST", "/csv_batches", json={"name": "b", "network": "own"})["id"])
    call("POST", f"/csv_batches/{batch}/upload", files={"file": ("x.csv", b"text\none\ntwo\nthree\n")})
    field = {"name": "topic", "type": "string", "required": True}
    changes = {"prompt_template": "{{ row.text }}", "response_fields": [field]}
    call("PATCH", f"/csv_batches/{batch}", json=changes)
    return batch


@pytest.fixture
def call(site: SiteBelowPath, ann: Person) -> Any:
    """The API with a token that was made in the browser."""
    made = ann.send(f"{PATH}/tokens/", name="a program")
    (key,) = set(re.findall(r"cbw_[\w-]{40,}", made.text))

    def answered(method: str, address: str, **more: Any) -> Any:
        url = address if address.startswith("http") else f"{site.root}/api{address}"
        headers = {"Authorization": f"Token {key}", "Accept": "application/json, */*;q=0.1"}
        answer = requests.request(method, url, headers=headers, timeout=30, **more)
        assert answer.ok, f"{method} {address}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if "json" in answer.headers["Content-Type"] else answer.content

    return answered


def test_every_address_on_every_page_begins_with_the_path_and_leads_somewhere(ann: Person, call: Any) -> None:
    batch = batch_by_api(ann, call)
    todo, seen = [f"{PATH}/", f"{PATH}/admin/", f"{PATH}/csv-batch/{batch}/map/", f"{PATH}/nothing/"], set()
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        page = ann.get(address)
        assert page.status_code == (404 if address.endswith("/nothing/") else 200), address
        if not page.headers["Content-Type"].startswith("text/html"):
            continue
        for found in map(unescape, ADDRESS.findall(page.text)):
            target = urlsplit(urljoin(page.url, found))
            assert f"{target.path}/".startswith(f"{PATH}/"), f"{found} on {address}"
        links = (unescape(link) for link in re.findall(r'\b(?:href|src)="([^"#]+)', page.text))
        for path in (urlsplit(urljoin(page.url, link)).path for link in links):
            # Of the admin its first page and those that it leads to.
            if "/export/" not in path and path.count("/", len(f"{PATH}/admin/")) <= 3:
                todo.append(path)
    pages = [address for address in seen if "/static/" not in address]
    assert {f"{PATH}/networks/", f"{PATH}/runs/", f"{PATH}/api/docs", f"{PATH}/tokens/"} < set(pages)
    assert any("/static/css/" in address for address in seen)


def test_a_batch_of_the_own_runtime_is_answered_and_its_lists_are_linked(
    site: SiteBelowPath, ann: Person, call: Any, start_worker: Callable[..., Worker]
) -> None:
    batch = batch_by_api(ann, call)
    call("POST", f"/csv_batches/{batch}/run", json={"confirm_schema_change": True})
    start_worker(**site.environment())
    eventually(lambda: call("GET", f"/csv_batches/{batch}")["status"] == "completed", timeout_s=60, what="the batch")
    first = call("GET", f"/csv_batches/{batch}/rows?limit=2")
    assert first["next"].startswith(f"{site.root}/api/csv_batches/{batch}/rows?")
    rows = first["results"] + call("GET", first["next"])["results"]
    assert [(row["result_payload"], row["error_message"]) for row in rows] == [({"topic": "billing"}, None)] * 3
    assert call("GET", f"/csv_batches/{batch}/export").startswith(b"text,topic,")
    assert ann.get(f"{PATH}/csv-batch/{batch}/").status_code == 200
    schema = call("GET", "/schema")
    # Addresses in the description are below its server's.
    servers = [server["url"] for server in schema.get("servers", [{"url": ""}])]
    assert {server + path for server in servers for path in schema["paths"] if path.endswith("/csv_batches")} == {
        f"{PATH}/api/csv_batches"
    }


def test_a_proxy_may_take_the_path_off(site: SiteBelowPath) -> None:
    to_login = requests.get(f"{site.url}/runs/", timeout=30, allow_redirects=False)
    assert to_login.headers["Location"] == f"{PATH}/login/?next={PATH}/runs/"
    assert requests.get(f"{site.url}/api/nothing", timeout=30).json()["type"] == "client_error"
    assert requests.get(f"{site.root}/api/nothing", timeout=30).json()["type"] == "client_error"
    # Only whole parts of an address count.
    assert requests.get(f"{site.root}s/login/", timeout=30).status_code == 404


def test_after_logging_out_one_is_below_the_path(ann: Person) -> None:
    out = ann.send(f"{PATH}/csv-batch/", f"{PATH}/logout/")
    assert urlsplit(out.url).path == f"{PATH}/login/"


def test_cookies_are_for_the_path_alone(site: SiteBelowPath, ann: Person) -> None:
    assert {(cookie.name, cookie.path) for cookie in ann.session.cookies} == {
        ("sessionid", PATH),
        ("csrftoken", PATH),
    }


def test_with_https_cookies_are_safe_and_the_health_is_asked_without_it(transactional_db: None, var: Path) -> None:
    with SiteBelowPath(var, **HTTPS) as site:
        site.start()
        page = requests.get(f"{site.root}/login/", headers=BY_THE_PROXY, timeout=30)
        (line,) = page.raw.headers.getlist("Set-Cookie")
        assert line.startswith("__Secure-csrftoken=")
        assert f"Path={PATH};" in line
        assert "Secure" in line
        plain = requests.get(f"{site.root}/login/", headers=site.as_host, timeout=30, allow_redirects=False)
        assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{HOST}{PATH}/login/")
