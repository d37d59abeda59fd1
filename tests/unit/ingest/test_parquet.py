"""Parquet: each type of column as text; what is damaged, too large or no text is refused."""

import importlib
import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.core.errors import InvalidInput
from experiments.ingest import Limits, open_table
from experiments.ingest.parquet import ParquetTable
from tests.unit.ingest.conftest import Ingest, Refusal


def parquet(table: pa.Table, **how: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **how)
    return sink.getvalue()


def column(values: list[Any], kind: pa.DataType | None = None) -> bytes:
    return parquet(pa.table({"a": pa.array(values, kind)}))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (12345678901234567, None, "12345678901234567"),
        (0.1, pa.float32(), "0.1"),
        (1.5e300, None, "1.5e+300"),
        (Decimal("1.10"), None, "1.10"),
        (True, None, "true"),
        ("007", None, "007"),
        ("Zoë", pa.large_string(), "Zoë"),
        ("x", pa.dictionary(pa.int8(), pa.string()), "x"),
        (date(2026, 11, 27), None, "2026-11-27"),
        (time(9, 5), None, "09:05:00"),
        (datetime(2026, 11, 27, 9, 5), pa.timestamp("ns"), "2026-11-27T09:05:00"),
        (
            datetime(2026, 11, 27, 9, 5, 1, 250, tzinfo=UTC),
            pa.timestamp("us", "Asia/Tokyo"),
            "2026-11-27T09:05:01.00025Z",
        ),
        (timedelta(minutes=1), pa.duration("s"), "60.0"),
        (["a", None], None, '["a", null]'),
        ({"n": Decimal("1.10"), "at": date(2026, 1, 2)}, None, '{"n": 1.10, "at": "2026-01-02"}'),
        (None, pa.string(), ""),
        (None, pa.int64(), ""),
        (None, pa.list_(pa.int64()), ""),
    ],
)
def test_each_type_has_its_text(ingest: Ingest, value: Any, kind: pa.DataType | None, text: str) -> None:
    assert ingest(column([value, None], kind), filename="x.parquet")[1] == [[text], [""]]


def test_rows_come_from_all_groups_in_order(ingest: Ingest) -> None:
    content = parquet(
        pa.table({"a": range(2500), "b": [f"t{number % 3}" for number in range(2500)]}), row_group_size=999
    )
    table, rows = ingest(content, filename="x.PARQUET")
    assert rows == [[str(number), f"t{number % 3}"] for number in range(2500)]
    assert (table.row_count, table.delimiter, table.warnings) == (2500, None, [])


def test_names_are_made_unique(ingest: Ingest) -> None:
    content = parquet(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", ""]))
    assert [one.name for one in ingest(content, filename="x.parquet")[0].columns] == ["a", "column 2"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2\n", "bad_parquet"),
        (b"PARE" + b"\0" * 50, "bad_parquet"),
        (column([1])[:-20], "bad_parquet"),
        (b"PAR1" + b"\xff" * 100 + b"PAR1", "bad_parquet"),
        (column([b"\xff\xfe"]), "not_text"),
        (column(["a\0b"]), "nul"),
        (column([], pa.string()), "no_rows"),
        (column(["x" * 101]), "cell_too_large"),
        (column(list(range(6))), "too_many_rows"),
    ],
)
def test_what_cannot_be_read_is_refused(refusal: Refusal, content: bytes, code: str) -> None:
    assert refusal(content, filename="x.parquet", limits=Limits(max_rows=5, max_cell_chars=100)).code == code


def test_a_text_that_every_row_repeats_leaves_few_rows_in_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    texts = pa.DictionaryArray.from_arrays([0] * 300, ["x" * 4_000_000])
    path.write_bytes(parquet(pa.table({"a": texts, "b": range(300)}), store_schema=False))
    assert path.stat().st_size < 1_000_000
    table = open_table(path, filename=path.name)
    assert isinstance(table, ParquetTable)
    assert table.batch_rows == 67
    assert sum(1 for _ in islice(table.rows(), 3)) == 3


def test_many_short_texts_that_are_repeated_leave_a_batch_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(parquet(pa.table({"a": [f"{number:0100}" for number in range(5_000)], "b": range(5_000)})))
    table = open_table(path, filename=path.name)
    assert isinstance(table, ParquetTable)
    assert table.batch_rows == 1000


def test_more_than_is_taken_is_refused_before_it_is_unpacked(refusal: Refusal) -> None:
    content = parquet(pa.table({"a": ["x" * 1000] * 100}), use_dictionary=False, compression="zstd")
    assert len(content) < 5_000
    assert refusal(content, filename="x.parquet", limits=Limits(max_bytes=20_000)).code == "file_too_large"


def test_without_the_library_it_says_how_to_install_it(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(InvalidInput) as refused:
        ingest(column([1]), filename="x.parquet")
    assert refused.value.code == "no_library"
    assert "uv sync --extra parquet" in refused.value.detail
