"""The placeholders that a template can use, spelled as in a template."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.prompts.columns import MappedColumn

COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`text` goes between the braces; `name` is the column or key as the operator knows it."""

    text: str
    name: str


def spelled(path: Sequence[str]) -> str:
    """`row.subject`, `row["Order no"]`: quotes and control characters escaped as both JSON and Jinja read them."""
    first, *rest = path
    parts = [f".{name}" if name.isidentifier() else f"[{json.dumps(name, ensure_ascii=False)}]" for name in rest]
    return first + "".join(parts)


def row_placeholders(columns: Iterable[MappedColumn]) -> list[Placeholder]:
    return [Placeholder(spelled(("row", column.name)), column.name) for column in columns]


def param_placeholders(columns: Iterable[MappedColumn]) -> list[Placeholder]:
    keys = [column.key for column in columns if column.traits.has_key]
    return [Placeholder(spelled(("system_params", *key.split("."))), key) for key in keys]


def all_placeholders(columns: Sequence[MappedColumn]) -> list[Placeholder]:
    return [*row_placeholders(columns), *param_placeholders(columns), Placeholder(COLUMNS, COLUMNS)]
