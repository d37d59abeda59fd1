"""How each column of a file is used, and what that makes of a row's cells: lines of the message, system params."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from experiments.core.system_params import KeyTree


@dataclass(frozen=True, slots=True)
class ModeTraits:
    """What a mode means to everybody who treats modes differently.

    `label` is the mode's button, `lead` what a screen reader says before it, `heading` its line in the review.
    `is_sent`: the cells reach the network, whether the template names the column or not. `in_prompt`: as a line of the
    message. `has_key`: as a system param, under the column's key.
    """

    label: str
    heading: str
    lead: str = ""
    is_sent: bool = True
    in_prompt: bool = False
    has_key: bool = False

    @property
    def act(self) -> str:
        """On a button that sets several columns."""
        return f"{self.lead}{self.label.lower()}" if self.lead else self.label


class MappedColumn(Protocol):
    """A column of any kind of queue: `mode` as it is stored, `key` the path in the system params (dots nest)."""

    @property
    def name(self) -> str: ...

    @property
    def header(self) -> str: ...

    @property
    def mode(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def traits(self) -> ModeTraits: ...


def key_tree(columns: Sequence[MappedColumn]) -> KeyTree:
    """Which cell each system param comes from; `InvalidInput` where a key cannot be used, or two clash."""
    tree = KeyTree()
    for number, column in enumerate(columns):
        if column.traits.has_key:
            tree.add(number=number, name=column.name, key=column.key)
    return tree


class MessageColumns:
    """The columns of a queue, compiled once. Cells are a row's texts in column order, as many as there are columns.

    `bare_alone`: a prompt column that is the only one is sent as it is, without its name.
    """

    __slots__ = ("_prompt", "_tree", "names")

    def __init__(self, columns: Sequence[MappedColumn], *, bare_alone: bool = False) -> None:
        self.names = tuple(column.name for column in columns)
        self._tree = key_tree(columns)
        in_prompt = [number for number, column in enumerate(columns) if column.traits.in_prompt]
        is_bare = bare_alone and len(in_prompt) == 1
        self._prompt = [("" if is_bare else f"{columns[number].name}: ", number) for number in in_prompt]

    def row(self, cells: Sequence[str]) -> dict[str, str]:
        return dict(zip(self.names, cells, strict=True))

    def system_params(self, cells: Sequence[str]) -> dict[str, Any]:
        """Nested by the dots of the keys; the texts as they are in the file."""
        return self._tree.filled(cells)

    def scope_params(self, cells: Sequence[str]) -> dict[str, Any]:
        """The system params that a template can use: every key that a row may have."""
        return self.system_params(cells)

    def lines(self, cells: Sequence[str]) -> list[tuple[str, str]]:
        """Of the columns in the prompt, in file order: what comes before each cell, and the cell."""
        return [(label, cells[number]) for label, number in self._prompt]

    def columns_text(self, cells: Sequence[str]) -> str:
        """`Name: value` lines of the columns in the prompt, in file order; "" where there are none."""
        return "\n".join([label + cells[number] for label, number in self._prompt])
