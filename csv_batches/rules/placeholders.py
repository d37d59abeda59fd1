"""The tokens that a batch's template can use, spelled as in a template."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` stands between the braces; `name` is the column or key as the operator knows it."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class PlaceholderGroup:
    """`total` tokens fit, `tokens` are the first of them."""

    title: str
    tokens: tuple[Token, ...]
    total: int

    @property
    def left_out(self) -> int:
        return self.total - len(self.tokens)


def spelled(path: Sequence[str]) -> str:
    """`row.subject`, `row["Order no"]`: quotes and control characters escaped as both JSON and Jinja read them."""
    first, *rest = path
    parts = [f".{name}" if name.isidentifier() else f"[{json.dumps(name, ensure_ascii=False)}]" for name in rest]
    return first + "".join(parts)


def row_placeholders(columns: Iterable[Mapping[str, Any]]) -> list[Token]:
    return [Token(spelled(("row", column["name"])), column["name"]) for column in columns]


def param_placeholders(columns: Iterable[Mapping[str, Any]]) -> list[Token]:
    sent = [column["key"] for column in columns if column["mode"] == "system_param"]
    return [Token(spelled(("system_params", *key.split("."))), key) for key in sent]


def all_placeholders(columns: Sequence[Mapping[str, Any]]) -> list[Token]:
    return [*row_placeholders(columns), *param_placeholders(columns), Token(COLUMNS, COLUMNS)]


def groups(columns: Sequence[Mapping[str, Any]], find: str, most: int) -> list[PlaceholderGroup]:
    """The tokens in which `find` occurs, whatever the case, at most `most` a group; groups without any are left out."""
    offered = (
        ("Columns of the row", row_placeholders(columns)),
        ("System params", param_placeholders(columns)),
        ("All included columns, as lines", [Token(COLUMNS, COLUMNS)]),
    )
    wanted = find.casefold()
    found = [(title, [token for token in tokens if _has(token, wanted)]) for title, tokens in offered]
    return [PlaceholderGroup(title, tuple(tokens[:most]), len(tokens)) for title, tokens in found if tokens]


def _has(token: Token, wanted: str) -> bool:
    return wanted in token.text.casefold() or wanted in token.name.casefold()
