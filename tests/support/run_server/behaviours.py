"""Everything a runtime, or what stands before it, can do to a client. Each entry of `BEHAVIOURS` is a value of `do`."""

import asyncio
import gzip
import json
import os
import signal
import uuid
import zlib
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import psutil

from tests.support.run_server.payloads import expected_payload
from tests.support.run_server.turn import Turn

Behaviour = Callable[[Turn, dict[str, Any]], Awaitable[None]]
GOING_ON: set[asyncio.Future[None]] = set()
CHUNKED = {"Transfer-Encoding": "chunked"}
PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"


def good_answer(turn: Turn, options: dict[str, Any]) -> dict[str, Any]:
    """The answer of a run that went well. `payload`, `final` and `extra` (further keys of the answer) replace parts,
    `without` names keys that are left out. A remote stamps it with its version and keeps it."""
    payload = options["payload"] if "payload" in options else expected_payload(turn.body)
    agent = turn.body.get("agent_key") or "agent"
    prompts = [{"agent": agent, "prompt": turn.body.get("user_message"), "raw": json.dumps(payload)}]
    answer = {
        "trace_id": uuid.uuid4().hex,
        "graph_version_id": "1:1",
        "model": "scripted",
        "run_duration_ms": int(options["latency_ms"]),
        "execution_log": [{"type": "agent", "step": 0, "agent_key": agent, "decision": "RESPOND", "duration_ms": 1}],
        "llm_usage_totals": {"prompt_tokens": 10, "response_tokens": 5, "total_tokens": 15},
        "final": options.get("final", {"status": "ok", options["answer_key"]: payload, "error": None}),
        "debug": prompts if turn.body.get("debug") else None,
        **options.get("extra", {}),
    }
    if turn.remote:
        turn.remote.finish(turn.body, answer)
    return {key: value for key, value in answer.items() if key not in options.get("without", ())}


def _good_bytes(turn: Turn, options: dict[str, Any]) -> bytes:
    return json.dumps(good_answer(turn, options)).encode()


async def ok(turn: Turn, options: dict[str, Any]) -> None:
    turn.answer(200, _good_bytes(turn, options), options.get("headers"))


async def status(turn: Turn, options: dict[str, Any]) -> None:
    """`status` with `headers` and either `json` or `text`."""
    body = options["text"].encode() if "text" in options else json.dumps(options.get("json", {})).encode()
    turn.answer(options["status"], body, options.get("headers"))


async def body_text(turn: Turn, options: dict[str, Any]) -> None:
    """200 with `text` as its body, character by character as given; lone surrogates stand for bytes."""
    turn.answer(200, options["text"].encode("utf-8", "surrogateescape"), options.get("headers"))


async def reset(turn: Turn, _options: dict[str, Any]) -> None:
    turn.reset()


async def kill_caller(turn: Turn, _options: dict[str, Any]) -> None:
    """Kills (-9) the process that called: a row that brings its worker down each time."""
    caller = turn.writer.get_extra_info("peername")
    for connection in psutil.net_connections("tcp4"):
        if connection.laddr == caller and connection.pid:
            os.kill(connection.pid, signal.SIGKILL)
    turn.keep_open = False


async def no_answer(turn: Turn, _options: dict[str, Any]) -> None:
    turn.keep_open = False


async def stale(turn: Turn, options: dict[str, Any]) -> None:
    """Answers well, promises to keep the connection, and drops whatever comes next on it."""
    await ok(turn, options)
    await turn.writer.drain()
    await turn.reader.read(1)
    turn.reset()


async def cut_body(turn: Turn, options: dict[str, Any]) -> None:
    body = _good_bytes(turn, options)
    turn.answer(200, body[: len(body) // 2], length=len(body))
    turn.keep_open = False


async def short_length(turn: Turn, options: dict[str, Any]) -> None:
    """Half of the answer is announced; the other half comes all the same, `late_ms` later."""
    body = _good_bytes(turn, options)
    turn.answer(200, body[: len(body) // 2])
    await asyncio.sleep(options.get("late_ms", 0) / 1000)
    turn.send(body[len(body) // 2 :])


async def truncated_json(turn: Turn, options: dict[str, Any]) -> None:
    body = _good_bytes(turn, options)
    turn.answer(200, body[: len(body) // 2])


async def hang(turn: Turn, _options: dict[str, Any]) -> None:
    await turn.wait_for(asyncio.Event().wait())


async def finish_and_hang(turn: Turn, options: dict[str, Any]) -> None:
    """The run ends well, a remote keeps it, and the answer never leaves."""
    good_answer(turn, options)
    await hang(turn, options)


async def finish_later(turn: Turn, options: dict[str, Any]) -> None:
    """The run goes on without its client and ends well after `late_ms` (1 s); the answer never leaves."""
    assert turn.remote
    turn.remote.begin(turn.body)

    async def finish() -> None:
        await asyncio.sleep(options.get("late_ms", 1000) / 1000)
        good_answer(turn, options)

    going_on = asyncio.ensure_future(finish())
    GOING_ON.add(going_on)
    going_on.add_done_callback(GOING_ON.discard)
    await hang(turn, options)


async def finish_and_reset(turn: Turn, options: dict[str, Any]) -> None:
    """The run ends well, a remote keeps it, and the connection breaks."""
    good_answer(turn, options)
    turn.reset()


async def finish_behind_gateway(turn: Turn, options: dict[str, Any]) -> None:
    """The same behind a proxy, which has stopped waiting: `status` (504)."""
    good_answer(turn, options)
    turn.answer(options.get("status", 504), b"<h1>Gateway Time-out</h1>")


async def hang_in_body(turn: Turn, options: dict[str, Any]) -> None:
    """All of the answer but its end, which the closing of the connection would tell; it does not come."""
    turn.send(turn.head(200, {"Connection": "close"}) + _good_bytes(turn, options)[:-1])
    await turn.wait_for(asyncio.Event().wait())


async def drip_header(turn: Turn, options: dict[str, Any]) -> None:
    turn.status = 200
    await turn.drip(b"HTTP/1.1 200 OK\r\nX-Slow: x", options.get("interval_ms", 50) / 1000)


async def drip_body(turn: Turn, options: dict[str, Any]) -> None:
    turn.send(turn.head(options.get("status", 200), {"Content-Length": "1000000"}))
    await turn.drip(_good_bytes(turn, options)[:20] + b" ", options.get("interval_ms", 50) / 1000)


async def drip_endless(turn: Turn, options: dict[str, Any]) -> None:
    """A whole answer without a length, then blanks for ever: it looks complete wherever it is cut."""
    turn.send(turn.head(200, {"Connection": "close"}) + _good_bytes(turn, options))
    await turn.drip(b" ", options.get("interval_ms", 50) / 1000)


async def bad_chunk(turn: Turn, options: dict[str, Any]) -> None:
    turn.send(turn.head(200, CHUNKED) + b"10\r\n" + _good_bytes(turn, options)[:16] + b"\r\nnot hex\r\n")
    turn.keep_open = False


async def gzipped(turn: Turn, options: dict[str, Any]) -> None:
    turn.answer(200, gzip.compress(_good_bytes(turn, options)), {"Content-Encoding": "gzip"})


async def bad_gzip(turn: Turn, options: dict[str, Any]) -> None:
    turn.answer(200, _good_bytes(turn, options), {"Content-Encoding": "gzip"})


@cache
def packed_blanks(size: int) -> tuple[Any, bytes]:
    """The packer, to go on with a copy of, and what it has packed so far. Once: it takes a second."""
    packer = zlib.compressobj(9, wbits=31)
    blanks = b" " * 1_000_000
    return packer, b"".join(packer.compress(blanks) for _ in range(size // len(blanks)))


async def gzip_bomb(turn: Turn, options: dict[str, Any]) -> None:
    """`size` bytes (200 MB) of blanks before a good answer, packed a thousandfold, and again `layers` (1) - 1 times."""
    packer, packed = packed_blanks(options.get("size", 200_000_000))
    packer = packer.copy()
    packed += packer.compress(_good_bytes(turn, options)) + packer.flush()
    layers = options.get("layers", 1)
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    turn.answer(200, packed, {"Content-Encoding": ", ".join(["gzip"] * layers)})


async def big(turn: Turn, options: dict[str, Any]) -> None:
    """A good answer behind `size` bytes (6 MB) of log."""
    extra = {"execution_log": [{"type": "system", "text": "x" * options.get("size", 6_000_000)}]}
    turn.answer(200, _good_bytes(turn, {**options, "extra": extra}))


async def big_payload(turn: Turn, options: dict[str, Any]) -> None:
    """A good answer whose texts are `size` characters (5 million) long, all but the first few of them the same."""
    size = options.get("size", 5_000_000)
    payload = {
        name: value.ljust(size, "x") if isinstance(value, str) else value
        for name, value in expected_payload(turn.body).items()
    }
    await ok(turn, {**options, "payload": payload})


async def endless(turn: Turn, _options: dict[str, Any]) -> None:
    """Bytes without end, as fast as they are read."""
    turn.send(turn.head(200, {"Connection": "close"}))
    while True:
        turn.send(b" " * 65536)
        await turn.writer.drain()


async def html200(turn: Turn, _options: dict[str, Any]) -> None:
    turn.answer(200, PAGE, {"Content-Type": "text/html"})


async def empty200(turn: Turn, _options: dict[str, Any]) -> None:
    turn.answer(200, b"")


async def no_content(turn: Turn, options: dict[str, Any]) -> None:
    """204; with `then_ms` a whole good answer follows after that time, which nobody has asked for."""
    turn.send(turn.head(204, {}))
    if "then_ms" in options:
        await asyncio.sleep(options["then_ms"] / 1000)
        turn.answer(200, _good_bytes(turn, options))


async def informed(turn: Turn, options: dict[str, Any]) -> None:
    """`times` (1) interim answers of `status` (103), `interval_ms` (0) after each, then a good one."""
    interim = turn.head(options.get("status", 103), {"Link": "</style.css>; rel=preload"})
    for _ in range(options.get("times", 1)):
        turn.send(interim)
        await turn.writer.drain()
        await asyncio.sleep(options.get("interval_ms", 0) / 1000)
    await ok(turn, options)


async def raw(turn: Turn, options: dict[str, Any]) -> None:
    """`text` in place of an HTTP answer, and the end of the connection."""
    turn.send(options["text"].encode("latin-1"))
    turn.keep_open = False


async def redirect(turn: Turn, options: dict[str, Any]) -> None:
    turn.answer(options.get("status", 307), b"", {"Location": options.get("location", "/elsewhere")})


async def not_http(turn: Turn, _options: dict[str, Any]) -> None:
    turn.send(b"220 mail.example ESMTP\r\n")
    turn.keep_open = False


async def many_headers(turn: Turn, options: dict[str, Any]) -> None:
    turn.answer(200, _good_bytes(turn, options), {f"X-{number}": "x" for number in range(500)})


async def deep(turn: Turn, options: dict[str, Any]) -> None:
    """A payload of `depth` objects (100,000), each within the next."""
    depth = options.get("depth", 100_000)
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    turn.answer(200, b'{"final":{"status":"ok","response_payload":' + nested + b"}}")


async def bom(turn: Turn, options: dict[str, Any]) -> None:
    turn.answer(200, b"\xef\xbb\xbf" + _good_bytes(turn, options))


BEHAVIOURS: dict[str, Behaviour] = {
    function.__name__: function
    for function in (
        *(ok, status, informed, body_text, raw, reset, kill_caller, no_answer, stale, hang, hang_in_body),
        *(cut_body, short_length, truncated_json),
        *(finish_and_hang, finish_later, finish_and_reset, finish_behind_gateway),
        *(drip_header, drip_body, drip_endless, bad_chunk, gzipped, bad_gzip, gzip_bomb, big, big_payload, endless),
        *(html200, empty200, no_content, redirect, not_http, many_headers, deep, bom),
    )
}
_BODIES = {
    "nan": '{"final": {"status": "ok", "response_payload": {"a": NaN}}}',
    "infinity": '{"final": {"status": "ok", "response_payload": {"a": -Infinity}}}',
    "huge_float": '{"final": {"status": "ok", "response_payload": {"a": 1e999}}}',
    "huge_integer": '{"final": {"status": "ok", "response_payload": {"a": ' + "9" * 5000 + "}}}",
    "duplicate_keys": '{"final": {"status": "ok", "response_payload": {"a": 1, "a": 2}}}',
    "lone_surrogate": '{"final": {"status": "ok", "response_payload": {"a": "\\ud83d"}}}',
    "nul": '{"final": {"status": "ok", "response_payload": {"a": "x\\u0000y"}}}',
    "invalid_utf8": '{"final": {"status": "ok", "response_payload": {"a": "\udcff"}}}',
}


def _fixed(text: str) -> Behaviour:
    async def answer(turn: Turn, options: dict[str, Any]) -> None:
        await body_text(turn, {**options, "text": text})

    return answer


BEHAVIOURS |= {name: _fixed(text) for name, text in _BODIES.items()}
