"""The floor: what somebody writes who has an hour. A thread pool with `requests` that writes a line for each answer.

No queue, no retry, no second look at an answer, nothing left of it but a file. It runs in a process of its own, as the
worker does, and measures itself over a steady window: from when every thread has had an answer and `warm_s` are over.
"""

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

import requests

POLL_S = 0.005
PATIENCE_S = 60.0


@dataclass(frozen=True)
class FloorRun:
    """`rows` were answered and written within `window_s`, for `cpu_s` of the process; `rss_mb` is its peak memory."""

    rows: int
    window_s: float
    cpu_s: float
    rss_mb: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.window_s

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds a row."""
        return 1000 * self.cpu_s / self.rows


class Floor:
    """Calls `url` for one row after another, in `concurrency` threads, until `stop`."""

    def __init__(self, url: str, concurrency: int, target: IO[str]) -> None:
        self._url = url
        self._concurrency = concurrency
        self._target = target
        self._rows = count()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.progress = (0, time.monotonic())
        """How many rows were written, and when the last one was."""

    def run(self) -> None:
        """Raises what went wrong in a thread."""
        with ThreadPoolExecutor(self._concurrency) as pool:
            try:
                for done in as_completed([pool.submit(self._work) for _ in range(self._concurrency)]):
                    done.result()
            finally:
                self.stop()

    def stop(self) -> None:
        self._ended.set()

    @property
    def stopped(self) -> bool:
        return self._ended.is_set()

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._ended.is_set():
                row = next(self._rows)
                response = session.post(self._url, json=request_of_row(row), timeout=120)
                response.raise_for_status()
                self._write({"row": row, **response.json()["final"]["response_payload"]})

    def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps(line) + "\n"
        with self._lock:
            self._target.write(text)
            self._target.flush()
            self.progress = (self.progress[0] + 1, time.monotonic())


def request_of_row(row: int) -> dict[str, Any]:
    return {"network": "bench", "agent_key": None, "user_message": f"text of row {row}", "system_params": {}}


def measure_itself(floor: Floor, *, least_rows: int, warm_s: float, window_s: float) -> FloorRun:
    """The window begins and ends with a row."""
    _await_rows(floor, least_rows)
    time.sleep(warm_s)
    began, cpu_began = _await_rows(floor, floor.progress[0] + 1), time.process_time()
    time.sleep(window_s)
    ended, cpu_ended = _await_rows(floor, floor.progress[0] + 1), time.process_time()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return FloorRun(ended[0] - began[0], ended[1] - began[1], cpu_ended - cpu_began, peak_mb)


def _await_rows(floor: Floor, rows: int) -> tuple[int, float]:
    deadline = time.monotonic() + PATIENCE_S
    while (progress := floor.progress)[0] < rows:
        if floor.stopped or time.monotonic() > deadline:
            raise TimeoutError(f"The floor got {progress[0]} answers, and {rows} were waited for.")
        time.sleep(POLL_S)
    return progress


def main(url: str, path: Path, concurrency: int, warm_s: float, window_s: float) -> None:
    with path.open("w") as target:
        floor = Floor(url, concurrency, target)
        thread = threading.Thread(target=floor.run)
        thread.start()
        try:
            run = measure_itself(floor, least_rows=concurrency, warm_s=warm_s, window_s=window_s)
        finally:
            floor.stop()
            thread.join()
    sys.stdout.write(json.dumps(asdict(run)))


# -- the other side


def run_floor(url: str, *, concurrency: int, processes: int = 1, warm_s: float, window_s: float) -> FloorRun:
    """All of `processes` at a time, `concurrency` calls in flight in all; what they did together."""
    with tempfile.TemporaryDirectory() as folder:
        each = str(concurrency // processes), str(warm_s), str(window_s)
        started = [_start([url, str(Path(folder) / f"{number}.jsonl"), *each]) for number in range(processes)]
        return together(list(_runs(started)))


def _start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "csv_batches.bench.floor", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module


def _runs(started: Sequence[subprocess.Popen[str]]) -> Iterator[FloorRun]:
    try:
        for process in started:
            said, _ = process.communicate()
            if process.returncode:
                raise RuntimeError("The floor failed; what it wrote is above.")
            yield FloorRun(**json.loads(said))
    finally:
        for process in started:
            process.terminate()
            process.wait()


def together(runs: Sequence[FloorRun]) -> FloorRun:
    """One run of several that went on side by side: their rates add up."""
    if len(runs) == 1:
        return runs[0]
    window_s = sum(run.window_s for run in runs) / len(runs)
    rows = round(sum(run.rate for run in runs) * window_s)
    return FloorRun(rows, window_s, sum(run.cpu_s for run in runs), max(run.rss_mb for run in runs))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
