"""The memory of the web server and of a worker over time, with the load of the machine."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from csv_batches.bench import processes
from tests.faults.page_times import Times

LOOK_EVERY_S = 2.0


class Memory:
    """`with Memory({"web": …}, times) as memory:` looks every two seconds at the largest process of each tree, by the
    id of its first one; `found` has the megabytes by name, with phase, seconds and load. Pages that several processes
    share are divided by their number."""

    def __init__(self, trees: Mapping[str, Callable[[], int]], times: Times) -> None:
        self.found: list[dict[str, Any]] = []
        self._trees, self._times = trees, times
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def table(self) -> Iterator[str]:
        """Lines of Markdown: the most in each phase."""
        yield f"| | {', MB | '.join(self._trees)}, MB | seconds | load |"
        yield "|---|" + "---|" * (len(self._trees) + 2)
        phases: dict[str, list[dict[str, Any]]] = {}
        for look in self.found:
            phases.setdefault(look["phase"], []).append(look)
        for phase, looks in phases.items():
            most = " | ".join(f"{max(look[name] for look in looks):.0f}" for name in self._trees)
            load = sum(look["load"] for look in looks) / len(looks)
            yield f"| {phase} | {most} | {looks[-1]['at_s'] - looks[0]['at_s']:.0f} | {load:.1f} |"

    def _watch(self) -> None:
        began = time.monotonic()
        while not self._over.wait(LOOK_EVERY_S):
            sizes = {name: processes.largest_mb(root()).get("pss_mb", 0.0) for name, root in self._trees.items()}
            passed = {"phase": self._times.phase, "at_s": time.monotonic() - began, "load": os.getloadavg()[0]}
            self.found.append({**passed, **sizes})
