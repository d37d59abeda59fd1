"""A receiver of webhooks in a process of its own: it writes down each request, and answers as it is told.

`python -m tests.support.receiver PORT_FILE LOG STATUSES`: the nth request is answered with the nth of STATUSES, a
comma-separated list, again and again.
"""

import json
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]


class Receiver:
    """`with Receiver(folder, "503,200") as receiver:`; `requests()` are those so far, the oldest first."""

    def __init__(self, folder: Path, statuses: str = "200", *, delay_s: float = 0) -> None:
        self._port_file, self._log = folder / "port", folder / "requests.jsonl"
        self._arguments = [str(self._port_file), str(self._log), statuses, str(delay_s)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([sys.executable, "-m", __name__, *self._arguments], cwd=ROOT)
        deadline = time.monotonic() + 20
        while not (self._port_file.exists() and self._port_file.read_text()):
            assert time.monotonic() < deadline
            assert self._process.poll() is None
            time.sleep(0.02)
        self.host = f"127.0.0.1:{self._port_file.read_text()}"
        self.url = f"http://{self.host}/hook"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait(10)

    def requests(self) -> list[dict[str, Any]]:
        """Each with `headers` in lower case, `body` as it came, and the `status` that it got."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [json.loads(line) for line in lines]

    def accepted(self) -> list[dict[str, Any]]:
        return [one for one in self.requests() if one["status"] < 300]


def serve(port_file: str, log: str, statuses: str, delay_s: str) -> None:
    answers, lock, count = [int(one) for one in statuses.split(",")], Lock(), 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            nonlocal count
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                status, count = answers[count % len(answers)], count + 1
                with Path(log).open("a") as lines:
                    lines.write(json.dumps({"headers": headers, "body": body, "status": status}) + "\n")
            time.sleep(float(delay_s))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Path(port_file).write_text(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    serve(*sys.argv[1:])
