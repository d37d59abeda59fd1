"""Keys of system params: dots nest, and no key may be another's, or inside of it, or around it."""

from collections.abc import Sequence
from typing import Any

from experiments.core.errors import InvalidInput
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
        """The column `name`, at this cell, becomes the param `key`; `InvalidInput` where that cannot be."""
        path = _path(name, key)
        group = self.tree
        for depth, segment in enumerate(path[:-1], 1):
            group = group.setdefault(segment, {})
            if not isinstance(group, dict):
                raise _clash(name, path, path[:depth], self._owners[path[:depth]])
        if path[-1] in group:
            raise _clash(name, path, *self._taken_at_or_below(path))
        group[path[-1]] = number
        self._owners[path] = name

    def filled(self, cells: Sequence[str]) -> dict[str, Any]:
        """The params of a row, nested, each with the text of its cell."""
        return _filled(self.tree, cells)

    def _taken_at_or_below(self, path: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        return next((taken, name) for taken, name in self._owners.items() if taken[: len(path)] == path)


def _filled(tree: dict[str, Any], cells: Sequence[str]) -> dict[str, Any]:
    return {key: cells[at] if type(at) is int else _filled(at, cells) for key, at in tree.items()}


def _path(name: str, key: str) -> tuple[str, ...]:
    path = tuple(key.split("."))
    start = f"Column {quoted(name)}: the key {quoted(key[:80])}"
    if any(not segment.strip() for segment in path):
        raise _invalid(f"{start} has an empty part between its dots. Give it another key.", "invalid_key")
    if path[0] in RESERVED:
        raise _invalid(
            f"{start} begins with {quoted(path[0])}, which runtimes interpret. Give it another key.", "reserved_key"
        )
    if len(key) > KEY_LIMIT or len(path) > SEGMENTS_LIMIT:
        limits = f"{KEY_LIMIT} characters and {SEGMENTS_LIMIT} parts"
        raise _invalid(f"{start} is longer than {limits}. Give it another key.", "invalid_key")
    return path


def _clash(name: str, path: tuple[str, ...], taken: tuple[str, ...], other: str) -> InvalidInput:
    keys = ".".join(path), ".".join(taken)
    key, of_other = map(quoted, keys)
    if path == taken:
        sentence = f"Columns {quoted(other)} and {quoted(name)} have the same key, {key}. Give one of them another."
    else:
        outer, inner = map(quoted, sorted(keys, key=len))
        sentence = (
            f"The key {key} of column {quoted(name)} clashes with {of_other} of column {quoted(other)}: "
            f"{outer} cannot be a text and hold {inner} too. Give one of them another key."
        )
    return _invalid(sentence, "key_clash")


def _invalid(detail: str, code: str) -> InvalidInput:
    return InvalidInput(detail, code=code, attr="columns")
