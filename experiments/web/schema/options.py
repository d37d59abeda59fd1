"""What can be said about a field of each type beside its name, and how an input of the builder says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core import json_text
from experiments.core.choices import FieldType
from experiments.core.json_numbers import is_number, to_json
from experiments.response_schema.field_types import FIELD_TRAITS
from experiments.web.schema import text_lines

CHOICE = "choice"
"""What the builder calls a string with `choices`; everywhere else it is a string."""
ITEM_NAME = "each item"
LONGEST_NUMBER = 400  # characters
NULLS = {"null": None, '"null"': "null"}


class NotReadable(Exception):
    """What was typed is no value of this option. The message is a sentence."""


def number_of(text: str) -> Any:
    try:
        value = json_text.parse_finite(text) if len(text) <= LONGEST_NUMBER else None
    except (ValueError, RecursionError):
        value = None
    if not is_number(value):
        raise NotReadable("Enter a number, such as 0.5.")
    return value


def whole_of(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise NotReadable("Enter a whole number, 0 or more.")
    return int(text)


def texts_of(text: str) -> list[str]:
    return text_lines.choices_of(text)


def text_examples_of(text: str) -> list[str | None]:
    """As `texts_of`; a line `null` is null, and the text of that name has quotes."""
    return [NULLS.get(one, one) for one in text_lines.choices_of(text)]


def text_examples(values: Any) -> str:
    quoted = {value: text for text, value in NULLS.items()}
    return text_lines.lines_of(quoted.get(value, value) for value in values)


def values_of(text: str) -> list[Any]:
    """A JSON value a line."""
    values = []
    for number, line in enumerate(filter(None, map(str.strip, text.split("\n"))), 1):
        try:
            values.append(json_text.strict(json_text.parse(line), "it"))
        except (ValueError, RecursionError, json_text.BadPayload) as error:
            raise NotReadable(f"Example {number} isn’t JSON: {error}.") from error
    return values


def plain(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def lines(values: Any) -> str:
    return "\n".join(map(to_json, values))


@dataclass(frozen=True, slots=True)
class Option:
    """`read` makes a value of what was typed, `write` the other way round. `control` is the kind of input.

    A `brief` one is in the row itself, the others are in its fold.
    """

    name: str
    label: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = plain
    control: str = "line"
    placeholder: str = ""
    help: str = ""
    brief: bool = False


def _bounds(low: str, high: str, what: str, **more: Any) -> tuple[Option, Option]:
    return (
        Option(low, f"Minimum {what}".strip(), brief=True, **{"placeholder": "min", **more}),
        Option(high, f"Maximum {what}".strip(), brief=True, **{"placeholder": "max", **more}),
    )


CHOICES = Option("choices", "Allowed values", texts_of, text_lines.lines_of, "lines", help="One value per line.")
LENGTH = (
    Option("max_length", "Maximum length", whole_of, placeholder="any", brief=True),
    Option("min_length", "Minimum length", whole_of, placeholder="any"),
)
PATTERN = Option("pattern", "Pattern", help="A regular expression that is found in the text. ^ and $ are its ends.")
FORMAT = Option("format", "Format", control="select")
NUMBERS = (*_bounds("minimum", "maximum", "", read=number_of), Option("step", "Step", number_of, placeholder="any"))
ITEMS = _bounds("min_items", "max_items", "items", read=whole_of, placeholder="any")
TEXT_EXAMPLES = Option("examples", "Examples", text_examples_of, text_examples, "lines", help="One per line.")
EXAMPLES = Option("examples", "Examples", values_of, lines, "lines", help="One JSON value per line.")
UNIQUE = Option("unique_items", "No item twice", control="tick")

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    FieldType.STRING: (*LENGTH, PATTERN, FORMAT, TEXT_EXAMPLES),
    CHOICE: (CHOICES, TEXT_EXAMPLES),
    FieldType.NUMBER: (*NUMBERS, EXAMPLES),
    FieldType.INTEGER: (*NUMBERS, EXAMPLES),
    FieldType.BOOLEAN: (EXAMPLES,),
    FieldType.DATE: (TEXT_EXAMPLES,),
    FieldType.DATE_TIME: (TEXT_EXAMPLES,),
    FieldType.LIST: (*ITEMS, UNIQUE, EXAMPLES),
    FieldType.OBJECT: (EXAMPLES,),
}
STRINGS = {option.name: option for option in (*OPTIONS[FieldType.STRING], CHOICES)}
"""A string may have all of these; those of the other kind are in the fold where the schema has them already."""


def known(kind: str) -> dict[str, Option]:
    """All options that a field of this kind may have."""
    found = {option.name: option for option in OPTIONS[kind]}
    return {**STRINGS, **found} if kind in (CHOICE, FieldType.STRING) else found


def kinds() -> list[tuple[str, str]]:
    """What a field can be, each with its label, in the order of the types."""
    labels = [(str(kind), traits.label) for kind, traits in FIELD_TRAITS.items()]
    return [*labels[:1], (CHOICE, "Choice"), *labels[1:]]


def options_of(kind: str, said: Mapping[str, str]) -> list[Option]:
    """Those of a kind. `said`: the options that have a value; a string may have both a length and choices."""
    usual = OPTIONS[kind]
    return [option for name, option in known(kind).items() if option in usual or said.get(name)]
