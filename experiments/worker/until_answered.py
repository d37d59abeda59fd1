"""Work in the database that is tried until the database answers: a worker outlives a server that is away."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, InternalError, OperationalError, connection

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
            logger.warning("engine: the database is away (%s)", type(error).__name__)
            connection.close()
        away()
        time.sleep(wait_s)
        wait_s = min(wait_s * 2, 1.0)


def is_defect(error: BaseException) -> bool:
    """RuntimeError is also what the embedded server raises that does not start; then there is no connection."""
    return isinstance(error, RuntimeError) and connection.connection is not None
