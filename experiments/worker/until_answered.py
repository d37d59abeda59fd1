"""Work in the database that is tried until the database answers: a worker outlives a server that is away."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection

from experiments.core.disk_space import is_disk_full
from experiments.core.logs import warn_once_in_a_while
from experiments.worker.recorded import is_fault_of_a_value

logger = logging.getLogger(__name__)
T = TypeVar("T")

MOST_INTERNAL_ERRORS = 3
"""One may mean that the server ended an idle session. Several in a row are a defect."""


def until_answered(work: Callable[[], T], *, away: Callable[[], None]) -> T:
    """Calls `work` until the database answers.

    `away` is called after each try whose answer may have been lost on its way; what it raises ends the wait.
    """
    wait_s, internal = 0.1, 0
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError, InternalError, RuntimeError) as error:
            internal += isinstance(error, InternalError)
            if internal == MOST_INTERNAL_ERRORS or is_fault_of_a_value(error) or is_defect(error):
                raise
            is_full = is_disk_full(error)
            why = "its disk is full" if is_full else type(error).__name__
            warn_once_in_a_while(logger, f"engine: the database is away ({why}); answers wait")
            if is_full:
                settings.DISK_SPACE.when_full()
            connection.close()
        away()
        time.sleep(wait_s)
        wait_s = min(wait_s * 2, 1.0)


def is_defect(error: BaseException) -> bool:
    """RuntimeError is also what the embedded server raises that does not start; then there is no connection."""
    return isinstance(error, RuntimeError) and connection.connection is not None
