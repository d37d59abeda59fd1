"""What web and worker write at LOG_LEVEL=DEBUG holds no cell, prompt, answer or key.

Not when it works, not when it fails, and not when a worker dies in the middle; neither in lines for people nor in JSON.
"""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from experiments.models import ApiToken, QueueItem
from tests.browser.support.site import Site
from tests.integration.web.support import user
from tests.support.llm_server import LlmServer, Reply
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

CELL, PROMPT, TEMPLATE, ANSWER, ECHO = "CANARYcell", "CANARYprompt", "CANARYtemplate", "CANARYanswer", "CANARYecho"
RUN_TOKEN, MODEL_KEY = "CANARYruntoken", "CANARYmodelkey"
TOPIC = {"name": "topic", "type": "string", "description": "what it is about", "required": True}
FORMATS = ("plain", "json")


class LoudSite(Site):
    """The site with everything logged, and the scripted model behind its own runtime."""

    def __init__(self, var: Path, model: LlmServer, log_format: str) -> None:
        super().__init__(var)
        self._loud = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": log_format}
        self._model = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": MODEL_KEY, "OPENAI_MODEL": "scripted"}

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **self._model, **self._loud}


class Program:
    """Somebody's program, over HTTP."""

    def __init__(self, site: Site, key: str) -> None:
        self._site, self._headers = site, {"Authorization": f"Token {key}"}

    def __call__(self, method: str, path: str, want: int, **more: Any) -> Any:
        response = requests.request(method, f"{self._site.url}{path}", headers=self._headers, timeout=60, **more)
        assert response.status_code == want, response.text[:500]
        return response.json() if response.content and "json" in response.headers["Content-Type"] else response.content

    def batch(self, network: str, rows: int) -> str:
        batch = self("POST", "/api/csv_batches", 201, json={"name": CELL, "network": network})["id"]
        lines = "\n".join(f"{number},{CELL} {number}" for number in range(rows))
        self("POST", f"/api/csv_batches/{batch}/upload", 201, files={"file": (f"{CELL}.csv", f"id,text\n{lines}\n")})
        values = {
            "prompt_template": f"{TEMPLATE} {{{{ row.text }}}}",
            "columns": [{"name": "text", "mode": "system_param", "key": "text"}],
            "response_fields": [TOPIC],
            "max_attempts": 2,
            "debug": True,
        }
        self("PATCH", f"/api/csv_batches/{batch}", 200, json=values)
        self("POST", f"/api/csv_batches/{batch}/run", 202, json={"confirm_schema_change": True})
        return str(batch)

    def ended(self, batch: str) -> None:
        eventually(
            lambda: self("GET", f"/api/csv_batches/{batch}", 200)["status"] in ("completed", "paused"),
            timeout_s=90,
            what="the batch ends",
        )


@pytest.fixture(scope="module")
def model() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture(params=FORMATS)
def log_format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site(transactional_db: None, model: LlmServer, log_format: str) -> Iterator[LoudSite]:
    var = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")).resolve()
    with LoudSite(var, model, log_format) as running:
        running.start()
        yield running
    shutil.rmtree(var)


def script_failures(run_server: RunServer, model: LlmServer) -> None:
    """A right answer, and every way in which what was sent comes back in an error."""
    good = {"do": "ok", "payload": {"topic": ANSWER}}
    answers: list[Any] = [
        good,
        {"do": "status", "status": 422, "json": {"detail": ECHO}},
        {"do": "status", "status": 500, "text": ECHO},
        {"do": "body_text", "text": f"<html>{ECHO}</html>"},
        {"do": "ok", "payload": {"topic": [ANSWER]}},
        {"do": "ok", "final": {"status": "error", "error": ECHO}},
        "reset",
        {"do": "status", "status": 401, "json": {"detail": ECHO}},
    ]
    rules = [{"match": f"{CELL} {number}$", "attempts": [answer]} for number, answer in enumerate(answers)]
    run_server.script(rules=rules)
    model.script(
        Reply(text=f'{{"topic": "{ANSWER}"}}'),
        Reply(text=f"{ANSWER}, no JSON"),
        Reply(status=400, raw=f'{{"error": {{"message": "{ECHO}"}}}}'),
        Reply(status=500, raw=ECHO),
        Reply(text=f'{{"topic": ["{ANSWER}"]}}'),
    )


def wrong_requests(program: Program, site: Site, batch: str) -> None:
    """What the web process refuses, or cannot do."""
    one = f"/api/csv_batches/{batch}"
    program("PATCH", one, 409, json={"prompt_template": f"{TEMPLATE} {{% nonsense %}}"})
    program("GET", f"{one}/rows", 200, params={"search": CELL})
    program("POST", "/run", 404, json={"network": CELL, "user_message": CELL})
    program("POST", "/run", 422, json={"network": "own", "user_message": CELL, "system_params": {"network": CELL}})
    program("GET", f"{one}/export", 200, params={"partial": "1"})
    draft = program("POST", "/api/csv_batches", 201, json={"name": CELL, "network": "own"})["id"]
    broken = {"file": ("x.csv", f'id,text\n1,"{CELL}\n')}
    program("POST", f"/api/csv_batches/{draft}/upload", 400, files=broken)
    requests.post(f"{site.url}/login/", data={"username": CELL, "password": CELL}, timeout=30)


def test_no_canary_in_any_output(
    site: LoudSite,
    start_worker: Callable[..., Worker],
    run_server: RunServer,
    model: LlmServer,
    log_format: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ann = user("ann", is_staff=True)
    _, key = ApiToken.issue(user=ann, name="canary")
    program = Program(site, key)
    agent = {"key": "a", "prompt": PROMPT, "is_default": True}
    program("POST", "/api/networks", 201, json={"name": "own", "agents": [agent]})
    remote = {"name": "remote", "run_url": run_server.url, "run_token": RUN_TOKEN, "timeout_s": 10}
    program("POST", "/api/networks", 201, json=remote)
    script_failures(run_server, model)
    worker = start_worker(**site.environment())
    batches = [program.batch("remote", 8), program.batch("own", 5)]
    for batch in batches:
        program.ended(batch)
    wrong_requests(program, site, batches[0])
    assert CELL in str(list(QueueItem.objects.values_list("payload", flat=True)))

    if log_format == "plain":
        dies_in_a_call(program, worker, run_server, lambda: start_worker(**site.environment()))

    output = "".join(capfd.readouterr()) + (site.var / "web.log").read_text()
    assert "DEBUG" in output, "nothing was logged, so nothing was seen"
    assert "urllib3" in output
    for canary in ("CANARY", key):
        told = [line for line in output.splitlines() if canary in line]
        assert not told, "\n".join(line[:400] for line in told[:10])
    if log_format == "json":
        has_ids(output, batches[0])


def dies_in_a_call(
    program: Program, worker: Worker, run_server: RunServer, start_another: Callable[[], Worker]
) -> None:
    """A worker dies in the middle of a call, another one takes over."""
    run_server.reset()
    run_server.hold()
    crashed = program.batch("remote", 2)
    run_server.wait(held=1)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.process.wait(10)
    run_server.release()
    start_another()
    program.ended(crashed)


def has_ids(output: str, batch: str) -> None:
    """Each line is an object; those of a call say which, those of a request whose."""
    lines = [json.loads(line) for line in output.splitlines() if line.strip()]
    calls = [line for line in lines if line["message"] == "call ended" and line["queue"] == batch]
    assert len(calls) >= 8
    assert all({"lane", "item", "row", "outcome", "attempt", "elapsed_ms"} <= set(call) for call in calls)
    assert any(call.get("trace") for call in calls)
    accesses = [line for line in lines if line["logger"] == "gunicorn.access"]
    assert {"GET", "POST", "PATCH"} <= {access["method"] for access in accesses}
    assert all(access["request"] and access["status"] for access in accesses)
    assert any(line.get("request") and line.get("queue") == batch for line in lines)
