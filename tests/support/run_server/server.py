"""A `/run` server that does what its script says and remembers every call.

`POST /run` is played by the script. Beside it, for the test that drives it:
    POST /script    sets the script (see `script.py`), POST /reset forgets script, ledger and counters
    GET  /ledger    the calls in order of arrival; `?body=0` leaves the request bodies out
    GET  /stats     {calls, done, in_flight, max_in_flight, held, left, connections}
    POST /wait      a subset of the stats as minima, e.g. {"held": 3, "timeout_s": 10}: answers with the stats as soon
                    as they are reached, 408 where they are not
    POST /hold      {"match": regex} more calls to keep waiting; POST /release lets all go, and then holds no more, or
                    with {"hold": regex} those that match; with {"only": regex} it lets those go that match and wait by
                    now, and holds what it held before
    POST /remote    the server becomes a runtime with a configuration API (see `remote.py`); GET tells its state;
                    POST /remote/publish {"network": id} is somebody else's publish
"""

import asyncio
import contextlib
import json
import re
import time
from collections import Counter
from typing import Any

from tests.support.run_server.behaviours import BEHAVIOURS
from tests.support.run_server.limiter import Limiter
from tests.support.run_server.remote import Remote
from tests.support.run_server.script import Script
from tests.support.run_server.turn import ClientLeft, Request, Turn

READ_LIMIT = 64 * 1024


class RunState:
    """Script, ledger and counters."""

    def __init__(self) -> None:
        self.connections = self.in_flight = self.held = 0
        self.held_back: re.Pattern[str] | None = None
        self.last_used = time.monotonic()
        self.changed = asyncio.Condition()
        self.gates: dict[asyncio.Event, str] = {}
        self.reset()

    def reset(self) -> None:
        self.ledger: list[dict[str, Any]] = []
        self.attempts: Counter[str] = Counter()
        self.done = self.left = 0
        self.max_in_flight = self.in_flight
        self.remote: Remote | None = None
        self.limiters: dict[str, Limiter] = {}
        self.release()
        self.load({})

    def load(self, source: dict[str, Any]) -> None:
        self.script = Script(source)
        if "limiter" in source:
            self.limiters = {"": Limiter(source["limiter"])} if source["limiter"] else {}
        if "limiters" in source:
            self.limiters = {network: Limiter(one) for network, one in source["limiters"].items()}
        if "hold" in source:
            self.hold(source["hold"])

    def hold(self, match: str) -> None:
        self.held_back = re.compile(match, re.DOTALL)

    def release(self, only: str | None = None) -> None:
        if only is None:
            self.held_back = None
        for gate, message in self.gates.items():
            if only is None or re.search(only, message, re.DOTALL):
                gate.set()

    def stats(self) -> dict[str, int]:
        names = ("done", "in_flight", "max_in_flight", "held", "left", "connections")
        return {"calls": len(self.ledger)} | {name: getattr(self, name) for name in names}

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def wait(self, minima: dict[str, Any]) -> bool:
        timeout = float(minima.pop("timeout_s", 30))

        def reached() -> bool:
            return all(self.stats()[name] >= least for name, least in minima.items())

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self.changed:
                await self.changed.wait_for(reached)
                return True
        return False


async def serve_connection(state: RunState, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    state.connections += 1
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ClientLeft):
        while True:
            turn = Turn(await _read_request(reader), reader, writer, remote=state.remote)
            await (play(state, turn) if turn.request.path == "/run" else control(state, turn))
            await writer.drain()
            if not (turn.keep_open and turn.request.keep_alive):
                break
    writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Request:
    first = await reader.readexactly(1)
    if not first.isalpha():
        raise ConnectionError("not HTTP: TLS, most likely")
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def play(state: RunState, turn: Turn) -> None:
    """One call of `/run`, from its entry in the ledger to its end."""
    body = turn.request.json()
    turn.body = body if isinstance(body, dict) else {}
    message = str(turn.body.get("user_message", ""))
    state.attempts[message] += 1
    behaviour = state.script.behaviour(message, state.attempts[message])
    entry = _entry(turn, message, state.attempts[message], behaviour)
    _enter(state, entry)
    await state.tell()
    try:
        limiter = state.limiters.get(str(turn.body.get("network"))) or state.limiters.get("")
        if limiter is not None:
            is_free, headers = limiter.admit(entry["started"])
            if not is_free:
                turn.answer(*limiter.refusal(headers))
                return
            behaviour["headers"] = {**behaviour.get("headers", {}), **headers}
        await _hold(state, turn, message)
        if behaviour["latency_ms"]:
            await turn.wait_for(asyncio.sleep(behaviour["latency_ms"] / 1000))
        refused = turn.remote.refusal(turn.body) if turn.remote else None
        if refused:
            turn.answer(*refused)
        else:
            await BEHAVIOURS[behaviour["do"]](turn, behaviour)
        turn.keep_open = turn.keep_open and not behaviour.get("close")
    except (ClientLeft, ConnectionError):
        entry["left"] = True
        state.left += 1
        raise
    finally:
        entry["ended"], entry["status"] = time.time(), turn.status
        state.in_flight -= 1
        state.done += 1
        await state.tell()


def _entry(turn: Turn, message: str, attempt: int, behaviour: dict[str, Any]) -> dict[str, Any]:
    headers = turn.request.headers
    return {
        "user_message": message,
        "idempotency_key": headers.get("idempotency-key"),
        "authorization": headers.get("authorization"),
        "headers": headers,
        "body": turn.body,
        "attempt": attempt,
        "behaviour": behaviour["do"],
        "started": time.time(),
        "ended": None,
        "status": None,
        "left": False,
    }


def _enter(state: RunState, entry: dict[str, Any]) -> None:
    state.ledger.append(entry)
    state.last_used = time.monotonic()
    state.in_flight += 1
    state.max_in_flight = max(state.max_in_flight, state.in_flight)


async def _hold(state: RunState, turn: Turn, message: str) -> None:
    if state.held_back is None or not state.held_back.search(message):
        return
    state.held += 1
    gate = asyncio.Event()
    state.gates[gate] = message
    await state.tell()
    try:
        await turn.wait_for(gate.wait())
    finally:
        del state.gates[gate]
        state.held -= 1


async def control(state: RunState, turn: Turn) -> None:
    """The calls of whoever drives the test."""
    state.last_used = time.monotonic()
    path, _, query = turn.request.path.partition("?")
    status, answer = 200, None
    if path == "/ledger":
        hidden = {"body", "headers"} if query == "body=0" else set()
        answer = [{key: value for key, value in entry.items() if key not in hidden} for entry in state.ledger]
    elif path == "/script":
        state.load(turn.request.json())
    elif path == "/hold":
        state.hold(turn.request.json()["match"])
    elif path == "/release":
        order = turn.request.json()
        state.release(order.get("only"))
        if "hold" in order:
            state.hold(order["hold"])
    elif path.startswith("/remote"):
        answer = _set_remote(state, turn, path)
    elif path.startswith(("/config/", "/experiments/")) and state.remote:
        turn.answer(*state.remote.answer(turn.request))
        return
    elif path == "/reset":
        state.reset()
    elif path == "/wait":
        status = 200 if await state.wait(turn.request.json()) else 408
    elif path != "/stats":
        status = 404
    turn.answer(status, json.dumps(state.stats() if answer is None else answer).encode())


def _set_remote(state: RunState, turn: Turn, path: str) -> Any:
    if path == "/remote/publish":
        assert state.remote
        state.remote.publish(turn.request.json()["network"])
    elif turn.request.method == "POST":
        state.remote = Remote(turn.request.json())
    return state.remote.state() if state.remote else None


async def serve(host: str, port: int, *, idle_exit_s: float) -> None:
    """Prints `listening on PORT` and serves until it is ended, or until nobody has used it for `idle_exit_s`."""
    state = RunState()
    server = await asyncio.start_server(
        lambda reader, writer: serve_connection(state, reader, writer), host, port, backlog=1024, limit=READ_LIMIT
    )
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    while time.monotonic() - state.last_used < idle_exit_s or state.in_flight:
        await asyncio.sleep(1)
