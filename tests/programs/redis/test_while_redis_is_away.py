"""Where REDIS_URL is set and Redis is away: nothing answers 500, nothing is lost, and all goes on when it is back."""

import re
from typing import Any

import pytest
import requests

from experiments.models import NetworkCall
from tests.integration.web.support import user
from tests.programs.redis.conftest import RedisServer, SiteWithRedis
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

PASSWORD = "correct horse"


class Person:
    """The pages of the site that uses Redis, in a browser without scripts."""

    def __init__(self, site: SiteWithRedis) -> None:
        ann = user("ann")
        ann.set_password(PASSWORD)
        ann.save()
        self._site = site
        self._session = requests.Session()
        assert self.send("/login/", "/login/", username="ann", password=PASSWORD).ok

    def get(self, path: str) -> requests.Response:
        return self._session.get(self._site.url + path, timeout=60)

    def send(self, page: str, action: str, **data: str) -> requests.Response:
        (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        form = {"csrfmiddlewaretoken": token, **data}
        headers = {"Referer": self._site.url + page}
        return self._session.post(self._site.url + action, form, headers=headers, timeout=60)


@pytest.fixture
def call(site: SiteWithRedis, api: Api) -> Any:
    """A call of the API of the site that uses Redis, as the same user; gives status and answer."""

    def answered(method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": api.client._credentials["HTTP_AUTHORIZATION"]}
        answer = requests.request(method, f"{site.url}/api{path}", headers=headers, timeout=60, **more)
        return answer.status_code, answer.json()

    return answered


def started(api: Api, call: Any, server: RunServer, name: str) -> str:
    batch = api.ready(api.network(server, name), numbered(5))
    status, answer = call("POST", f"/csv_batches/{batch}/run", json={"confirm_schema_change": True})
    assert (status, answer["status"] == "draft") == (202, False)
    return batch


def test_a_start_answers_202_and_its_rows_are_called(
    redis: RedisServer, site: SiteWithRedis, redis_worker: Worker, run_server: RunServer, api: Api, call: Any
) -> None:
    batch = started(api, call, run_server, "away")
    assert api.wait(batch)["progress"]["succeeded"] == 5
    assert site.ready() == (503, "unreachable")
    # Back, and away again.
    redis.start()
    eventually(lambda: site.ready() == (200, "ok"), what="readiness")
    assert api.wait(started(api, call, run_server, "back"))["progress"]["succeeded"] == 5
    redis.stop()
    assert api.wait(started(api, call, run_server, "away again"))["progress"]["succeeded"] == 5


def test_without_a_worker_it_starts_when_both_are_back(
    redis: RedisServer, site: SiteWithRedis, run_server: RunServer, api: Api, call: Any
) -> None:
    batch = started(api, call, run_server, "away")
    assert api.batch(batch)["progress"]["queued"] == 5
    redis.start()
    with Worker(**site.environment()):
        assert api.wait(batch)["progress"]["succeeded"] == 5


def test_pages_and_their_buttons_work(
    redis: RedisServer, site: SiteWithRedis, run_server: RunServer, api: Api, call: Any
) -> None:
    batch = started(api, call, run_server, "away")
    ann = Person(site)
    page = f"/csv-batch/{batch}/"
    for path in ("/csv-batch/", page, "/networks/", "/runs/", "/tokens/"):
        assert ann.get(path).status_code == 200, path
    for action in ("pause", "resume", "cancel", "resume"):
        assert ann.send(page, f"{page}{action}/").status_code == 200, action
    assert api.batch(batch)["status"] == "running"
    assert call("DELETE", "/csv_batches/00000000-0000-4000-8000-000000000000")[0] == 404


def test_a_task_that_redis_did_not_take_is_sent_again(
    redis: RedisServer, site: SiteWithRedis, run_server: RunServer, api: Api, call: Any
) -> None:
    api.network(run_server, "net")
    network = api.get("/networks")["results"][0]["id"]
    status, _ = call("POST", f"/networks/{network}/try", json={"user_message": "hello"})
    assert status == 202
    redis.start()
    with Worker(**site.environment(), LEASE_S="6"):
        eventually(lambda: NetworkCall.objects.get().state == "done", timeout_s=60, what="the call")
