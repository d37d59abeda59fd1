"""One call of `POST /run`."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .answer import read_answer
from .failures import failed
from .transport import Received, exchange
from .values import RunReply, RunTarget
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
    started = time.monotonic()
    reply = _call(target, body, idempotency_key, abort)
    message = _hide(reply.message, target.authorization, SHORTEST_SECRET_IN_MESSAGE)
    return replace(reply, message=message, elapsed_ms=round((time.monotonic() - started) * 1000))


def _call(target: RunTarget, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None) -> RunReply:
    if not _can_be_header(target.authorization or ""):
        return failed("unauthorized", "credentials", "The network's token has characters that a header cannot carry.")
    try:
        data = json.dumps(body, allow_nan=False).encode("ascii")
    except (ValueError, RecursionError):
        return RunReply(error_code="rejected", message="The request cannot be written as JSON.")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": idempotency_key}
    received = exchange(target, data=data, headers=headers, abort=abort)
    if isinstance(received, RunReply):
        return received
    return read_answer(_without_secret(received, target.authorization), target)


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
