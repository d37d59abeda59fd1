"""The plain settings of a queue of any kind: columns of `Queue` that are set as they are given.

A draft takes them from the API and the forms, a duplicate and a trial from their original. Kinds derive their own lists
from this one. The network is not among them: it is looked up before it is set.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

from experiments.core import limits
from experiments.core.cost import as_number
from experiments.models.queues import Queue


@dataclass(frozen=True, slots=True)
class QueueSetting:
    """`name`: the column. Which duplicates, trials and resets it takes part in, and whether it may change later."""

    name: str
    after_start: bool = False
    """Whether it may still change once the queue was started."""
    in_duplicate: bool = True
    in_trial: bool = True
    in_reset: bool = True
    """Whether a draft that is reset gets the default again."""

    @property
    def field(self) -> "models.Field[Any, Any]":
        field = Queue._meta.get_field(self.name)
        assert isinstance(field, models.Field)
        return field

    @property
    def default(self) -> Any:
        """The column's: a reset sets it, and so does a null where the column has none."""
        return self.field.get_default()

    def shown(self, queue: Queue) -> Any:
        """As the API answers it: null for a text that was left empty."""
        value = getattr(queue, self.name)
        if isinstance(value, Decimal):
            return as_number(value)
        return None if value == "" and self.field.blank else value


SETTINGS = (
    QueueSetting("name", after_start=True, in_duplicate=False, in_trial=False, in_reset=False),
    QueueSetting("agent_key"),
    QueueSetting("debug"),
    # A trial has few rows, and gets a number that fits them.
    QueueSetting("concurrency", after_start=True, in_trial=False),
    QueueSetting("max_attempts"),
    QueueSetting("tolerant"),
    QueueSetting("repair"),
    # A trial is there to see what calls bring.
    QueueSetting("reuse", in_trial=False),
    *(QueueSetting(name, after_start=True, in_trial=False) for name in limits.LIMIT_NAMES),
)
AFTER_START = frozenset(setting.name for setting in SETTINGS if setting.after_start)
IN_DUPLICATE = tuple(setting.name for setting in SETTINGS if setting.in_duplicate)
IN_TRIAL = tuple(setting.name for setting in SETTINGS if setting.in_trial)
AFTER_RESET: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS if setting.in_reset}
