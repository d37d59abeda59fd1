"""Measures of files that are no CSV: reading a workbook and a Parquet file, each in a process of its own.

The floor reads all cells with the library that one would take for it. Memory is the peak of the process that reads.
"""

import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from csv_batches.bench import batches
from csv_batches.bench.calls import Say
from csv_batches.bench.results import Result
from csv_batches.bench.sizes import Size

MOST_MB = 150.0
_TIMED = """
import json, sys, time
path = sys.argv[1]
started = time.perf_counter()
{work}
took = time.perf_counter() - started
# Not of `getrusage`, which begins with what the parent had.
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([took, int(peak) / 1024]))
"""
_OURS = """
from experiments.ingest import open_table
for row in open_table(path, filename=path).rows():
    pass
"""
_OPENPYXL = """
import openpyxl
for row in openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0].iter_rows():
    for cell in row:
        cell.value, cell.number_format
"""
_PYARROW = """
import pyarrow.parquet
for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1000):
    for column in batch.columns:
        column.to_pylist()
"""


@dataclass(frozen=True)
class _Format:
    suffix: str
    label: str
    write: Callable[[Path, int], None]
    library: str
    floor: str
    against: str
    least: float


def file_formats(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Rows a second and memory of each; nothing of Parquet without pyarrow, and no floor of XLSX without openpyxl."""
    for one, rows in ((_XLSX, size.xlsx_rows), (_PARQUET, size.parquet_rows)):
        if one is _PARQUET and importlib.util.find_spec(one.library) is None:
            say("Parquet: pyarrow isn’t installed, nothing is measured")
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"bench{one.suffix}"
            one.write(path, rows)
            yield from _results(one, path, rows, repeat, say)


def _results(one: _Format, path: Path, rows: int, repeat: int, say: Say) -> Iterator[Result]:
    ours, floor, memory = [], [], []
    for _ in range(repeat):
        if importlib.util.find_spec(one.library):
            seconds, _mb = _read(one.floor, path)
            floor.append(rows / seconds)
        seconds, mb = _read(_OURS, path)
        ours.append(rows / seconds)
        memory.append(mb)
        say(f"read {one.label}: {ours[-1]:,.0f} rows/s, {mb:,.0f} MB")
    name, of = f"file_{one.suffix[1:]}", f"{rows:,} rows"
    yield Result(name, f"read {one.label} of {of}", "rows/s", ours, floor, against=one.against, least=one.least)
    what = f"peak memory of reading {one.label} of {of}"
    yield Result(f"{name}_memory", what, "MB", memory, [MOST_MB] * repeat, against="bound", most=1.0)


def _read(work: str, path: Path) -> tuple[float, float]:
    """Seconds and MB of a process that does nothing else."""
    command = [sys.executable, "-c", _TIMED.format(work=work), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  our own code
    seconds, mb = json.loads(done.stdout)
    return seconds, mb


def _write_xlsx(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet, amount = book.add_worksheet(), book.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, [*batches.COLUMNS, "amount"])
    for index in range(rows):
        for column, text in enumerate(batches.cells_of_row(index)):
            sheet.write_string(index + 1, column, text)
        sheet.write_number(index + 1, len(batches.COLUMNS), index * 1.37, amount)
    book.close()


def _write_parquet(path: Path, rows: int) -> None:
    # An optional library.
    pyarrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    schema = pyarrow.schema([*((name, pyarrow.string()) for name in batches.COLUMNS), ("amount", pyarrow.float64())])
    with parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, 100_000):
            indexes = range(start, min(start + 100_000, rows))
            columns = zip(*((*batches.cells_of_row(index), index * 1.37) for index in indexes), strict=True)
            arrays = [pyarrow.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema), row_group_size=rows)


_XLSX = _Format(".xlsx", "an XLSX", _write_xlsx, "openpyxl", _OPENPYXL, "openpyxl", 1.0)
_PARQUET = _Format(".parquet", "Parquet", _write_parquet, "pyarrow", _PYARROW, "pyarrow to lists", 0.3)
