"""The `/run` that `manage.py bench` calls: always the same answer, after a delay, in a process of its own.

It must not be the limit of what is measured, so it speaks just enough HTTP/1.1 (keep-alive, bodies with a length) right
on asyncio's transport. `GET /stats` says what it has seen. Prints its port.

    with run_server(latency_s=0.2) as server:
        requests.post(server.url, json={"user_message": "…"})
        server.stats().calls
"""

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

MOST_WAITING = 4096
"""Connections that wait to be accepted."""
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TRACE_ID = uuid.uuid4().hex[:16].encode()
"""The first half of every trace id of this process."""
BODY = json.dumps(
    {
        "trace_id": "TRACE",
        "execution_log": [{"type": "agent", "step": 0, "agent_key": "agent", "decision": "RESPOND", "duration_ms": 1}],
        "llm_usage_totals": {"prompt_tokens": 60, "response_tokens": 20, "total_tokens": 80},
        "final": {
            "status": "ok",
            "response_payload": {"topic": "billing", "summary": "The customer was charged twice.", "score": 57},
        },
    }
).encode()
BEFORE_TRACE, AFTER_TRACE = BODY.split(b"TRACE")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
ANSWER = HEAD % (len(BODY) - len(b"TRACE") + 32) + BEFORE_TRACE + TRACE_ID


@dataclass
class Stats:
    """`calls` were answered, `in_flight` were not yet; `in_flight_s` adds up the seconds of each that was in flight.

    `at_s` is when that was so, on a clock that never goes back; `cpu_s` is what the process has used by then.
    """

    calls: int = 0
    in_flight: int = 0
    in_flight_s: float = 0.0
    at_s: float = 0.0
    cpu_s: float = 0.0


class Tally:
    """Counts calls."""

    def __init__(self) -> None:
        self._stats = Stats(at_s=time.monotonic())

    def began(self) -> None:
        self._pass_time()
        self._stats.in_flight += 1

    def ended(self) -> None:
        self._pass_time()
        self._stats.in_flight -= 1

    def answered(self) -> int:
        """The number of this answer."""
        self._stats.calls += 1
        return self._stats.calls

    def stats(self) -> Stats:
        self._pass_time()
        self._stats.cpu_s = time.process_time()
        return self._stats

    def _pass_time(self) -> None:
        now = time.monotonic()
        self._stats.in_flight_s += (now - self._stats.at_s) * self._stats.in_flight
        self._stats.at_s = now


class RunProtocol(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, tally: Tally, latency_s: float) -> None:
        self._tally = tally
        self._latency_s = latency_s
        self._unread = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
            self._tally.ended()

    def data_received(self, data: bytes) -> None:
        self._unread = self._unread + data if self._unread else data
        self._take_next()

    def _take_next(self) -> None:
        end = request_end(self._unread)
        if not end or self._timer:
            return
        request, self._unread = self._unread[:end], self._unread[end:]
        if request.startswith(b"GET /stats "):
            body = json.dumps(asdict(self._tally.stats())).encode()
            self._transport.write(HEAD % len(body) + body)
        elif self._latency_s:
            self._tally.began()
            self._timer = self._loop.call_later(self._latency_s, self._answer_late)
        else:
            self._answer()

    def _answer_late(self) -> None:
        self._timer = None
        self._tally.ended()
        self._answer()
        self._take_next()

    def _answer(self) -> None:
        self._transport.write(b"%b%016x%b" % (ANSWER, self._tally.answered(), AFTER_TRACE))


def request_end(data: bytes) -> int:
    """Where the first request in `data` ends; 0 where it is not all there."""
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return 0
    length = LENGTH.search(data, 0, head_end)
    end = head_end + 4 + (int(length[1]) if length else 0)
    return end if end <= len(data) else 0


async def serve(latency_s: float) -> None:
    tally = Tally()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: RunProtocol(tally, latency_s), "127.0.0.1", 0, backlog=MOST_WAITING)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


# -- the other side


class RunServer:
    """A server that runs."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        # Whatever proxy the environment names, this is not on its other side.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def url(self) -> str:
        """The address to call, `/run` included."""
        return f"{self._base}/run"

    def stats(self) -> Stats:
        with self._opener.open(f"{self._base}/stats", timeout=30) as response:
            return Stats(**json.load(response))


@contextmanager
def run_server(*, latency_s: float) -> Iterator[RunServer]:
    """One in a process of its own that answers after `latency_s`; it ends with the block."""
    command = [sys.executable, "-m", "csv_batches.bench.server", str(latency_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module
        assert process.stdout is not None
        try:
            yield RunServer(int(process.stdout.readline()))
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
