"""Kinds of queues: what one has to tell the host, and the registry of those that are installed.

The host never asks what kind a queue is. It asks the kind, which an app registers when it is ready. Everything here
stands below the tables: a queue's `kind` is a name, and a kind meets its queues as values.
"""

from experiments.kinds.queue_kind import Extras, Json, Nouns, Plan, QueueKind, QueueLayout, SetUp
from experiments.kinds.registry import (
    kind_choices,
    kind_named,
    kind_of,
    kinds_by_title,
    register_kind,
    registered_kinds,
)

__all__ = [
    "Extras",
    "Json",
    "Nouns",
    "Plan",
    "QueueKind",
    "QueueLayout",
    "SetUp",
    "kind_choices",
    "kind_named",
    "kind_of",
    "kinds_by_title",
    "register_kind",
    "registered_kinds",
]
