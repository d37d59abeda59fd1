"""The guardian: ends the processes of a worker whose heartbeats have stopped.

A process that died is replaced by its parent. Only the guardian notices one that hangs or was stopped.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

from experiments.worker.heartbeat import Activity, Heartbeat, Role

logger = logging.getLogger(__name__)


class Guardian:
    """Call `look` every second or so with the heartbeats of one worker's processes. Times in seconds."""

    def __init__(self, *, stuck_after_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._stuck_after_s = stuck_after_s
        self._clock = clock
        self._looked_at = self._awake_since = clock()

    def look(self, heartbeats: Iterable[Heartbeat]) -> None:
        """Kills what is stuck: a single process, which the sentinel replaces, or the sentinel with all its children."""
        now = self._clock()
        if now - self._looked_at > self._stuck_after_s / 2:
            # It was held up itself, with everybody else perhaps: a machine that slept is no reason to kill.
            self._awake_since = now
        self._looked_at = now
        if now - self._awake_since < self._stuck_after_s:
            return
        for heartbeat in heartbeats:
            if (
                heartbeat.age_s > self._stuck_after_s
                and heartbeat.role != Role.GUARDIAN
                and heartbeat.activity != Activity.TASK
            ):
                end_process(heartbeat)


def end_process(heartbeat: Heartbeat) -> None:
    """Kills the process, with all its children where it is the sentinel; nothing where it is gone."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(heartbeat.pid)
        # The slot of a process that died stays until it is reassigned, and its pid may be another process's by now.
        if process.create_time() > heartbeat.started + 1 or process.status() == psutil.STATUS_ZOMBIE:
            return
        logger.error(
            "%s %d gave no sign of life for %.0f s; ending it.",
            heartbeat.role.name.capitalize(),
            heartbeat.pid,
            heartbeat.age_s,
        )
        family = process.children(recursive=True) if heartbeat.role == Role.SENTINEL else []
        for one in [process, *family]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
