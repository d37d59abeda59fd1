"""Results as people and programs read them: a table, under it the further figures of each line; or JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from csv_batches.bench.results import FLOOR, IDEAL, Machine, Result, Series, summary

HEAD = ("what", "floor", "ours", "ratio", "aim")
LOADED = "This machine isn’t quiet: its load is {load:.2f} on {cores}. Figures may be too low."
UNEVEN = "This machine wasn’t quiet: the floor of {what} varied by {spread:.0%}. Run it again with less beside it."
SERVER_BUSY = 0.8
"""A server that used more of its core than this may have been the limit."""


def report(machine: Machine, results: Sequence[Result]) -> str:
    """The whole text: what it was measured on, warnings, the table, the figures."""
    parts = [heading(machine), "\n".join(warnings(machine, results)), table(results), "\n".join(figures(results))]
    return "\n\n".join(part for part in parts if part)


def as_json(machine: Machine, results: Sequence[Result]) -> str:
    whole = {
        "machine": asdict(machine),
        "warnings": list(warnings(machine, results)),
        "results": [summary(result) for result in results],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False)


def heading(machine: Machine) -> str:
    return (
        f"{_cores(machine.cores)}, {machine.system}, Python {machine.python}, PostgreSQL {machine.postgres}, "
        f"load average {machine.load:.2f}. Medians, lowest to highest in parentheses."
    )


def warnings(machine: Machine, results: Sequence[Result]) -> Iterator[str]:
    """A sentence for each reason not to trust the figures."""
    if not machine.quiet:
        yield LOADED.format(load=machine.load, cores=_cores(machine.cores))
    for result in results:
        if result.noisy:
            yield UNEVEN.format(what=result.what, spread=Series(result.floor).spread)
        failed = max((one.get("failed", 0) for one in result.details), default=0)
        if failed:
            yield f"{result.what}: {failed:,.0f} calls failed. Its figures mean little."
        if (result.detail("server_cpu") or 0) > SERVER_BUSY:
            yield f"{result.what}: the bench’s own server was busy, and may have been the limit."


# -- the table


def table(results: Sequence[Result]) -> str:
    lines = [HEAD, *(_cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(_aligned(line, widths).rstrip() for line in lines)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def _cells(result: Result) -> tuple[str, ...]:
    ratio = "–" if result.ratio is None else f"{result.ratio:.2f}"
    return (result.what, _floor(result), f"{measured(result.ours)} {result.unit}", ratio, aim(result))


def _floor(result: Result) -> str:
    if not result.floor:
        return "–"
    return measured(result.floor) if result.against == FLOOR else f"{result.against} {measured(result.floor)}"


def measured(figures: Sequence[float]) -> str:
    """`46.1 (45.8–46.3)`; one figure alone has no range."""
    series = Series(figures)
    if len(figures) == 1:
        return number(series.median)
    return f"{number(series.median)} ({number(series.low)}–{number(series.high)})"


def number(value: float) -> str:
    """Three figures at least: `0.0712`, `1.15`, `46.1`, `1,633`."""
    for least, places in ((1000, 0), (10, 1), (1, 2)):
        if abs(value) >= least:
            return f"{value:,.{places}f}"
    return f"{value:.3g}"


def aim(result: Result) -> str:
    """With a check mark where it is reached."""
    parts = [
        *([f"≥ {result.least:g}"] if result.least is not None else []),
        *([f"≤ {result.most:g}"] if result.most is not None else []),
        *([f"{number(result.least_ours)} {result.unit}"] if result.least_ours is not None else []),
    ]
    mark = {True: " ✓", False: " ✗", None: ""}[result.reached]
    return ", ".join(parts) + mark


# -- the figures


def figures(results: Sequence[Result]) -> Iterator[str]:
    """A paragraph for each line that has any."""
    for result in results:
        parts = [part for part in _parts(result) if part]
        if parts:
            yield f"{result.what}: {'; '.join(parts)}."


def _parts(result: Result) -> Iterator[str]:
    yield _cpu(result)
    yield _floor_process(result)
    yield _memory(result)
    yield from _database(result)
    rows, window_s = result.detail("rows"), result.detail("window_s")
    if rows is not None and window_s is not None:
        yield f"{rows:,.0f} rows in {window_s:.1f} s"


def _cpu(result: Result) -> str:
    worker, postgres = result.detail("worker_cpu_ms"), result.detail("postgres_cpu_ms")
    if worker is None:
        return ""
    text = f"CPU {number(worker)} ms a row in the worker"
    if postgres is None:
        return f"{text} (PostgreSQL runs elsewhere)"
    text += f" + {number(postgres)} ms in PostgreSQL"
    floor = result.detail("cpu_ms", of_floor=True)
    return f"{text}, {(worker + postgres) / floor:.1f} × the floor’s {number(floor)} ms" if floor else text


def _floor_process(result: Result) -> str:
    rate = result.detail("rate", of_floor=True)
    return f"as many processes of the floor made {number(rate)} rows/s" if rate and result.against == IDEAL else ""


def _memory(result: Result) -> str:
    rss, pss = result.detail("rss_mb"), result.detail("pss_mb")
    if rss is None:
        return ""
    return f"largest process {rss:,.0f} MB" + (f" ({pss:,.0f} MB without shared memory)" if pss else "")


def _database(result: Result) -> Iterator[str]:
    for name, text in (
        ("hot_share", "{:.0%} of all updates HOT"),
        ("row_hot_share", "{:.0%} of those of rows"),
        ("wal_bytes", "WAL {:,.0f} bytes a row"),
        ("table_bytes", "tables and indexes {:,.0f} bytes a row"),
        ("lock_share", "waits for locks {:.1%} of active time"),
    ):
        value = result.detail(name)
        if value is not None:
            yield text.format(value)


def _cores(cores: int) -> str:
    return "1 core" if cores == 1 else f"{cores} cores"
