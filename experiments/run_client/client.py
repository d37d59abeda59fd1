"""One call of a runtime: `POST /run`, or what it offers beside that."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from experiments.core.choices import RowError
from experiments.core.json_numbers import to_json
from experiments.core.json_text import cleaned
from experiments.run_client.answer import UnreadableBody, read_answer, read_json
from experiments.run_client.deadlines import AbortHandle
from experiments.run_client.failures import failed
from experiments.run_client.held_bytes import HeldBytes
from experiments.run_client.transport import Received, drop_connections, exchange
from experiments.run_client.values import FailureReason, RawResponse, RunReply, RunTarget

HIDDEN = "***"
# A shorter secret may be a word that an answer rightly contains.
SHORTEST_SECRET_IN_BODY = 16
SHORTEST_SECRET_IN_MESSAGE = 4


class NoAnswer(Exception):
    """Why a request brought no JSON, as a sentence; `http_status` where there was one.

    `is_too_large`: the answer was longer than is read.
    """

    def __init__(self, message: str, *, http_status: int | None, is_too_large: bool = False) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.is_too_large = is_too_large


def post_run(
    target: RunTarget,
    *,
    body: Mapping[str, Any],
    idempotency_key: str,
    abort: AbortHandle | None = None,
    on_answered: Callable[[bool], None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> RunReply:
    """Sends `body` as JSON and waits for the whole answer, `target.timeout_s` seconds at most.

    Never raises for anything a runtime or the network does. The same `idempotency_key` belongs to every attempt at one
    answer. `abort` ends the call early, from another thread. `headers` go along, such as `traceparent`. The value of
    the authorization appears nowhere in the reply, also where the runtime sends it back.

    `on_answered` is called once, in this thread, as soon as the runtime has nothing more to do with the call: the whole
    answer is here, or none will come, or nothing was sent. Reading the answer comes after that. What it raises leaves
    this function.

    A large answer takes its part of the memory that this process has for such ones, and waits for it if need be: `held`
    of the reply gives it back as soon as the answer was stored.
    """
    reply, _ = _post(target, body, {"Idempotency-Key": idempotency_key, **(headers or {})}, abort, on_answered)
    if reply.held and not (reply.payload or reply.final or reply.execution_log or reply.step_events or reply.debug):
        reply.held.release()
    return reply


def post_run_raw(
    target: RunTarget,
    *,
    body: Mapping[str, Any],
    idempotency_key: str,
    abort: AbortHandle | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[RunReply, RawResponse | None]:
    """The same, and the raw HTTP answer for a person to look at; None where none came."""
    reply, received = _post(target, body, {"Idempotency-Key": idempotency_key, **(headers or {})}, abort)
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
    finally:
        if isinstance(received, Received) and received.held:
            received.held.release()
    message = _hide(reply.message, target.authorization, SHORTEST_SECRET_IN_MESSAGE)
    raise NoAnswer(message, http_status=reply.http_status, is_too_large=reply.error_code == RowError.TOO_LARGE)


def send(
    target: RunTarget, *, method: str, body: Mapping[str, Any] | None = None, abort: AbortHandle | None = None
) -> Received | RunReply:
    """One request to a runtime, with all the care of `post_run`: the HTTP answer, or a reply that says why none came.

    The value of the authorization is hidden in the body that came back.
    """
    received = _exchanged(target, method=method, body=body, headers={}, abort=abort)
    return received if isinstance(received, RunReply) else _without_secret(received, target.authorization)


def _exchanged(
    target: RunTarget,
    *,
    method: str,
    body: Mapping[str, Any] | None,
    headers: Mapping[str, str],
    abort: AbortHandle | None,
) -> Received | RunReply:
    """The answer as it came."""
    secret = target.authorization or ""
    if not secret.isascii() or not secret.isprintable() or secret != secret.strip():
        message = "The network's token has characters that a header cannot carry."
        return failed(RowError.UNAUTHORIZED, FailureReason.CREDENTIALS, message)
    try:
        data = None if body is None else to_json(body, ensure_ascii=True, allow_nan=False).encode("ascii")
    except (ValueError, RecursionError):
        return RunReply(error_code=RowError.REJECTED, message="The request cannot be written as JSON.")
    content_type = {} if data is None else {"Content-Type": "application/json"}
    common = {**content_type, "Accept": "application/json", **headers}
    return exchange(target, data=data, headers=common, abort=abort, method=method)


def _post(
    target: RunTarget,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    abort: AbortHandle | None,
    on_answered: Callable[[bool], None] | None = None,
) -> tuple[RunReply, Received | None]:
    started = time.monotonic()
    answered: Received | RunReply | None = None
    try:
        answered = _exchanged(target, method="POST", body=body, headers=headers, abort=abort)
    finally:
        elapsed_s = time.monotonic() - started
        if on_answered is not None:
            on_answered(isinstance(answered, Received) and answered.status < 300)
    if isinstance(answered, RunReply):
        return _finished(answered, target, elapsed_s), None
    received = _without_secret(answered, target.authorization)
    return _finished(read_answer(received, target), target, elapsed_s - received.waited_s, held=received.held), received


def _finished(reply: RunReply, target: RunTarget, elapsed_s: float, *, held: HeldBytes | None = None) -> RunReply:
    if reply.reason == FailureReason.GARBLED:
        drop_connections()
    message, unread = (
        _hide(text, target.authorization, SHORTEST_SECRET_IN_MESSAGE) for text in (reply.message, reply.unread)
    )
    return replace(reply, message=message, unread=unread, elapsed_ms=round(elapsed_s * 1000), held=held)


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
    """The answer itself where the secret is not in it: a copy of a large body would stay beside it."""
    body = received.body
    for secret in _secrets(authorization):
        found = secret.encode("ascii")
        if len(found) >= SHORTEST_SECRET_IN_BODY and found in body:
            body = body.replace(found, HIDDEN.encode("ascii"))
    return received if body is received.body else replace(received, body=body)
