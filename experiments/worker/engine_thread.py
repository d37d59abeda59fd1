"""The thread of a worker process in which its engine runs: asleep until somebody rings, for as long as the process."""

import logging
import sys
import threading
import time

from experiments.worker import bell, db_timeout, heartbeat, shutdown
from experiments.worker.engine import Engine
from experiments.worker.heartbeat import Board, Role

logger = logging.getLogger(__name__)

LISTEN_S = 0.05
SWITCH_S = 0.0005
AFTER_DEFECT_S = 1.0


class EngineThread:
    """`slot`: of its heartbeats."""

    def __init__(self, board: Board, slot: int, pid: int) -> None:
        self._heartbeats = (board, slot, pid)
        self._thread = threading.Thread(target=self._run, name="engine")

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        # A thread that computes lets the others go on soon: at 5 ms, Python's own, a result waits as long as a round.
        sys.setswitchinterval(SWITCH_S)
        heartbeat.start(*self._heartbeats, Role.ENGINE)
        db_timeout.bounded(True)
        heard = 0
        while not shutdown.stopping():
            rang = bell.rang_at()
            if rang == heard:
                time.sleep(LISTEN_S)
                continue
            heard = rang
            try:
                Engine().run()
            except Exception:
                # Its lease ends by itself, and its rows go to others.
                logger.exception("the engine failed")
                heard = 0
                time.sleep(AFTER_DEFECT_S)
