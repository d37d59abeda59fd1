"""Kinds of queues: what a kind provides to the host, and the registry of the installed kinds.

The host never branches on the kind of a queue: it calls the kind's object, which an app registers when it is ready.
Nothing here imports the models: a queue's `kind` is a name, and queues come in as arguments.
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
