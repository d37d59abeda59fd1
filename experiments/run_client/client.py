"""One call of `POST /run`."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .answer import read_answer
from .failures import failed
from .strict_json import cleaned
from .transport import Received, drop_connections, exchange
from .values import RunReply, RunTarget, Seen
from .watchdog import AbortHandle

HIDDEN = "***"
# A shorter secret may be a word that an answer rightly contains.
SHORTEST_SECRET_IN_BODY = 16
SHORTEST_SECRET_IN_MESSAGE = 4


def post_run(
    target: RunTarget, *, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None = None
) -> RunReply:
    """Sends `body` as JSON and waits for the whole answer, `target.timeout_s` seconds at most.

    Never raises for anything a runtime or the network does. The same `idempotency_key` belongs to every attempt at one
    answer. `abort` ends the call early, from another thread. The value of the authorization appears nowhere in the
    reply, also where the runtime sends it back.
    """
    reply, _ = _timed(target, body, idempotency_key, abort)
    return reply


def post_run_seen(
    target: RunTarget, *, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None = None
) -> tuple[RunReply, Seen | None]:
    """The same, and what came over the wire for a person to look at; None where no HTTP answer came."""
    reply, received = _timed(target, body, idempotency_key, abort)
    return reply, None if received is None else _seen(received, target.authorization)


def _timed(
    target: RunTarget, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None
) -> tuple[RunReply, Received | None]:
    started = time.monotonic()
    answered = _call(target, body, idempotency_key, abort)
    reply = answered if isinstance(answered, RunReply) else read_answer(answered, target)
    if reply.reason == "garbled":
        drop_connections()
    message = _hide(reply.message, target.authorization, SHORTEST_SECRET_IN_MESSAGE)
    reply = replace(reply, message=message, elapsed_ms=round((time.monotonic() - started) * 1000))
    return reply, None if isinstance(answered, RunReply) else answered


def _call(
    target: RunTarget, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None
) -> RunReply | Received:
    """The answer, or the reply that says why there is none."""
    if not _can_be_header(target.authorization or ""):
        return failed("unauthorized", "credentials", "The network's token has characters that a header cannot carry.")
    try:
        data = json.dumps(body, allow_nan=False).encode("ascii")
    except (ValueError, RecursionError):
        return RunReply(error_code="rejected", message="The request cannot be written as JSON.")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": idempotency_key}
    received = exchange(target, data=data, headers=headers, abort=abort)
    return received if isinstance(received, RunReply) else _without_secret(received, target.authorization)


def _seen(received: Received, authorization: str | None) -> Seen:
    def shown(text: str) -> str:
        return str(cleaned(_hide(text, authorization, SHORTEST_SECRET_IN_MESSAGE)))

    return Seen(
        status=received.status,
        headers=tuple((shown(name), shown(value)) for name, value in received.headers.items()),
        body=shown(received.body.decode("utf-8", "replace")),
        body_bytes=len(received.body),
        is_cut=received.overflow,
    )


def _can_be_header(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _secrets(authorization: str | None) -> list[str]:
    """The whole header and the part behind the scheme, the longer one first."""
    whole = authorization or ""
    return [whole, whole.partition(" ")[2]]


def _hide(text: str, authorization: str | None, shortest: int) -> str:
    for secret in _secrets(authorization):
        if len(secret) >= shortest:
            text = text.replace(secret, HIDDEN)
    return text


def _without_secret(received: Received, authorization: str | None) -> Received:
    body = received.body
    for secret in _secrets(authorization):
        if len(secret) >= SHORTEST_SECRET_IN_BODY:
            body = body.replace(secret.encode("ascii"), HIDDEN.encode("ascii"))
    return replace(received, body=body)
