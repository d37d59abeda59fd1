"""Measures of one batch at a time: how many rows a second, beside the floor's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from csv_batches.bench.cases import Case, measure_floor, measure_ours
from csv_batches.bench.floor import FloorRun
from csv_batches.bench.results import FLOOR, IDEAL, Result
from csv_batches.bench.sizes import Size
from csv_batches.bench.steady import Measured

A_SLOT_S = 1 / 2_500
"""No process of ours records a row sooner: so many are stored for the calls of 0 ms."""
CPU_AIM = 2.0
AIMS_IN_FLIGHT = {64: 0.97, 256: 0.9, 512: 0.85, 1024: 0.7}
A_PROCESS = 64
"""Calls in flight of one process."""
NEVER_FALLS = 0.95
"""More processes are not slower than fewer, but for what two measurements differ by."""
SCALE_AIMS = {12: 5_000.0}
"""Rows a second of so many processes, on as many cores."""

Say = Callable[[str], None]


@dataclass
class Taken:
    """What was measured of one case so far, ours and the floor's in turn."""

    ours: list[Measured] = field(default_factory=list)
    floor: list[FloorRun] = field(default_factory=list)

    @property
    def details(self) -> Sequence[Mapping[str, float]]:
        return [dict(one.details) for one in self.ours]

    @property
    def floor_details(self) -> Sequence[Mapping[str, float]]:
        return [{"cpu_ms": one.cpu_ms, "rss_mb": one.rss_mb, "rate": one.rate} for one in self.floor]


def in_turn(what: str, case: Case, repeat: int, say: Say) -> Taken:
    """Floor, ours, floor, ours …: what changes on the machine meanwhile changes both."""
    taken = Taken()
    for turn in range(1, repeat + 1):
        taken.floor.append(measure_floor(case))
        say(f"{what}, {turn} of {repeat}: floor {taken.floor[-1].rate:,.1f} rows/s")
        taken.ours.append(measure_ours(case))
        say(f"{what}, {turn} of {repeat}: ours {taken.ours[-1].rate:,.1f} rows/s")
    return taken


def one_20ms(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    yield from _beside_floor("one_20ms", "one at a time, 20 ms", case_of(size, 1, 0.02), repeat, say, least=0.97)


def one_0ms(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    yield from _beside_floor("one_0ms", "one at a time, 0 ms", case_of(size, 1, 0.0), repeat, say, least=0.5)


def flight_64(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    yield from _in_flight(64, size, repeat, say)


def wide(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    for processes in size.wide:
        yield from _in_flight(A_PROCESS * processes, size, repeat, say)


def scale(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Each number of processes beside the one before it: more must never be slower."""
    before: list[float] = []
    for processes in size.scale:
        what = f"64 in flight a process, 0 ms, {processes} process{'es' if processes > 1 else ''}"
        taken = Taken()
        for turn in range(1, repeat + 1):
            taken.ours.append(measure_ours(case_of(size, A_PROCESS * processes, 0.0, processes=processes)))
            say(f"{what}, {turn} of {repeat}: {taken.ours[-1].rate:,.1f} rows/s")
        rates = [one.rate for one in taken.ours]
        yield Result(
            f"scale_{processes}",
            what,
            "rows/s",
            rates,
            before,
            against="fewer processes",
            least=NEVER_FALLS if before else None,
            least_ours=SCALE_AIMS.get(processes),
            details=taken.details,
        )
        before = rates


def _in_flight(calls: int, size: Size, repeat: int, say: Say) -> Iterator[Result]:
    what = f"{calls:,} in flight, 200 ms" + (f", {calls // A_PROCESS} processes" if calls > A_PROCESS else "")
    case = case_of(size, calls, 0.2, processes=calls // A_PROCESS)
    yield from _beside_floor(f"flight_{calls}", what, case, repeat, say, least=AIMS_IN_FLIGHT[calls])


def _beside_floor(name: str, what: str, case: Case, repeat: int, say: Say, *, least: float) -> Iterator[Result]:
    """The rate, and where many are in flight the CPU of a row. One floor of many processes is not what somebody would
    write: there the rate is beside the most that is possible."""
    taken = in_turn(what, case, repeat, say)
    is_ideal = case.processes > 1
    yield Result(
        name,
        what,
        "rows/s",
        [one.rate for one in taken.ours],
        [case.in_flight / case.latency_s] if is_ideal else [one.rate for one in taken.floor],
        against=IDEAL if is_ideal else FLOOR,
        least=least,
        details=taken.details,
        floor_details=taken.floor_details,
    )
    cpu = [one["worker_cpu_ms"] + one["postgres_cpu_ms"] for one in taken.details if "postgres_cpu_ms" in one]
    if case.concurrency >= A_PROCESS and cpu:
        cpu_floor = [one.cpu_ms for one in taken.floor]
        yield Result(f"cpu_{case.concurrency}", f"CPU a row, {what}", "ms", cpu, cpu_floor, most=CPU_AIM)


def case_of(size: Size, concurrency: int, latency_s: float, *, processes: int = 1) -> Case:
    """With rows for the whole window, at the fastest."""
    seconds = size.warm_s + size.window_s + 6.0
    a_second = concurrency / latency_s if latency_s else processes / A_SLOT_S
    return Case(
        rows=int(a_second * seconds) + 4 * concurrency,
        concurrency=concurrency,
        latency_s=latency_s,
        warm_s=size.warm_s,
        window_s=size.window_s,
        processes=processes,
    )
