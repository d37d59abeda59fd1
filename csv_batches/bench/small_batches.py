"""Many small batches at a time: each has one call in flight, whatever the number of processes."""

from collections.abc import Iterator

from csv_batches.bench.calls import Say
from csv_batches.bench.cases import Case, measure_ours
from csv_batches.bench.results import IDEAL, Result
from csv_batches.bench.sizes import Size

LATENCY_S = 1.0
PROCESSES = 2
LEAST = 0.9
SECONDS = 40
"""So many calls has each batch to make."""


def small_batches(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """How many calls are in flight, on average over the window, of as many as there are batches."""
    what = f"{size.small_batches} batches, one call of 1 s each, {PROCESSES} processes"
    case = Case(
        rows=SECONDS,
        concurrency=1,
        latency_s=LATENCY_S,
        warm_s=size.small_warm_s,
        window_s=size.window_s,
        processes=PROCESSES,
        batches=size.small_batches,
        # A worker that serves a few of them at a time takes for ever to serve each once.
        first_rows=1,
    )
    ours = []
    for turn in range(1, repeat + 1):
        ours.append(measure_ours(case))
        say(f"{what}, {turn} of {repeat}: {ours[-1].in_flight:,.1f} in flight")
    yield Result(
        "small_batches",
        what,
        "calls",
        [one.in_flight for one in ours],
        [float(size.small_batches)],
        against=IDEAL,
        least=LEAST,
        details=[dict(one.details) for one in ours],
    )
