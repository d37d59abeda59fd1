"""Whatever bytes come under the name of a workbook or of Parquet, they end with rows or with a refusal.

More examples: `pytest tests/unit/ingest --hypothesis-profile long`.
"""

import contextlib
import io
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.core.errors import InvalidInput
from experiments.ingest import Limits, ReadOptions, open_table
from tests.unit.ingest.workbook.support import archive, data, ods, parts, row

SMALL = Limits(max_bytes=100_000, max_rows=50, max_columns=20, max_cell_chars=200, max_row_chars=400)
SHEET = "xl/worksheets/sheet1.xml"
PARTS = parts(
    '<dimension ref="A1:B3"/>'
    + data(row("a", "b"), '<row r="2"><c r="A2" s="1"><v>45000</v></c><c t="s"><v>0</v></c></row>'),
    strings="<si><r><t>x</t></r></si>",
    formats={164: "dd.mm.yyyy"},
    styles=[0, 164],
)
sink = io.BytesIO()
pq.write_table(pa.table({"a": [1, 2, None], "b": ["x", "y", "x"], "c": [[1], None, []]}), sink)
WHOLE = {
    "x.xlsx": archive(PARTS),
    "x.ods": ods([["a", "b"], ["1", "2"]]),
    "x.parquet": sink.getvalue(),
}
names = st.sampled_from(sorted(WHOLE))
options = st.builds(
    ReadOptions,
    header=st.sampled_from([None, 0, 2, 9]),
    range=st.sampled_from([None, "A1:B9", "B2:C"]),
    comment=st.sampled_from([None, "a"]),
)
pieces = st.sampled_from(
    ["", "<", ">", "&", '"', "-1", "999999999", "</c>", "<row>", "<c>", "<v>", " r='A1'", "\0", "é"]
)


def read_all(content: bytes, name: str, chosen: ReadOptions) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(InvalidInput):
        path = Path(folder, "file")
        path.write_bytes(content)
        table = open_table(path, filename=name, options=chosen, limits=SMALL)
        for cells in table.rows():
            assert len(cells) == len(table.columns)
            "".join(cells).encode()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, str]:
    name = draw(names)
    content = bytearray(WHOLE[name])
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content), name


@st.composite
def odd_parts(draw: st.DrawFn) -> bytes:
    """A whole archive, and in one of its parts something else."""
    name = draw(st.sampled_from(sorted(PARTS)))
    text = str(PARTS[name])
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(pieces) + text[place + draw(st.integers(0, 6)) :]
    return archive({**PARTS, name: text})


@settings(deadline=5000)
@given(
    content=st.binary(max_size=400), start=st.sampled_from([b"", b"PK\x03\x04", b"PAR1"]), name=names, chosen=options
)
def test_random_bytes_are_refused(content: bytes, start: bytes, name: str, chosen: ReadOptions) -> None:
    read_all(start + content, name, chosen)


@settings(deadline=5000)
@given(one=damaged(), chosen=options)
def test_damaged_files_are_read_or_refused(one: tuple[bytes, str], chosen: ReadOptions) -> None:
    read_all(*one, chosen)


@settings(deadline=5000)
@given(content=odd_parts(), chosen=options)
def test_odd_parts_are_read_or_refused(content: bytes, chosen: ReadOptions) -> None:
    read_all(content, "x.xlsx", chosen)
