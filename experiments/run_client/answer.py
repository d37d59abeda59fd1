"""An HTTP answer of `/run` as a `RunReply`."""

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from experiments.core.choices import SAID_BY_RUNTIME, ModelPart, RowError
from experiments.core.json_numbers import is_number, to_json
from experiments.core.json_text import UNREAD_CHARS, BadPayload, RepeatedKeys, beginning, cleaned, parse, strict
from experiments.run_client.allowance import allowance_of
from experiments.run_client.error_text import error_in_words, error_page_in_words, one_line
from experiments.run_client.failures import failed
from experiments.run_client.refusals import quota_is_used_up, told_wait_s
from experiments.run_client.retry_after import retry_after_s
from experiments.run_client.retry_policy import error_of_status
from experiments.run_client.transport import Received
from experiments.run_client.values import FailureReason, RunReply, RunTarget, count, own_cost

MAX_NAME_LENGTH = 255
MODEL_FAILURES = {
    ModelPart.KEY: (RowError.UNAUTHORIZED, FailureReason.KEY),
    ModelPart.MODEL: (RowError.SERVER_ERROR, FailureReason.MODEL),
    ModelPart.ADDRESS: (RowError.SERVER_ERROR, FailureReason.ENDPOINT),
}
"""What a 502 means whose `cause.part` says what is wrong between the runtime and its model."""
UNREADABLE = (RowError.BAD_RESPONSE, RowError.TOO_LARGE)
JSON_TYPES = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "missing"}


class UnreadableBody(Exception):
    """A body that cannot be read as JSON, as the reply that it makes of a call."""

    def __init__(self, reply: RunReply) -> None:
        super().__init__(reply.message)
        self.reply = reply


def read_answer(received: Received, target: RunTarget) -> RunReply:
    """Decides by the status first, then by the body."""
    reply = _success(received, target) if received.status < 300 else _error(received, target)
    if target.is_own and reply.error_code == RowError.RUN_ERROR:
        reply = _as_our_runtime_says(reply)
    elif reply.error_code in UNREADABLE:
        reply = replace(reply, unread=_beginning(received))
    allowance = allowance_of(received.headers.items(), now=datetime.now(UTC))
    return replace(reply, http_status=received.status, allowance=allowance)


def _beginning(received: Received) -> str:
    """What is kept of a body that could not be read. A character has four bytes at most."""
    return beginning(received.body[: 4 * UNREAD_CHARS].decode("utf-8", "replace").removeprefix("\ufeff"))


def read_recorded(body: Any) -> RunReply:
    """The same for the JSON of an answer that a runtime kept and gives out later."""
    record = cleaned(body)
    # Where there was nothing to clean, it need not be looked through once more for what cannot be kept.
    return _with_record(_outcome(body, check=record is not body), record)


def read_json(received: Received, target: RunTarget) -> Any:
    """The body of a success, as `json_text.parse` gives it. Raises `UnreadableBody`."""
    if received.overflow:
        limit = f"{target.max_body_bytes:,} bytes"
        raise UnreadableBody(RunReply(error_code=RowError.TOO_LARGE, message=f"The answer is larger than {limit}."))
    if not received.body or received.body.isspace():
        raise UnreadableBody(garbled(f"The answer has no body ({_status_text(received.status)})."))
    text = ""
    try:
        text = received.body.decode("utf-8-sig")
        return parse(text)
    except UnicodeDecodeError as error:
        raise UnreadableBody(garbled(f"The answer is not UTF-8 (byte {error.start}).")) from None
    except RecursionError:
        raise UnreadableBody(_not_a_run("The answer is nested too deeply to be read.")) from None
    except ValueError:
        message = f"The answer isn’t JSON, or is incomplete. It begins: {one_line(text, 100)}"
        raise UnreadableBody(garbled(message)) from None


def garbled(message: str) -> RunReply:
    """The reply where a page, a text or a part of an answer came: something on the way, likely to pass."""
    return failed(RowError.BAD_RESPONSE, FailureReason.GARBLED, message)


def _not_a_run(message: str) -> RunReply:
    """The reply where an answer came whole, but not one of `/run`: the next would be the same."""
    return RunReply(error_code=RowError.BAD_RESPONSE, message=message)


def _success(received: Received, target: RunTarget) -> RunReply:
    try:
        body = read_json(received, target)
    except UnreadableBody as unreadable:
        return unreadable.reply
    if received.status != HTTPStatus.OK:
        message = f"The answer has the status {received.status}, where 200 is expected."
        return _with_record(_not_a_run(message), cleaned(body))
    return read_recorded(body)


def _error(received: Received, target: RunTarget) -> RunReply:
    try:
        body = parse(received.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        body = None
    is_redirect = received.status < 400
    if is_redirect:
        explanation = "redirects are not followed. Set the address that really answers."
    elif body is None:
        explanation = error_page_in_words(received.body.decode("utf-8", "replace"))
    else:
        explanation = error_in_words(body)
    if received.status == HTTPStatus.BAD_GATEWAY and (failure := _model_failure(body)):
        error_code, reason = failure
        told = RunReply(error_code=error_code, message=explanation, transient=True, reason=reason)
        return _with_record(told, cleaned(body))
    status = _status_text(received.status)
    quota = quota_is_used_up(received.status, body)
    error_code, transient = error_of_status(received.status, transient_400=target.transient_400)
    if quota:
        error_code, transient = RowError.RATE_LIMITED, True
    reply = RunReply(
        error_code=error_code,
        message=f"{status}: {explanation}" if explanation else f"{status}.",
        transient=transient,
        reason=FailureReason.GARBLED if is_redirect else None,
        retry_after_s=_wait_s(received, body),
        quota=quota,
    )
    if body is None and not is_redirect:
        reply = replace(reply, unread=_beginning(received))
    elif target.is_own and isinstance(body, dict):
        reply = replace(reply, unread=_unread(body))
    return _with_record(reply, cleaned(body))


def _wait_s(received: Received, body: Any) -> float | None:
    """How long it asks to wait, in whichever place it says so."""
    now = datetime.now(UTC)
    wait_s = retry_after_s(received.headers, now=now)
    if wait_s is None and received.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait_s = told_wait_s(body)
        allowance = allowance_of(received.headers.items(), now=now)
        if wait_s is None and allowance is not None:
            wait_s = allowance.used_up_s()
    return wait_s


def _model_failure(body: Any) -> tuple[RowError, FailureReason] | None:
    cause = body.get("cause") if isinstance(body, dict) else None
    part = cause.get("part") if isinstance(cause, dict) else None
    return MODEL_FAILURES[ModelPart(part)] if part in ModelPart.values() else None


def _as_our_runtime_says(reply: RunReply) -> RunReply:
    """Our own runtime tells apart why a run has no answer, and sends the beginning of what it could not read."""
    said = reply.final.get("error_code")
    error_code = RowError(said) if said in SAID_BY_RUNTIME else reply.error_code
    return replace(reply, error_code=error_code, unread=_unread(reply.final))


def _unread(said: dict[str, Any]) -> str:
    text = said.get("unread")
    return beginning(text) if isinstance(text, str) else ""


def _status_text(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _outcome(body: Any, *, check: bool) -> RunReply:
    """What the run came to, without what is kept of it. `check`: there is something in it that cannot be kept."""
    if not isinstance(body, dict):
        return _not_a_run("The answer is JSON, but not an object.")
    final = body.get("final")
    if not isinstance(final, dict):
        words = error_in_words(body)
        return _not_a_run("The answer has no object `final`." + (f" It says: {words}" if words else ""))
    if isinstance(body, RepeatedKeys) and "final" in body.repeated:
        return _not_a_run("The answer has the key `final` twice.")
    if isinstance(final, RepeatedKeys) and final.repeated & {"status", "response_payload", "response"}:
        return _not_a_run(f"`final` has the key `{min(final.repeated)}` twice.")
    if final.get("status") not in ("ok", None):
        status, error = cleaned(final["status"]), cleaned(final.get("error"))
        explanation = error_in_words(error) or (one_line(to_json(error)) if error else "")
        no_reason = f"The run ended with the status {one_line(str(status), 100)!r} and gave no reason."
        return RunReply(error_code=RowError.RUN_ERROR, message=explanation or no_reason)
    return _payload(final, check)


def _payload(final: dict[str, Any], check: bool) -> RunReply:
    payload = final.get("response_payload")
    if payload is None:  # null counts as absent: a runtime that writes `response` may leave the other one empty
        payload = final.get("response")
    if not isinstance(payload, dict):
        return _not_a_run(f"The answer's payload is {JSON_TYPES.get(type(payload), 'a number')}, not an object.")
    try:
        return RunReply(payload=strict(payload) if check else payload)
    except BadPayload as error:
        return _not_a_run(f"The answer cannot be kept: {one_line(str(error))}.")


def _with_record(reply: RunReply, record: Any) -> RunReply:
    """Adds what is kept of a run whatever became of it. Any field may be missing or of another type."""
    if not isinstance(record, dict):
        return reply
    return replace(
        reply,
        trace_id=_trace_id(record.get("trace_id")),
        final=_typed(record.get("final"), {}),
        execution_log=_typed(record.get("execution_log"), []),
        step_events=_in_order(_typed(record.get("step_events"), [])),
        debug=record.get("debug"),
        usage=_typed(record.get("llm_usage_totals") or record.get("usage"), {}),
        cost=own_cost(record),
        model=_name(record.get("model")),
        graph_version_id=_name(record.get("graph_version_id")),
        run_duration_ms=count(record.get("run_duration_ms")),
    )


def _trace_id(value: Any) -> str | None:
    """Dots and slashes are welcome; an id that cannot be part of an address is dropped.

    Clients fold `.` and `..` between slashes away (RFC 3986 §5.2.4).
    """
    name = _name(value)
    if name is None or not name.isprintable() or "\ufffd" in name or {".", ".."} & set(name.split("/")):
        return None
    return name


def _name(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()[:MAX_NAME_LENGTH] or None


def _typed(value: Any, empty: Any) -> Any:
    """The value where it is of the type of `empty`, else `empty`."""
    return value if isinstance(value, type(empty)) else empty


def _in_order(events: list[Any]) -> list[Any]:
    """By `seq`; an event without one stays behind the one that it came after."""
    positions: list[Any] = []
    for event in events:
        seq: Any = event.get("seq") if isinstance(event, dict) else None
        positions.append(seq if is_number(seq) else positions[-1] if positions else 0)
    return [events[at] for at in sorted(range(len(events)), key=positions.__getitem__)]
