"""How a file is to be read, as controls of a form: for the upload of every kind. What is left empty is found out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import count, shorten
from experiments.ingest import IngestFormat, ReadOptions, encoding_names

AUTO, OTHER = "Auto", "other"
"""In a list: what is typed beside it, as `own_<name>`."""
DELIMITERS = {",": "Comma  ,", ";": "Semicolon  ;", "tab": "Tab", "|": "Pipe  |", "none": "None: one column"}
QUOTES = {'"': 'Double  "', "'": "Single  '", "none": "None, quotes are text"}
ESCAPES = {"double": 'Doubling  ""', "\\": 'Backslash  \\"'}
HEADERS = {"0": "No header"}
RAGGED = {"reject": "Reject the file", "pad": "Fill short rows", "skip": "Leave out and list"}
BAD_BYTES = {"reject": "Reject the file", "replace": "Replace with \ufffd"}
IN_LINE = ("comment", "escape")
"""Of the advanced options, those that stand beside the common ones where there is room."""
NUMBERS = ("header", "header_rows")
SWITCHES = ("trim", "row_names")
DEFAULTS = ReadOptions()
OF_A_FORM = tuple(one.name for one in fields(ReadOptions) if one.name != "keys")


def options_of_form(data: Mapping[str, str]) -> ReadOptions:
    """`InvalidInput` names the option that cannot be."""
    given: dict[str, Any] = {}
    for name in OF_A_FORM:
        text = data.get(name) or ""
        text = data.get(f"own_{name}", text) if text == OTHER else text
        if text:
            given[name] = _value(name, text)
    return ReadOptions(**given)


def _value(name: str, text: str) -> Any:
    if name in SWITCHES:
        return text == "1"
    if name not in NUMBERS:
        return text
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        detail = f"“{text}” is not a number of {'lines' if name == 'header_rows' else 'a line'}."
        raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=name)
    return int(text)


def form_values(options: ReadOptions) -> dict[str, str]:
    """The options as `options_of_form` reads them, without those that nobody chose."""
    return {name: text for name in OF_A_FORM if (text := _text(options, name)) != _text(DEFAULTS, name)}


def values_of_offer(options: Mapping[str, Any]) -> dict[str, str]:
    """Options as a refusal offers them, for hidden fields of a form."""
    return {name: _as_text(value) for name, value in options.items()}


def _text(options: ReadOptions, name: str) -> str:
    return _as_text(getattr(options, name))


def _as_text(value: Any) -> str:
    if value is None or value is False:
        return ""
    return "1" if value is True else "tab" if value == "\t" else str(value)


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Control:
    """A list, where it has `choices`, with what is typed beside it as `own`; else a text, a number or a switch."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...] = ()
    more_choices: tuple[Choice, ...] = ()
    own: str = ""
    own_label: str = ""

    @property
    def is_number(self) -> bool:
        return self.name in NUMBERS

    @property
    def is_switch(self) -> bool:
        return self.name in SWITCHES


@dataclass(frozen=True)
class ReadForm:
    """`common` ones are always shown, `advanced` ones when one was changed, or when somebody looks."""

    common: tuple[Control, ...]
    advanced: tuple[Control, ...]

    @property
    def is_advanced(self) -> bool:
        return any(map(_is_changed, self.advanced))

    @property
    def in_line(self) -> tuple[Control, ...]:
        """Those that a line of options has room for."""
        return (*self.common, *(control for control in self.advanced if control.name in IN_LINE))

    @property
    def folded(self) -> tuple[Control, ...]:
        return tuple(control for control in self.advanced if control.name not in IN_LINE)

    @property
    def has_folded_change(self) -> bool:
        return any(map(_is_changed, self.folded))

    @property
    def is_changed(self) -> bool:
        return any(map(_is_changed, (*self.common, *self.advanced)))


def _is_changed(control: Control) -> bool:
    return control.value != _text(DEFAULTS, control.name)


def read_form(
    file_format: IngestFormat, options: ReadOptions, found: Mapping[str, Any], sheets: Sequence[str] = ()
) -> ReadForm:
    """`found`: the options in force, where the file was read with these. `sheets`: of a workbook, where it is known."""
    made = _Maker(options, found)
    common, advanced = [], []
    if file_format.is_text:
        common.append(made.encodings())
    if file_format.has_delimiter:
        common.append(made.listed("delimiter", "Delimiter", DELIMITERS, "Other…", "Delimiter"))
    if file_format.has_sheets:
        listed = {name: name for name in sheets}
        common.append(made.listed("sheet", "Sheet", listed) if len(sheets) > 1 else made.plain("sheet", "Sheet"))
        common.append(made.plain("range", "Cells, such as B3:F200"))
    if file_format.has_header:
        common.append(made.header())
        advanced.append(made.plain("header_rows", "Header lines"))
    if file_format.has_short_rows:
        common.append(made.listed("ragged", "Rows that don’t fit", RAGGED))
    if file_format.has_delimiter:
        advanced += [
            made.listed("quote", "Quotes", QUOTES, "Other…", "Quote"),
            made.plain("comment", "Skip lines starting with"),
            made.listed("escape", "Quotes escaped by", ESCAPES, "Other…", "Escape"),
            made.listed("bad_bytes", "Unreadable bytes", BAD_BYTES),
            made.plain("trim", "Ignore blanks around delimiters and quotes"),
            made.plain("row_names", "The first column has no name in the header"),
        ]
    elif file_format.is_text:
        advanced.append(made.listed("bad_bytes", "Unreadable bytes", BAD_BYTES))
    elif file_format.has_header:
        advanced.append(made.plain("comment", "Skip rows starting with"))
    return ReadForm(tuple(common), tuple(advanced))


class _Maker:
    def __init__(self, options: ReadOptions, found: Mapping[str, Any]) -> None:
        self._options = options
        self._found = found

    def plain(self, name: str, label: str) -> Control:
        return Control(name, label, _text(self._options, name))

    def listed(self, name: str, label: str, choices: Mapping[str, str], other: str = "", own: str = "") -> Control:
        """A value that is not listed is the own one; without `other` there is none."""
        value = _text(self._options, name)
        is_own = bool(other and value and value not in choices)
        shown = OTHER if is_own else value
        automatic = {} if _text(DEFAULTS, name) else {"": self._automatic(name, choices)}
        others = {OTHER: other} if other else {}
        return Control(
            name,
            label,
            value,
            choices=_choices({**automatic, **choices, **others}, shown),
            own=value if is_own else "",
            own_label=own,
        )

    def _automatic(self, name: str, choices: Mapping[str, str]) -> str:
        """`Auto (comma)`."""
        value = self._found.get(name)
        if value is None:
            return AUTO
        value = "tab" if value == "\t" else str(value)
        if self._found.get(name) in choices and name == "sheet":
            return f"{AUTO} ({shorten(value, 40)})"
        label = choices.get(value, value).partition("  ")[0].partition(",")[0].partition(":")[0]
        return f"{AUTO} ({label[:1].lower() + label[1:] if value in choices else label})"

    def header(self) -> Control:
        line = self._found.get("header")
        control = self.listed("header", "Header", HEADERS, "In line…", "Line of the header")
        if _text(self._options, "header") or not line:
            return control
        automatic, *others = control.choices
        return replace(control, choices=(replace(automatic, label=f"{AUTO} (line {count(line)})"), *others))

    def encodings(self) -> Control:
        chosen = encoding_names.canonical(self._options.encoding) if self._options.encoding else ""
        unlisted = {} if not chosen or chosen in encoding_names.LABELS else {chosen: self._options.encoding or ""}
        found = self._found.get("encoding")
        automatic = f"{AUTO} ({encoding_names.short(found)})" if found and not chosen else AUTO
        return Control(
            "encoding",
            "Encoding",
            chosen,
            choices=_choices({"": automatic, **encoding_names.COMMON, **unlisted}, chosen),
            more_choices=_choices(encoding_names.OTHERS, chosen),
        )


def _choices(labels: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in labels.items())
