"""How the cost of a row grows with the file that is read and stored: it should not."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from csv_batches.bench import batches, postgres
from csv_batches.bench.calls import Say
from csv_batches.bench.files import Taken, write_csv
from csv_batches.bench.results import Result
from csv_batches.bench.sizes import Size

LEAST_ROWS = 100_000
"""A small file is measured so often that it comes to as many rows."""
MOST = 1.15
WHAT = {"read": "read", "store": "read and stored"}


def file_growth(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Floor and ours at each size, in turn; then what a row costs in each file, as a multiple of the smallest."""
    taken = {rows: Taken(rows, say) for rows in size.growth}
    with tempfile.TemporaryDirectory() as folder:
        for rows in size.growth:
            write_csv(_file(folder, rows), rows)
        for _ in range(repeat):
            for rows, one in taken.items():
                for _ in range(max(1, LEAST_ROWS // rows)):
                    _measure(one, _file(folder, rows))
    for rows, one in taken.items():
        for name in WHAT:
            yield one.result(name, f"_{rows}")
    least, *others = size.growth
    for name, what in WHAT.items():
        for rows in others:
            ours, floor = taken[rows].costs_us(name), taken[least].costs_us(name)
            of = f"a row {what}, of {rows:,}"
            yield Result(f"file_growth_{name}_{rows}", of, "µs", ours, floor, against=f"of {least:,}", most=MOST)


def _file(folder: str, rows: int) -> Path:
    return Path(folder) / f"{rows}.csv"


def _measure(taken: Taken, path: Path) -> None:
    postgres.empty_tables()
    taken.reading(path)
    taken.storing(batches.create_batch(None, rows=0), path)
    taken.copying(path.parent)
