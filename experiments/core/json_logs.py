"""Log lines as JSON: one object a record, with the ids of `log_ids`, and without contents.

What a record may have beside its message is listed here; anything else, such as the request that Django adds, could
quote a row. Of an exception there are its types and where it was raised: its words may be those of a cell or an answer.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from experiments.core import log_ids

EXTRAS = (
    *("request", "trace", "outcome", "attempt", "elapsed_ms", "http_status"),
    *("method", "path", "status", "bytes", "address"),
)
"""What a record may add."""
QUERY = re.compile(r"(?<=\S)\?[^\s\"'?]+")
"""Of an address: it may have what somebody searches for."""
OF_THE_DATABASE = ("OperationalError", "InterfaceError")
"""Exceptions that say how it is, and in their first line nothing of the values."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class JsonLogs(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False, json_default=str)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = QUERY.sub("?…", record.message)
        log_data["process"] = record.process
        log_data.update(log_ids.current())
        for name in EXTRAS:
            value = getattr(record, name, None)
            # Django's own `request` is the whole of it.
            if isinstance(value, str | int | float):
                log_data[name] = value
        if message_dict.get("exc_info"):
            log_data["exception"] = message_dict["exc_info"]

    def formatException(self, ei: ExcInfo) -> str:
        return "\n".join(line for error in _chain(ei[1]) for line in _lines_of(error))


def _chain(error: BaseException | None) -> list[BaseException]:
    """The first one first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _lines_of(error: BaseException) -> Iterator[str]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
    kind, words = type(error), ""
    if isinstance(error, OSError) and kind.__module__ == "builtins":
        words = error.strerror or ""
    elif kind.__name__ in OF_THE_DATABASE:
        words = str(error).strip().partition("\n")[0]
    yield f"{kind.__module__}.{kind.__qualname__}" + (f": {words}" if words else "")
