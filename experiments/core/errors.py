"""Errors that a user can act on. Services raise them; the API and the pages each translate them in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a field an error is about, so that it can be shown beside it.

    `index` (from 0) and `name` are those of an entry in a list, `key` is the property of that entry; `line` and
    `column` are the place in a file or a text, from 1.
    """

    index: int | None = None
    name: str | None = None
    key: str | None = None
    line: int | None = None
    column: int | None = None


class WorkbenchError(Exception):
    """Bad input, or a state that does not allow the request.

    `code` is for programs, one of `choices.ErrorCode`; `detail` is a sentence for people: what, where and what to do.
    `attr` is the field it is about and `part` the part of that field; `reason` is the detail without its place, for
    showing it beside that part. `extra` holds further JSON values for the client, such as a guess; the API sends them
    beside the errors. `status` is the HTTP status of the response.
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
    """The input cannot be accepted."""


class Conflict(WorkbenchError):
    """The object's current state does not allow this."""

    status = 409


class Gone(WorkbenchError):
    """It has been deleted."""

    status = 404


class TooLarge(WorkbenchError):
    """More bytes, rows or columns than the settings allow."""

    status = 413


class NoRoom(WorkbenchError):
    """The disk is full, or so nearly that what is left is for what the site already has."""

    status = 507


class Problems(WorkbenchError):
    """Several errors at once; the attributes are those of the first."""

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
