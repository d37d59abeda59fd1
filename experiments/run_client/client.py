"""One call of a runtime: `POST /run`, or what it offers beside that."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from experiments.core.choices import RowError
from experiments.core.json_text import cleaned
from experiments.run_client.answer import UnreadableBody, read_answer, read_json
from experiments.run_client.deadlines import AbortHandle
from experiments.run_client.failures import failed
from experiments.run_client.transport import Received, drop_connections, exchange
from experiments.run_client.values import FailureReason, RawResponse, RunReply, RunTarget

HIDDEN = "***"
# A shorter secret may be a word that an answer rightly contains.
SHORTEST_SECRET_IN_BODY = 16
SHORTEST_SECRET_IN_MESSAGE = 4


class NoAnswer(Exception):
    """Why a request brought no JSON, as a sentence; `http_status` where there was one."""

    def __init__(self, message: str, *, http_status: int | None) -> None:
        super().__init__(message)
        self.http_status = http_status


def post_run(
    target: RunTarget, *, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None = None
) -> RunReply:
    """Sends `body` as JSON and waits for the whole answer, `target.timeout_s` seconds at most.

    Never raises for anything a runtime or the network does. The same `idempotency_key` belongs to every attempt at one
    answer. `abort` ends the call early, from another thread. The value of the authorization appears nowhere in the
    reply, also where the runtime sends it back.
    """
    reply, _ = _post(target, body, idempotency_key, abort)
    return reply


def post_run_raw(
    target: RunTarget, *, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None = None
) -> tuple[RunReply, RawResponse | None]:
    """The same, and the raw HTTP answer for a person to look at; None where none came."""
    reply, received = _post(target, body, idempotency_key, abort)
    if received is None:
        return reply, None

    def shown(text: str) -> str:
        return str(cleaned(_hide(text, target.authorization, SHORTEST_SECRET_IN_MESSAGE)))

    return reply, RawResponse(
        status=received.status,
        headers=tuple((shown(name), shown(value)) for name, value in received.headers.items()),
        body=shown(received.body.decode("utf-8", "replace")),
        body_bytes=len(received.body),
        is_cut=received.overflow,
    )


def fetch(
    target: RunTarget, *, method: str, body: Mapping[str, Any] | None = None, abort: AbortHandle | None = None
) -> Any:
    """The JSON that a runtime answers beside `/run`. `NoAnswer` says in a sentence why there is none."""
    received = send(target, method=method, body=body, abort=abort)
    try:
        if isinstance(received, RunReply):
            raise UnreadableBody(received)
        if received.status >= 300:
            raise UnreadableBody(read_answer(received, target))
        return read_json(received, target)
    except UnreadableBody as unreadable:
        reply = unreadable.reply
    message = _hide(reply.message, target.authorization, SHORTEST_SECRET_IN_MESSAGE)
    raise NoAnswer(message, http_status=reply.http_status)


def send(
    target: RunTarget,
    *,
    method: str,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    abort: AbortHandle | None = None,
) -> Received | RunReply:
    """One request to a runtime, with all the care of `post_run`: the HTTP answer, or a reply that says why none came.

    The value of the authorization is hidden in the body that came back.
    """
    secret = target.authorization or ""
    if not secret.isascii() or not secret.isprintable() or secret != secret.strip():
        message = "The network's token has characters that a header cannot carry."
        return failed(RowError.UNAUTHORIZED, FailureReason.CREDENTIALS, message)
    try:
        data = None if body is None else json.dumps(body, allow_nan=False).encode("ascii")
    except (ValueError, RecursionError):
        return RunReply(error_code=RowError.REJECTED, message="The request cannot be written as JSON.")
    content_type = {} if data is None else {"Content-Type": "application/json"}
    common = {**content_type, "Accept": "application/json", **(headers or {})}
    received = exchange(target, data=data, headers=common, abort=abort, method=method)
    return received if isinstance(received, RunReply) else _without_secret(received, target.authorization)


def _post(
    target: RunTarget, body: Mapping[str, Any], idempotency_key: str, abort: AbortHandle | None
) -> tuple[RunReply, Received | None]:
    started = time.monotonic()
    answered = send(target, method="POST", body=body, headers={"Idempotency-Key": idempotency_key}, abort=abort)
    reply = answered if isinstance(answered, RunReply) else read_answer(answered, target)
    if reply.reason == FailureReason.GARBLED:
        drop_connections()
    message = _hide(reply.message, target.authorization, SHORTEST_SECRET_IN_MESSAGE)
    reply = replace(reply, message=message, elapsed_ms=round((time.monotonic() - started) * 1000))
    return reply, None if isinstance(answered, RunReply) else answered


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
