"""How the cost of a row grows with the rows that wait in its batch: it should not."""

from collections.abc import Iterator

from csv_batches.bench.calls import Say
from csv_batches.bench.cases import Case, measure_ours
from csv_batches.bench.results import Result
from csv_batches.bench.sizes import Size
from csv_batches.bench.steady import Measured

IN_FLIGHT = 16
LONGEST_S = 60.0


def growth(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Milliseconds a row, and of them CPU, over the same number of rows; in turn: small, large, small …"""
    taken: dict[int, list[Measured]] = {rows: [] for rows in size.growth}
    for turn in range(1, repeat + 1):
        for rows in size.growth:
            taken[rows].append(measure_ours(_case(size, rows)))
            say(f"{_what(rows)}, {turn} of {repeat}: {_time_ms(taken[rows][-1]):,.2f} ms a row")
    least = size.growth[0]
    for name, what, figure in (("growth", "time", _time_ms), ("growth_cpu", "CPU", _cpu_ms)):
        for rows in size.growth:
            yield Result(
                f"{name}_{rows}",
                f"{what} {_what(rows)}",
                "ms",
                [figure(one) for one in taken[rows]],
                [figure(one) for one in taken[least]] if rows > least else (),
                against=f"{least:,} rows",
                details=[one.details for one in taken[rows]] if figure is _time_ms else (),
            )


def _time_ms(one: Measured) -> float:
    return 1000 * one.window_s / max(one.rows, 1)


def _cpu_ms(one: Measured) -> float:
    """Of worker and PostgreSQL, as far as they run here."""
    return one.details["worker_cpu_ms"] + one.details.get("postgres_cpu_ms", 0.0)


def _what(rows: int) -> str:
    return f"a row, {rows:,} queued, 16 in flight, 0 ms"


def _case(size: Size, rows: int) -> Case:
    return Case(rows, IN_FLIGHT, 0.0, size.warm_s, LONGEST_S, most_rows=size.growth_rows)
