"""Keys of system params: dots nest, and no two keys may be equal or lie inside one another."""

from collections.abc import Sequence
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted

RESERVED = {"network"}  # first segments that runtimes interpret
KEY_LIMIT = 500  # characters
SEGMENTS_LIMIT = 16


class KeyTree:
    """Which cell of a row each system param takes; filled column by column.

    `tree` maps each segment of a key to the number of a cell, or to such a map.
    """

    __slots__ = ("_owners", "tree")

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {}
        self._owners: dict[tuple[str, ...], str] = {}

    def add(self, *, number: int, name: str, key: str) -> None:
        """The column `name`, at cell `number`, becomes the param `key`.

        `InvalidInput` (attr `columns`) where it cannot; its `part` has the number and the name of this column.
        """
        part = Part(index=number, name=name, key="key")
        path = key_path(key, part)
        group = self.tree
        for depth, segment in enumerate(path[:-1], 1):
            group = group.setdefault(segment, {})
            if not isinstance(group, dict):
                raise key_clash(part, path, path[:depth], self._owners[path[:depth]])
        if path[-1] in group:
            taken = next(other for other in self._owners if other[: len(path)] == path)
            raise key_clash(part, path, taken, self._owners[taken])
        group[path[-1]] = number
        self._owners[path] = name

    def filled(self, cells: Sequence[str]) -> dict[str, Any]:
        """The params of a row, nested, each with the text of its cell."""
        return _filled(self.tree, cells)


def _filled(tree: dict[str, Any], cells: Sequence[str]) -> dict[str, Any]:
    return {key: cells[at] if type(at) is int else _filled(at, cells) for key, at in tree.items()}


def key_path(key: str, part: Part) -> tuple[str, ...]:
    """The segments of a key; `InvalidInput` where it cannot be used."""
    path = tuple(key.split("."))
    code = ErrorCode.INVALID_KEY
    if any(not segment.strip() for segment in path):
        problem = "has an empty part between its dots"
    elif path[0] in RESERVED:
        code, problem = ErrorCode.RESERVED_KEY, f"begins with {quoted(path[0])}, which runtimes interpret"
    elif len(key) > KEY_LIMIT or len(path) > SEGMENTS_LIMIT:
        problem = f"is longer than {KEY_LIMIT} characters and {SEGMENTS_LIMIT} parts"
    else:
        return path
    rest = f"key {quoted(key[:80])} {problem}. Give it another key."
    raise InvalidInput(
        f"Column {quoted(part.name)}: the {rest}", code=code, attr="columns", part=part, reason=f"The {rest}"
    )


def key_clash(part: Part, path: tuple[str, ...], taken: tuple[str, ...], owner: str) -> InvalidInput:
    """The error for a key that equals, contains or lies inside the key `taken` of the column `owner`."""
    keys = ".".join(path), ".".join(taken)
    key, other_key = map(quoted, keys)
    name, other = quoted(part.name), quoted(owner)
    if path == taken:
        sentence = f"Columns {other} and {name} have the same key, {key}. Give one of them another."
    else:
        outer, inner = map(quoted, sorted(keys, key=len))
        sentence = (
            f"The key {key} of column {name} clashes with {other_key} of column {other}: "
            f"{outer} cannot be a text and hold {inner} too. Give one of them another key."
        )
    return InvalidInput(sentence, code=ErrorCode.KEY_CLASH, attr="columns", part=part)
