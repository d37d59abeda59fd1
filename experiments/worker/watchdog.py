"""The guardian: looks whether every process of a worker gives signs of life, and ends those that do not.

A process that died is seen by its parent, which starts another. One that hangs, or was stopped, is seen by nobody else.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

from experiments.worker.heartbeat import Doing, Role, Sign

logger = logging.getLogger(__name__)


class Guardian:
    """`look` from time to time at the signs of one family. Times in seconds."""

    def __init__(self, *, stuck_after_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._stuck_after_s = stuck_after_s
        self._clock = clock
        self._looked_at = self._awake_since = clock()

    def look(self, signs: Iterable[Sign]) -> None:
        """Kills what is stuck: a single process, which the sentinel replaces, or the sentinel with all its children."""
        now = self._clock()
        if now - self._looked_at > self._stuck_after_s / 2:
            # It was held up itself, with everybody else perhaps: a machine that slept is no reason to kill.
            self._awake_since = now
        self._looked_at = now
        if now - self._awake_since < self._stuck_after_s:
            return
        for sign in signs:
            if sign.age_s > self._stuck_after_s and sign.role != Role.GUARDIAN and sign.doing != Doing.TASK:
                end(sign)


def end(sign: Sign) -> None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(sign.pid)
        # The slot of a process that died stays until it is given away, and its number may be another's by now.
        if process.create_time() > sign.started + 1 or process.status() == psutil.STATUS_ZOMBIE:
            return
        logger.error(
            "%s %d gave no sign of life for %.0f s; ending it.", sign.role.name.capitalize(), sign.pid, sign.age_s
        )
        family = process.children(recursive=True) if sign.role == Role.SENTINEL else []
        for one in [process, *family]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
