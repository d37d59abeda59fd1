"""Whether this worker should claim nothing more."""

import os

from experiments.worker.ipc import Flag

requested = Flag()
"""Set by the main process's signal handler. Made at import, before any fork."""

_parent: int | None = None
_leaving = False


def watch_parent(pid: int) -> None:
    """From now on the death of `pid`, this process's parent, is a stop as well."""
    global _parent
    _parent = pid


def leave() -> None:
    """This process ends, though the worker goes on: it claims nothing more."""
    global _leaving
    _leaving = True


def stopping() -> bool:
    return _leaving or requested.is_set() or (_parent is not None and os.getppid() != _parent)
