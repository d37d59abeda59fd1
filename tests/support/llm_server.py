"""A scripted chat completion endpoint in a process of its own, to see what a client of one sends and makes of answers.

`LlmServer` starts it, tells it what to answer next and reads back what was asked. Without a script it answers `{}`.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reply:
    """One answer. `text` is the model's words, wrapped as a completion; `message` is the whole message in its place,
    `raw` the whole body as it is.

    `pieces` of the body go out `pause_s` apart, the first after `delay_s`; `hang_up` breaks the connection off.
    `as_call`: the text comes as the arguments of a function, where the request offers one.
    """

    text: str = "{}"
    message: dict[str, Any] | None = None
    raw: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish_reason: str = "stop"
    delay_s: float = 0.0
    pieces: int = 1
    pause_s: float = 0.0
    hang_up: bool = False
    as_call: bool = False


@dataclass(frozen=True)
class Refusal:
    """A request that has `path` (`response_format.json_schema.strict`, `messages.0`; `*.maxLength`: that key anywhere)
    is refused with `message`, in the form of OpenAI's errors; with a `value` only where it is that."""

    path: str
    message: str
    value: Any = None
    status: int = 400

    def fits(self, body: Any) -> bool:
        if self.path.startswith("*."):
            return has_key(body, self.path[2:])
        for name in self.path.split("."):
            try:
                body = body[int(name) if isinstance(body, list) else name]
            except (LookupError, TypeError, ValueError):
                return False
        return self.value is None or body == self.value


def has_key(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return key in value or any(has_key(part, key) for part in value.values())
    return isinstance(value, list) and any(has_key(part, key) for part in value)


def stream_of(
    *deltas: dict[str, Any],
    finish_reason: str | None = "stop",
    usage: bool = True,
    done: bool = True,
    content_type: str = "text/event-stream; charset=utf-8",
) -> Reply:
    """The same as a stream: a piece for each of `deltas`, then why it stopped, the tokens, and that it is done."""
    pieces: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    if finish_reason:
        pieces.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}], "usage": None})
    if usage:
        pieces.append({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
    common = {"object": "chat.completion.chunk", "model": "m1"}
    lines = [json.dumps({**common, **piece}, ensure_ascii=False) for piece in pieces]
    raw = "".join(f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] if done else [])])
    return Reply(raw=raw, headers={"Content-Type": content_type})


class LlmServer:
    """A context manager; `base_url` is what a client is given."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.llm_server"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout
        self.origin = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self.base_url = self.origin + "/v1"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate(timeout=10)

    def script(self, *replies: Reply, refuses: Sequence[Refusal] = (), behind: str = "") -> None:
        """The next answers, in this order; the last one goes on. Forgets what was asked so far.

        What `refuses` says is refused before that, each time, and takes no answer. With `behind`, the base URL of an
        endpoint, that one answers what is not refused.
        """
        told = {
            "replies": [asdict(reply) for reply in replies],
            "refuses": [asdict(one) for one in refuses],
            "behind": behind,
        }
        requests.put(self.origin + "/script", json=told, timeout=5).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        """What was asked since the script: `{path, headers, body, connection}`, the headers' names in lower case."""
        calls: list[dict[str, Any]] = requests.get(self.origin + "/calls", timeout=5).json()
        return calls


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    replies: list[Reply] = [Reply()]  # noqa: RUF012
    refuses: list[Refusal] = []  # noqa: RUF012
    behind = ""
    calls: list[dict[str, Any]] = []  # noqa: RUF012
    turn = threading.Lock()

    def do_GET(self) -> None:
        self._answer(200, json.dumps(self.calls).encode(), {})

    def do_PUT(self) -> None:
        told = json.loads(self._body())
        with self.turn:
            self.replies[:] = [Reply(**reply) for reply in told["replies"]] or [Reply()]
            self.refuses[:] = [Refusal(**one) for one in told["refuses"]]
            _Handler.behind = told["behind"]
            self.calls.clear()
        self._answer(200, b"{}", {})

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(self._body())
        call = {"path": self.path, "headers": headers, "body": body, "connection": self.client_address[1]}
        with self.turn:
            self.calls.append(call)
            refusal = next((one for one in self.refuses if one.fits(body)), None)
            if refusal:
                reply = Reply(status=refusal.status, raw=json.dumps({"error": {"message": refusal.message}}))
            else:
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if self.behind and not refusal:
            passed_on = requests.post(f"{self.behind}/chat/completions", json=body, timeout=600)
            self._answer(passed_on.status_code, passed_on.content, {})
            return
        time.sleep(reply.delay_s)
        if reply.hang_up:
            self.close_connection = True
            return
        content = reply.raw if reply.raw is not None else json.dumps(_completion(reply, body))
        self._answer(reply.status, content.encode(), reply.headers, reply.pieces, reply.pause_s)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(
        self, status: int, content: bytes, headers: dict[str, str], pieces: int = 1, pause_s: float = 0.0
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        size = max(1, -(-len(content) // pieces))
        for start in range(0, len(content), size):
            self.wfile.write(content[start : start + size])
            self.wfile.flush()
            if pieces > 1:
                time.sleep(pause_s)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _completion(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.message is not None:
        message = reply.message
    elif reply.as_call and "tools" in body:
        function = {"name": body["tools"][0]["function"]["name"], "arguments": reply.text}
        message |= {"content": None, "tool_calls": [{"id": "call-1", "type": "function", "function": function}]}
    return {
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gives up in the middle of an answer is one of the things looked at."""


def main() -> None:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.buffer.read()  # ends with whoever started it


if __name__ == "__main__":
    main()
