"""What the prompt step reads from addresses and sent forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from experiments.web.prompt_step.problems import fixed


@dataclass(frozen=True)
class PreviewQuery:
    """What is shown beside the template: `row` as it was typed, and the text to find placeholders by."""

    row: str
    find: str

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> "PreviewQuery":
        return cls(row=values.get("show") or values.get("row", ""), find=values.get("find", "")[:200])

    @property
    def row_index(self) -> int | None:
        digits = self.row.strip().replace(",", "")
        return int(digits[:12]) if digits.isascii() and digits.isdecimal() else None

    def urlencode(self) -> str:
        given = {"row": self.row, "find": self.find}
        return urlencode({name: value for name, value in given.items() if value})


def typed_template(form: Mapping[str, str], stored: str) -> str:
    """The template as it was typed; with what a button does to it that was pressed without JavaScript."""
    # A form sends every line end of a text area as CR LF.
    text = form.get("prompt_template", stored).replace("\r\n", "\n")
    placeholder = form.get("insert")
    if not placeholder:
        return fixed(text, form)
    space = " " if text and not text[-1].isspace() else ""
    return f"{text}{space}{{{{ {placeholder} }}}}"
