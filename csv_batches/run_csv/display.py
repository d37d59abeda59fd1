"""How far the batch is, on standard error: a bar on a terminal, else a line every few seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from experiments.core.cost import in_words
from experiments.core.formatting import counted, duration
from experiments.models import Queue
from experiments.selectors.queues import queue_progress

EVERY_S = 5.0


@dataclass(frozen=True)
class State:
    """`total` are the rows that are to be called, of a range only those in it."""

    done: int
    total: int
    words: str

    @classmethod
    def of(cls, batch: Queue, rows: tuple[int, int] | None) -> "State":
        """`rows`: the first and the last of a range."""
        now: dict[str, Any] = queue_progress(batch)
        done, total = batch.done, now["total"]
        if rows is not None:
            total = min(total, rows[1] + 1) - rows[0]
        parts = [f"{now['failed']:,} failed"]
        if now["rows_per_second"]:
            parts.append(f"{now['rows_per_second']:.3g} rows/s")
        if batch.cost is not None:
            parts.append(in_words(batch.cost, batch.currency))
        if now["eta_seconds"] is not None and rows is None:
            parts.append(f"{duration(now['eta_seconds'])} left")
        return cls(done, total, ", ".join(parts))

    def __str__(self) -> str:
        return f"{self.done:,} of {counted(self.total, 'row')}, {self.words}"


class Display(Protocol):
    def say(self, text: str) -> None: ...
    def show(self, state: State) -> None: ...
    def close(self) -> None: ...


class Lines:
    """For a log: a line when something has changed, at most every `EVERY_S`."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._shown: State | None = None
        self._latest: State | None = None
        self._next = 0.0

    def say(self, text: str) -> None:
        # The last state comes before the words on the end, also where it came too soon after the one before.
        self._write_state()
        self._write(text)

    def show(self, state: State) -> None:
        self._latest = state
        if time.monotonic() >= self._next:
            self._write_state()

    def _write_state(self) -> None:
        if self._latest is not None and self._latest != self._shown:
            self._shown, self._next = self._latest, time.monotonic() + EVERY_S
            self._write(str(self._shown))

    def close(self) -> None:
        pass


class Bar:
    """For a person. What is said comes above the bar."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} rows, {task.description}", markup=False),
            console=self._console,
        )
        self._task = self._progress.add_task("", total=0, visible=False)

    def say(self, text: str) -> None:
        self._progress.console.print(text, markup=False, soft_wrap=True)

    def show(self, state: State) -> None:
        if not self._progress.live.is_started:
            self._progress.start()
        self._progress.update(
            self._task, total=state.total, completed=state.done, description=state.words, visible=True
        )

    def close(self) -> None:
        self._progress.stop()
