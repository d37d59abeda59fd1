"""Errors that a user can act on. Services raise them, the API and the pages translate them in one place."""

from collections.abc import Mapping
from typing import Any


class WorkbenchError(Exception):
    """Bad input or a state that does not allow what was asked.

    `code` is for programs (snake_case), `detail` a sentence for people that says what, where and what to do, `attr` the
    field it is about, `extra` further JSON values for the client (a line number, a guess) that stand beside the errors.
    `status` is the HTTP status of the answer.
    """

    status = 400

    def __init__(
        self, detail: str, *, code: str, attr: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.attr = attr
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
        super().__init__(first.detail, code=first.code, attr=first.attr, extra=first.extra)
        self.errors = errors
