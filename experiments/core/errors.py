"""Errors that a user can act on. Services raise them, the API and the pages translate them in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a field an error is about, for whoever shows it there.

    `index` and `name` are those of an entry in a list, `key` the property of it, `line` and `column` the place in a
    file or a text, from 1.
    """

    index: int | None = None
    name: str | None = None
    key: str | None = None
    line: int | None = None
    column: int | None = None


class WorkbenchError(Exception):
    """Bad input or a state that does not allow what was asked.

    `code` is for programs, one of `choices.ErrorCode`; `detail` a sentence for people that says what, where and what to
    do; `attr` the field it is about, `part` which part of that, `reason` the sentence without its place, for who shows
    it beside that part; `extra` further JSON values for the client (a guess, what is there already) that stand beside
    the errors. `status` is the HTTP status of the answer.
    """

    status = 400

    def __init__(
        self,
        detail: str,
        *,
        code: str,
        attr: str | None = None,
        part: Part | None = None,
        reason: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.attr = attr
        self.part = part
        self.reason = reason or detail
        self.extra = dict(extra or {})


class InvalidInput(WorkbenchError):
    """What was sent cannot be taken."""


class Conflict(WorkbenchError):
    """The state of the thing does not allow this now."""

    status = 409


class Gone(WorkbenchError):
    """Somebody deleted it in the meantime."""

    status = 404


class TooLarge(WorkbenchError):
    """More bytes, rows or columns than the settings allow."""

    status = 413


class Problems(WorkbenchError):
    """Several errors at once, each a `WorkbenchError` of its own."""

    def __init__(self, errors: list[WorkbenchError]) -> None:
        first = errors[0]
        super().__init__(
            first.detail,
            code=first.code,
            attr=first.attr,
            part=first.part,
            reason=first.reason,
            extra=first.extra,
        )
        self.errors = errors
