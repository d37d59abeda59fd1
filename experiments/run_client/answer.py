"""An HTTP answer of `/run` as a `RunReply`."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from experiments.core.json_text import BadPayload, RepeatedKeys, cleaned, parse, strict
from experiments.run_client.error_text import in_words, shortened, text_in_words
from experiments.run_client.retry_after import retry_after_s
from experiments.run_client.transport import Received
from experiments.run_client.values import RunReply, RunTarget, count

MAX_NAME_LENGTH = 255
TRANSIENT_STATUS = {408, 425}


class Unreadable(Exception):
    """A body that is no JSON, as the reply that it makes of a call."""

    def __init__(self, reply: RunReply) -> None:
        super().__init__(reply.message)
        self.reply = reply


def read_answer(received: Received, target: RunTarget) -> RunReply:
    """Decides by the status first, then by the body."""
    if received.status < 300:
        return replace(_read_success(received, target), http_status=received.status)
    body = _json_or_none(received.body)
    reply = _failure(received, target, _explanation(received.body, body))
    told = retry_after_s(received.headers, now=datetime.now(UTC))
    return replace(_with_record(reply, body), http_status=received.status, retry_after_s=told)


def _failure(received: Received, target: RunTarget, said: str) -> RunReply:
    status = received.status
    message = f"{_status_words(status)}: {said}" if said else f"{_status_words(status)}."
    if status < 400:
        return _not_json(f"{_status_words(status)}: redirects are not followed. Set the address that really answers.")
    if status == 429:
        return RunReply(error_code="rate_limited", message=message, transient=True)
    if status in (401, 403):
        return RunReply(error_code="unauthorized", message=message, transient=True)
    if status >= 500 or status in TRANSIENT_STATUS:
        return RunReply(error_code="server_error", message=message, transient=True)
    return RunReply(error_code="rejected", message=message, transient=status == 400 and target.transient_400)


def read_recorded(body: Any) -> RunReply:
    """The same for an answer that a runtime kept and gives out later, as its JSON."""
    return _with_record(_outcome(body), body)


def json_of(received: Received, target: RunTarget) -> Any:
    """The body of a success as JSON, with what is wrong in it still visible (see `strict_json`). `Unreadable`."""
    if received.overflow:
        limit = f"{target.max_body_bytes:,} bytes"
        raise Unreadable(RunReply(error_code="too_large", message=f"The answer is larger than {limit}."))
    if not received.body.strip():
        raise Unreadable(_not_json(f"The answer has no body ({_status_words(received.status)})."))
    try:
        text = received.body.decode("utf-8-sig")
        return parse(text)
    except UnicodeDecodeError as error:
        raise Unreadable(_not_json(f"The answer is not UTF-8 (byte {error.start}).")) from None
    except RecursionError:
        raise Unreadable(_wrong("The answer is nested too deeply to be read.")) from None
    except ValueError:
        part = shortened(text, 100)
        raise Unreadable(_not_json(f"The answer is not JSON, or only a part of it. It begins: {part}")) from None


def _read_success(received: Received, target: RunTarget) -> RunReply:
    try:
        body = json_of(received, target)
    except Unreadable as problem:
        return problem.reply
    if received.status != HTTPStatus.OK:
        return _with_record(_wrong(f"The answer has the status {received.status}, where 200 is expected."), body)
    return read_recorded(body)


def _outcome(body: Any) -> RunReply:
    if not isinstance(body, dict):
        return _wrong("The answer is JSON, but not an object.")
    final = body.get("final")
    if not isinstance(final, dict):
        return _wrong("The answer has no object `final`.")
    if isinstance(body, RepeatedKeys) and "final" in body.repeated:
        return _wrong("The answer has the key `final` twice.")
    if isinstance(final, RepeatedKeys) and final.repeated & {"status", "response_payload", "response"}:
        return _wrong(f"`final` has the key `{min(final.repeated)}` twice.")
    if final.get("status") not in ("ok", None):
        return RunReply(error_code="run_error", message=_run_error(final))
    return _checked_payload(final)


def _checked_payload(final: dict[str, Any]) -> RunReply:
    payload = final.get("response_payload")
    if payload is None:  # null counts as absent: a runtime that writes `response` may leave the other one empty
        payload = final.get("response")
    if not isinstance(payload, dict):
        return _wrong(f"The answer's payload is {_kind(payload)}, not an object.")
    try:
        return RunReply(payload=strict(payload))
    except BadPayload as error:
        return _wrong(f"The answer cannot be kept: {shortened(str(error))}.")


def _run_error(final: dict[str, Any]) -> str:
    status = cleaned(final["status"])
    error = cleaned(final.get("error"))
    said = in_words(error) or (shortened(json.dumps(error, ensure_ascii=False)) if error else "")
    return said or f"The run ended with the status {shortened(str(status), 100)!r} and gave no reason."


def _with_record(reply: RunReply, body: Any) -> RunReply:
    """Adds what is kept of a run whatever became of it. Any field may be missing or of another type."""
    if not isinstance(body, dict):
        return reply
    record = cleaned(body)
    return replace(
        reply,
        trace_id=_trace_id(record.get("trace_id")),
        final=_dict(record.get("final")),
        execution_log=_list(record.get("execution_log")),
        step_events=_in_order(_list(record.get("step_events"))),
        debug=record.get("debug"),
        usage=_dict(record.get("llm_usage_totals")),
        model=_name(record.get("model")),
        graph_version_id=_name(record.get("graph_version_id")),
        run_duration_ms=count(record.get("run_duration_ms")),
    )


def _trace_id(value: Any) -> str | None:
    """Dots and slashes are welcome; what cannot stand in an address is as good as none.

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


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _in_order(events: list[Any]) -> list[Any]:
    """By `seq`; an event without one stays behind the one that it came after."""
    places: list[float] = []
    for event in events:
        seq: Any = event.get("seq") if isinstance(event, dict) else None
        is_number = isinstance(seq, int | float) and not isinstance(seq, bool)
        places.append(seq if is_number else places[-1] if places else 0)
    return [events[at] for at in sorted(range(len(events)), key=places.__getitem__)]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "missing"}
    return names.get(type(value), "a number")


def _json_or_none(body: bytes) -> Any:
    try:
        return parse(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _explanation(raw: bytes, body: Any) -> str:
    if body is None:
        return text_in_words(raw.decode("utf-8", "replace"))
    return in_words(body)


def _status_words(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _not_json(message: str) -> RunReply:
    """A page, a text or a part of an answer: something on the way, likely to pass."""
    return RunReply(error_code="bad_response", message=message, transient=True, reason="garbled")


def _wrong(message: str) -> RunReply:
    """An answer in full, but not one of `/run`: the next would be the same."""
    return RunReply(error_code="bad_response", message=message)
