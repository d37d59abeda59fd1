"""The placeholders that a batch's template can use, spelled as in a template."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from csv_batches.rules.mapping_modes import mode_of_column

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


def row_placeholders(columns: Iterable[Mapping[str, Any]]) -> list[Placeholder]:
    return [Placeholder(spelled(("row", column["name"])), column["name"]) for column in columns]


def param_placeholders(columns: Iterable[Mapping[str, Any]]) -> list[Placeholder]:
    keys = [column["key"] for column in columns if mode_of_column(column).has_key]
    return [Placeholder(spelled(("system_params", *key.split("."))), key) for key in keys]


def all_placeholders(columns: Sequence[Mapping[str, Any]]) -> list[Placeholder]:
    return [*row_placeholders(columns), *param_placeholders(columns), Placeholder(COLUMNS, COLUMNS)]
