"""What the step asks of a draft of any kind."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.prompts.columns import MappedColumn, MessageColumns, ModeTraits

Json = dict[str, Any]


class MapDraft(ABC):
    """`modes` are those that can be chosen, the first is that of a column that is not used.

    A change is `{name, mode, key}`, only for columns that change.
    """

    modes: Mapping[Any, ModeTraits]

    def __init__(self, queue: Any) -> None:
        self.queue = queue
        self.columns = self.read()

    @abstractmethod
    def read(self) -> Sequence[MappedColumn]:
        """The columns as they are stored."""

    @abstractmethod
    def message_columns(self) -> MessageColumns:
        """The columns compiled, for an example row."""

    @abstractmethod
    def merged(self, changes: Sequence[Json]) -> Sequence[MappedColumn]:
        """The columns after these changes; `InvalidInput` says which of them cannot be."""

    @abstractmethod
    def write(self, changes: Sequence[Json]) -> Any:
        """Stores the changes; the queue as it is then."""

    def store(self, changes: Sequence[Json]) -> None:
        self.queue = self.write(changes)
        self.columns = self.read()

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def is_fixed(self, number: int) -> bool:
        """Whether the mode of this column is none that can be chosen."""
        return self.columns[number].mode not in self.modes
