"""The quick reader finds what the careful one finds: cells, lines, warnings, refusals; wherever the file is cut.

More examples: `pytest tests/unit/ingest/test_quick_and_careful.py --hypothesis-profile long`.
"""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.core.errors import InvalidInput
from experiments.ingest import Limits, ReadOptions, csv_table, encoding, open_table, quick
from experiments.ingest.dialect import Dialect

LIMITS = [
    Limits(),
    Limits(),
    Limits(max_rows=4),
    Limits(max_columns=3),
    Limits(max_cell_chars=12, max_row_chars=64 * 1024**2),
    Limits(max_cell_chars=30, max_row_chars=40, max_columns=4, max_rows=9),
]
PLAIN = ["", "a", "bc", "é", "😀", " ", "7", "'", "\\", "\x1f", "\x1e", "\x01", "\u2028", "\ufeff", "=1"]
IN_QUOTES = [*PLAIN, "x,y", "x;y", "\n", "\r\n", "\r", "1\n2", '""', '""""', 'a""b', ',""', '"",', "\n\n"]
WRONG = ['"', '""', 'a"b', 'a"', '"a"b', '"a', ' "a"', '"a" ', "\0", "a\0", '"\0"', "a,b,c,d", "\n", "\r", "\r\n", ""]
CODECS = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "gb18030", "utf-32"]
PIECES = [1, 2, 3, 5, 7, 16, 33, 64, 256 * 1024]

good_cells = st.one_of(st.sampled_from(PLAIN), st.sampled_from(IN_QUOTES).map('"{}"'.format))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A table that is well-formed but for what is wrong at a few places, if any."""
    width = draw(st.integers(1, 4))
    delimiter = draw(st.sampled_from([",", ",", ",", ";", "\t", "|"]))
    line_end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    rows = draw(st.lists(st.lists(good_cells, min_size=width, max_size=width), min_size=1, max_size=12))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        row = draw(st.integers(0, len(rows) - 1))
        rows[row][draw(st.integers(0, width - 1))] = draw(st.sampled_from(WRONG))
    lines = [delimiter.join(row) for row in rows]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "", '""', "a", ",", ",,,,", '"'])))
    ends = [line_end] * len(lines)
    if draw(st.sampled_from([False, False, False, True])):
        ends[draw(st.integers(0, len(ends) - 1))] = draw(st.sampled_from(["\n", "\r\n", "\r", "\n\r", "\n\n"]))
    if draw(st.booleans()):
        ends[-1] = ""
    above = draw(st.sampled_from(["", "", "", "", "sep=;\n", "\n", "sep=,\r\n", "\r\n"]))
    return above + "".join(line + end for line, end in zip(lines, ends, strict=True))


fragments = st.lists(
    st.sampled_from(
        ['"', '"', '""', ",", ",", "\n", "\n", "\r\n", "\r", "a", "b", "é", "\x1f", "\0", '",', ',"', '\n"']
    ),
    max_size=60,
).map("".join)
contents = st.tuples(texts() | fragments, st.sampled_from(CODECS)).map(lambda made: made[0].encode(made[1], "replace"))


def plain_options(**chosen: Any) -> ReadOptions:
    """Without a header, nothing can be said about it."""
    return ReadOptions(**chosen | ({"header_rows": 1, "row_names": False} if chosen["header"] == 0 else {}))


options = st.builds(
    plain_options,
    encoding=st.sampled_from([None, None, "utf-8", "cp1252", "gb18030", "utf-16", "shift_jis"]),
    delimiter=st.sampled_from([None, None, ",", ";", "tab", "a", " ", "\x1f"]),
    header=st.sampled_from([None, None, 0, 1, 2, 3]),
    header_rows=st.sampled_from([1, 1, 1, 2]),
    row_names=st.sampled_from([False, False, True]),
    ragged=st.sampled_from(["reject", "pad"]),
    bad_bytes=st.sampled_from(["reject", "replace"]),
)
odd_options = st.builds(
    ReadOptions,
    delimiter=st.sampled_from([None, ",", ";", "none"]),
    quote=st.sampled_from([None, "none", "'"]),
    escape=st.sampled_from([None, "\\"]),
    header=st.sampled_from([None, None, 0, 1, 2]),
    comment=st.sampled_from([None, "#", "a"]),
    trim=st.booleans(),
    ragged=st.sampled_from(["reject", "pad", "skip", "skip"]),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(contents))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 2))] = draw(st.sampled_from([b"", b'"', b"\xff", b"\0", b"\xc3"]))
    return bytes(content)


def told(error: InvalidInput) -> tuple[Any, ...]:
    return type(error), error.code, error.detail, error.part, error.extra


def outcome(path: Path, chosen: ReadOptions, most: Limits) -> list[Any]:
    """All that whoever reads the file can see, in the order in which it is seen."""
    seen: list[Any] = []
    try:
        table = open_table(path, filename="x.csv", options=chosen, limits=most)
        seen.append((table.columns, table.encoding, table.delimiter, table.line_end, table.header_line))
        for row in table.rows():
            seen.append((row, table.line, table.row_count, dict(table.log.counts)))
        seen.append((table.row_count, table.warnings, dict(table.log.counts)))
    except InvalidInput as error:
        seen.append(told(error))
    return seen


@settings(max_examples=max(300, settings().max_examples), deadline=5000)
@given(
    content=damaged(),
    chosen=options,
    most=st.sampled_from(LIMITS),
    piece=st.sampled_from(PIECES),
    chars=st.sampled_from([1, 2, 9, 40, 64 * 1024]),
)
@example(content=b'a,b\n1,"x\r\ny"\n3,4\n', chosen=ReadOptions(), most=Limits(), piece=8, chars=64 * 1024)
@example(content=b'a,b\n1,"x ""y"",\nz"\n"",""""\n', chosen=ReadOptions(), most=Limits(), piece=16, chars=64 * 1024)
@example(content=b'a\n""\n\n1\n""', chosen=ReadOptions(), most=Limits(), piece=3, chars=64 * 1024)
@example(content=b'a,b\n1,2"\n",3"4,5"\n', chosen=ReadOptions(), most=Limits(), piece=256, chars=64 * 1024)
@example(content=b'a,b\n1,"2"\n3,"4', chosen=ReadOptions(), most=Limits(), piece=11, chars=64 * 1024)
@example(content=b'a\x1fb\n1\x1f"2"\n', chosen=ReadOptions(delimiter="\x1f"), most=Limits(), piece=64, chars=64 * 1024)
@example(content=b'"a\rb"\r\n"c\nd"\r\n', chosen=ReadOptions(header=0), most=Limits(), piece=5, chars=64 * 1024)
@example(content=b'sep=;\n\na;b\n"1";2\n\n3;4\n', chosen=ReadOptions(), most=Limits(), piece=4, chars=64 * 1024)
def test_both_find_the_same(content: bytes, chosen: ReadOptions, most: Limits, piece: int, chars: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "offers_for", lambda refused: [])
        patch.setattr(encoding, "PIECE_BYTES", piece)
        patch.setattr(encoding, "PIECE_CHARS", chars)
        path = Path(folder, "table.csv")
        path.write_bytes(content)
        quickly = outcome(path, chosen, most)
        patch.setattr(quick, "knows", lambda options: False)
        assert quickly == outcome(path, chosen, most)
        if most == Limits():
            # Small limits are met at other places.
            patch.setattr(Dialect, "is_plain", False)
            assert quickly == outcome(path, chosen, most)


@settings(max_examples=max(200, settings().max_examples), deadline=5000)
@given(content=damaged(), chosen=odd_options, most=st.sampled_from(LIMITS), chars=st.sampled_from([1, 9, 64 * 1024]))
def test_with_any_options_it_is_the_same_wherever_the_file_is_cut(
    content: bytes, chosen: ReadOptions, most: Limits, chars: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "table.csv")
        path.write_bytes(content)
        patch.setattr(csv_table, "offers_for", lambda refused: [])
        whole = outcome(path, chosen, most)
        patch.setattr(encoding, "PIECE_CHARS", chars)
        assert whole == outcome(path, chosen, most)
