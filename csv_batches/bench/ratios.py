"""Speed and memory as ratios within one run: what the workbench costs beside the plain thing it is built on.

Absolute figures say more about the machine than about the code, so each line compares two, measured one after another.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import mapping
from experiments import response_schema
from experiments.core.choices import FieldType, QueueStatus
from experiments.ingest import open_table
from experiments.models import Network
from experiments.response_schema import fields
from experiments.services import bulk_insert, exports, queues
from experiments.worker.lane import drain

COLUMNS = 8
LATENCY_S = 0.05


@dataclass(frozen=True)
class Line:
    """One comparison: `what` was measured, the workbench's figure and that of the plain thing, in `unit`."""

    what: str
    ours: float
    plain: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.ours / self.plain if self.plain else float("nan")

    def __str__(self) -> str:
        return f"{self.what:58} {self.ours:12,.1f} / {self.plain:12,.1f} {self.unit:7} = {self.ratio:.2f}"


def measure(rows: int) -> Iterator[Line]:
    """All lines, each as soon as it is measured, on a file of `rows` rows. Leaves neither batch nor network behind."""
    user, _ = get_user_model().objects.get_or_create(username="bench", defaults={"is_active": False})
    with tempfile.TemporaryDirectory() as folder, run_server() as url:
        path = Path(folder) / "bench.csv"
        write_csv(path, rows)
        batch = create_batch(user, url)
        try:
            before = peak_mb()
            yield reading(path, rows)
            yield storing(batch, path, rows)
            yield exporting(batch, rows)
            size = path.stat().st_size / 1024**2
            yield Line("memory grew by, against the file", peak_mb() - before, size, "MB")
            for concurrency in (1, 16, 64):
                yield calling(batch, concurrency, 30 * concurrency)
        finally:
            network = batch.network
            queues.destroy(batch.pk)
            if network is not None:
                network.delete()


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([f"column {number}" for number in range(COLUMNS)])
        for index in range(rows):
            writer.writerow([str(index), f"text of row {index}, with a comma", *["abc"] * (COLUMNS - 2)])


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return max(time.perf_counter() - started, 1e-6)


def exhaust(items: Any) -> int:
    return sum(1 for _ in items)


def peak_mb() -> float:
    """The most memory that this process has used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def reading(path: Path, rows: int) -> Line:
    def plainly() -> None:
        with path.open(newline="") as source:
            exhaust(csv.reader(source))

    plain = rows / seconds(plainly)
    ours = rows / seconds(lambda: exhaust(open_table(path, filename="bench.csv").rows()))
    return Line("read a CSV, against Python's csv module", ours, plain, "rows/s")


def storing(batch: CsvBatch, path: Path, rows: int) -> Line:
    payload = json.dumps(["text"] * COLUMNS)

    def plainly() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bench_plain (row_index int, payload jsonb) ON COMMIT DROP")
            with cursor.copy("COPY bench_plain FROM STDIN") as copy:
                for index in range(rows):
                    copy.write(f"{index}\t{payload}\n")

    with transaction.atomic():
        plain = rows / seconds(plainly)
    with transaction.atomic():
        table = open_table(path, filename="bench.csv")
        ours = rows / seconds(lambda: bulk_insert.replace_items(queue=batch, payloads=table.rows()))
    return Line("store a CSV's rows, against COPY into a bare table", ours, plain, "rows/s")


def exporting(batch: CsvBatch, rows: int) -> Line:
    def plainly() -> None:
        out = csv.writer(io.StringIO(newline=""))
        for values in batch.rows.in_order().values_list("payload", "result_payload").iterator(chunk_size=2000):
            out.writerow(values[0])

    plain = rows / seconds(plainly)
    ours = rows / seconds(lambda: exhaust(exports.export_chunks(batch, exports.ExportOptions(partial=True))))
    return Line("export, against reading the rows and writing their cells", ours, plain, "rows/s")


def calling(batch: CsvBatch, concurrency: int, rows: int) -> Line:
    """Rows recorded per second, against the most that `concurrency` calls of `LATENCY_S` each could reach."""
    CsvBatch.objects.filter(pk=batch.pk).update(concurrency=concurrency, status=QueueStatus.DRAFT)
    bulk_insert.replace_items(queue=batch, payloads=([str(index), *["abc"] * (COLUMNS - 1)] for index in range(rows)))
    bulk_insert.set_total(queue=batch, total=rows)
    queues.start(queue_id=batch.pk)
    took = seconds(lambda: drain(batch.pk))
    return Line(
        f"call with {concurrency} at once, against the most possible", rows / took, concurrency / LATENCY_S, "rows/s"
    )


def create_batch(user: Any, url: str) -> CsvBatch:
    network = Network.objects.create(name=f"bench {time.time_ns()}", run_url=url, max_concurrency=1000)
    names = [f"column {number}" for number in range(COLUMNS)]
    answer = fields.check_fields([{"name": "answer", "type": FieldType.STRING}])
    schema = fields.fields_to_schema(answer)
    return CsvBatch.objects.create(
        kind=KIND,
        name="bench",
        network=network,
        created_by=user,
        columns=mapping.columns_of_table([(name, name) for name in names]),
        prompt_template='{{ row["column 0"] }}',
        response_fields=[fields.field_to_json(field) for field in answer],
        schema_json=schema,
        schema_guidance=response_schema.guidance(schema),
        schema_example=response_schema.example(schema),
    )


@contextmanager
def run_server() -> Iterator[str]:
    """The address of a `/run` in a process of its own that answers after `LATENCY_S`."""
    command = [sys.executable, "-m", "csv_batches.bench.server", str(LATENCY_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/run"
        finally:
            process.terminate()
