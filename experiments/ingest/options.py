"""How a person wants a file to be read."""

from dataclasses import dataclass, fields
from typing import Any, Literal

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted, shorten

NONE = "none"
"""As delimiter: all of a line is one cell. As quote sign: quotes are text like any other."""
DOUBLE = "double"
"""A quote sign inside of a quoted cell is doubled."""
MOST_HEADER_ROWS = 20
MOST_LINES = 2**31 - 1
_LONGEST_SIGN = 10
_RAGGED = ("reject", "pad", "skip")
_BAD_BYTES = ("reject", "replace")

Options = dict[str, str | int | bool]
"""Typed values by the names of `ReadOptions`, as the API shows those in force."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person chose about the file; None means: detect.

    `delimiter` is one character, `tab` or `none`; `quote` one character or `none`; `escape` is `double` or one
    character. `header` is 0 where there is none, or the physical line at which it begins: what stands above is left
    out. It has `header_rows` rows, whose texts are joined. Lines that begin with `comment` are left out. With `trim`,
    blanks behind a delimiter and around quotes do not count. `row_names`: the first column has no name in the header.

    `ragged`: a row that cannot be read, or has another number of cells, refuses the file (`reject`); short ones are
    filled (`pad`); or each such row is left out and listed (`skip`). `sheet` and `range` are for workbooks. `keys`: the
    objects of a JSON Lines file whose keys become columns; with `first`, further keys are rejected later.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: int | None = None
    header_rows: int = 1
    comment: str | None = None
    trim: bool = False
    row_names: bool = False
    ragged: Literal["reject", "pad", "skip"] = "reject"
    bad_bytes: Literal["reject", "replace"] = "reject"
    sheet: str | None = None
    range: str | None = None
    keys: Literal["first", "all"] = "first"

    def __post_init__(self) -> None:
        _check_choice("ragged", self.ragged, _RAGGED)
        _check_choice("bad_bytes", self.bad_bytes, _BAD_BYTES)
        _check_sign("quote", self.quote, NONE)
        _check_sign("escape", self.escape, DOUBLE)
        self._check_comment()
        self._check_header()
        _check_bool("trim", self.trim)
        _check_bool("row_names", self.row_names)

    def given(self) -> Options:
        """Those that a person chose, without `keys`, which nobody does."""
        chosen = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "keys"}
        default = {one.name: one.default for one in fields(self)}
        return {name: value for name, value in chosen.items() if value != default[name]}

    def _check_comment(self) -> None:
        sign = self.comment
        if sign is None or (0 < len(sign) <= _LONGEST_SIGN and sign.isprintable() and not sign.isspace()):
            return
        detail = f"{quoted(sign[:20])} cannot be the sign of comment lines: give one that can be seen, such as #."
        raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr="comment")

    def _check_header(self) -> None:
        _check_number(
            "header", self.header, 0, MOST_LINES, "0 where there is no header, or the line at which it begins"
        )
        _check_number("header_rows", self.header_rows, 1, MOST_HEADER_ROWS, f"1 to {MOST_HEADER_ROWS}")
        if self.header != 0:
            return
        for attr, chosen in (("header_rows", self.header_rows > 1), ("row_names", self.row_names)):
            if chosen:
                detail = f"The file was said to have no header. Leave out {attr}, or say where the header is."
                raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=attr)


def _check_choice(attr: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        *others, last = known
        detail = f"“{shorten(str(value), 40)}” is not {', '.join(others)} or {last}."
        raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=attr)


def _check_sign(attr: str, value: str | None, name: str) -> None:
    if value is None or value == name or (len(value) == 1 and value not in "\r\n\0"):
        return
    detail = f"{quoted(value[:20])} is not possible here: give one character that isn’t a line end, or “{name}”."
    raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=attr)


def _check_number(attr: str, value: Any, least: int, most: int, allowed: str) -> None:
    if value is None and attr == "header":
        return
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        detail = f"“{shorten(str(value), 40)}” is not a number that is possible here: give {allowed}."
        raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=attr)


def _check_bool(attr: str, value: Any) -> None:
    if not isinstance(value, bool):
        detail = f"“{shorten(str(value), 40)}” is neither true nor false."
        raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=attr)
