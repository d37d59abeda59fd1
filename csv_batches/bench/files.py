"""Measures of files: reading, storing and exporting one, and the memory and the tables that it takes."""

import csv
import gzip
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F, Func, JSONField, Value
from django.db.models.fields.json import KT

from csv_batches.bench import batches, postgres
from csv_batches.bench.calls import Say
from csv_batches.bench.results import Result
from csv_batches.bench.sizes import Size
from csv_batches.models import CsvBatch
from experiments.core.choices import ExportFormat, RowStatus
from experiments.core.item_fields import EXPORTED_FIELDS
from experiments.export.formats import EXPORT_FORMATS
from experiments.ingest import open_table
from experiments.services import exports

MB = 1024**2
CHUNK = 256 * 1024
MOST_MB = 150.0
"""Of a process that reads and stores a file, with all that it shares with others."""
AIMS = {
    "read": ("read a CSV of", "csv.reader", 0.8),
    "read_gz": ("read a .csv.gz of", "csv.reader of gzip", 0.8),
    "store": ("read and store", "COPY of the same lines", 0.9),
    "export": ("export", "COPY (SELECT …)", 0.5),
    "export_jsonl": ("as JSONL", "COPY (SELECT json_build_object(…))", 0.5),
}
MADE_FIRST = {ExportFormat.XLSX: 0.005, ExportFormat.PARQUET: 0.05}
"""Formats that Python writes, and the least share of the floor's rows a second."""
MOST_MADE_ROWS = 100_000
FIRST_ROWS_MS = 300.0
"""What an export may take until its first rows come, however many there are."""
ANSWER = {"topic": "billing", "summary": "The customer was charged twice.", "score": 57}


def files(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Before all others: memory is the peak of this process."""
    rows = size.file_rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.csv"
        write_csv(path, rows)
        packed = pack(path)
        before_mb = peak_mb()
        taken = Taken(rows, say)
        for turn in range(repeat):
            postgres.empty_tables()
            taken.reading(path)
            taken.reading(packed, "read_gz")
            batch = batches.create_batch(None, rows=0)
            empty = postgres.size_bytes()
            taken.storing(batch, path)
            if not turn:
                stored_mb = peak_mb()
            table_mb = (postgres.size_bytes() - empty) / MB
            taken.copying(Path(folder))
            taken.exporting(batch)
        file_mb = path.stat().st_size / MB
        yield from taken.results()
        what = f"tables and indexes of {rows:,} rows"
        yield Result("file_tables", what, "MB", [table_mb], [file_mb], against="file", most=3.0)
        what = f"peak memory of reading and storing {rows:,} rows"
        yield Result("file_store_memory", what, "MB", [stored_mb], [MOST_MB], against="bound", most=1.0)
        grown = max(peak_mb() - before_mb, 0.0)
        yield Result("file_memory", "memory grew meanwhile", "MB", [grown], [file_mb], against="file")


class Taken:
    """Rows a second of each, as they are measured: ours and what it is compared with."""

    def __init__(self, rows: int, say: Say) -> None:
        self._rows = rows
        self._made_rows = min(rows, MOST_MADE_ROWS)
        self._say = say
        self._ours: dict[str, list[float]] = {}
        self._floor: dict[str, list[float]] = {}
        self._first_bytes_ms: list[float] = []

    def reading(self, path: Path, name: str = "read") -> None:
        self._add(name, self._floor, lambda: read_plainly(path))
        self._add(name, self._ours, lambda: exhaust(open_table(path, filename=path.name).rows()))

    def storing(self, batch: CsvBatch, path: Path) -> None:
        self._add("store", self._ours, lambda: batches.store_file(batch, path))

    def copying(self, folder: Path) -> None:
        """What was stored, as the lines that PostgreSQL itself writes, into the same tables again."""
        tables = dump_tables(folder, least_rows=self._rows)
        self._add("store", self._floor, lambda: restore_tables(tables))
        postgres.analyze()

    def exporting(self, batch: CsvBatch) -> None:
        batch.rows.update(status=RowStatus.SUCCEEDED, result_payload=ANSWER, elapsed_ms=200)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        options = exports.ExportOptions(partial=True)
        as_json = exports.ExportOptions(partial=True, format=ExportFormat.JSONL)
        self._add("export", self._floor, lambda: export_plainly(batch))
        self._add("export", self._ours, lambda: exhaust(exports.export_chunks(batch, options)))
        self._add("export_jsonl", self._floor, lambda: export_objects_plainly(batch))
        self._add("export_jsonl", self._ours, lambda: exhaust(exports.export_chunks(batch, as_json)))
        for wanted in MADE_FIRST:
            # Its library is loaded by then.
            exhaust(exports.export_chunks(batch, exports.ExportOptions(wanted, partial=True, row_indexes="0")))
            some = exports.ExportOptions(wanted, partial=True, row_indexes=f"0-{self._made_rows - 1}")
            pieces = exports.export_chunks(batch, some)
            self._add(f"export_{wanted}", self._ours, partial(exhaust, pieces), self._made_rows)
        self._first_bytes_ms.append(1000 * first_rows_s(exports.export_chunks(batch, as_json)))

    def results(self) -> Iterator[Result]:
        for name in AIMS:
            yield self.result(name)
        of, floor = f"{self._rows:,} rows", self._floor["export"]
        for wanted in MADE_FIRST:
            name, what = f"export_{wanted}", f"as {EXPORT_FORMATS[wanted].label} {self._made_rows:,} rows"
            ours, least = self._ours[name], MADE_FIRST[wanted]
            yield Result(f"file_{name}", what, "rows/s", ours, floor, against="COPY (SELECT …)", least=least)
        ms = self._first_bytes_ms
        yield Result("file_first_rows", f"first rows of {of}", "ms", ms, [FIRST_ROWS_MS], against="aim", most=1.0)

    def result(self, name: str, suffix: str = "") -> Result:
        """Of what was measured under a name of `AIMS`; the suffix goes behind it."""
        what, against, least = AIMS[name]
        of = f"{what} {self._rows:,} rows"
        ours, floor = self._ours[name], self._floor[name]
        return Result(f"file_{name}{suffix}", of, "rows/s", ours, floor, against=against, least=least)

    def costs_us(self, name: str) -> list[float]:
        """Microseconds a row of ours, each time."""
        return [1e6 / rate for rate in self._ours[name]]

    def _add(self, name: str, to: dict[str, list[float]], work: Callable[[], object], rows: int | None = None) -> None:
        started = time.perf_counter()
        work()
        rate = (rows or self._rows) / max(time.perf_counter() - started, 1e-6)
        to.setdefault(name, []).append(rate)
        self._say(f"{name} a file: {'ours' if to is self._ours else 'floor'} {rate:,.0f} rows/s")


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(batches.COLUMNS)
        writer.writerows(batches.cells_of_row(index) for index in range(rows))


def pack(path: Path) -> Path:
    """The same as `.csv.gz`, packed fast."""
    packed = path.with_name(f"{path.name}.gz")
    with path.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, CHUNK)
    return packed


def exhaust(items: Iterable[Any]) -> int:
    return sum(1 for _ in items)


def first_rows_s(pieces: Iterator[bytes]) -> float:
    """Seconds until they come; the rest is not asked for."""
    started = time.perf_counter()
    with closing(pieces):  # type: ignore[type-var]  # a generator
        next(pieces)
        return time.perf_counter() - started


def peak_mb() -> float:
    """The most memory that this process has used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- the plain things


def read_plainly(path: Path) -> None:
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as source:
        exhaust(csv.reader(source))


def dump_tables(folder: Path, *, least_rows: int) -> dict[str, Path]:
    """Files of the tables that have `least_rows` or more, whichever the rows of a batch are in."""
    dumped = {}
    with connection.cursor() as cursor:
        for table in postgres.tables():
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608  a table of ours
            if cursor.fetchone()[0] >= least_rows:
                dumped[table] = folder / table
                with dumped[table].open("wb") as target, cursor.copy(f"COPY {name} TO STDOUT") as copy:
                    target.writelines(copy)
    return dumped


def restore_tables(dumped: dict[str, Path]) -> None:
    names = {connection.ops.quote_name(table): path for table, path in dumped.items()}
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        for name, path in names.items():
            with path.open("rb") as source, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                while block := source.read(CHUNK):
                    copy.write(block)


def export_plainly(batch: CsvBatch) -> None:
    """The same columns, written by PostgreSQL."""
    cells = {f"cell_{number}": KT(f"payload__{number}") for number in range(len(batches.COLUMNS))}
    answer = {f"answer_{name}": KT(f"result_payload__{name}") for name in ANSWER}
    rows: Any = batch.rows.in_order().annotate(**cells, **answer).values_list(*cells, *answer, *EXPORTED_FIELDS)
    statement, params = rows.query.sql_with_params()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", params) as copy:
        exhaust(copy)


def export_objects_plainly(batch: CsvBatch) -> None:
    """The same objects, a line each, put together by PostgreSQL."""
    part = partial(Func, function="json_build_object", output_field=JSONField())
    cells = chain.from_iterable((Value(name), F(f"payload__{number}")) for number, name in enumerate(batches.COLUMNS))
    run = chain.from_iterable((Value(name), F(name)) for name in EXPORTED_FIELDS)
    line = part(Value("row"), part(*cells), Value("response"), F("result_payload"), Value("run"), part(*run))
    statement, params = batch.rows.in_order().values_list(line).query.sql_with_params()
    # Signs that JSON has none of, so that nothing is quoted.
    options = r"(FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')"
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT {options}", params) as copy:
        exhaust(copy)
