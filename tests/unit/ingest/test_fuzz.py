"""Whatever bytes come, the reader ends with rows or with a refusal; soon, and in little memory.

More examples: `pytest tests/unit/ingest --hypothesis-profile long`.
"""

import contextlib
import gzip
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.core.errors import InvalidInput
from experiments.ingest import Limits, ReadOptions, open_table
from tests.unit.ingest.conftest import zipped

MB = 1024**2
SMALL = Limits(max_bytes=10_000, max_rows=50, max_columns=20, max_cell_chars=200, max_row_chars=400)
VALID = [
    b'a,b,c\r\n1,"x, ""y""\r\nz",3\r\n4,5,6\r\n',
    "sep=;\nname;amount\nZoë;1,5\nמ;2\n".encode("utf-16"),
    '\ufeff"a"\n\n""\n"é"\n'.encode(),
    "a\tb\r1\t2\r".encode("utf-32"),
    b'{"a":"x","b":[1.0,null,{"k":"\\u00e9"}]}\n{"a":"","b":null}\n',
    b'[{"a":"x","b":[1.0,null,{"k":"\\u00e9"}]},\n {"a":"","b":null}]\n',
]
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": partial(gzip.compress, mtime=0),
    ".zst": zstandard.compress,
    ".zip": zipped,
}
ENCODINGS = [
    None,
    "utf-8",
    "utf-16",
    "cp1252",
    "shift_jis",
    "gb18030",
    "iso2022_jp",
    "hz",
    "utf-32-be",
    "big5",
    "cp037",
]
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "encoding": st.sampled_from(ENCODINGS),
    "delimiter": st.sampled_from([None, ",", ";", "tab", "|", " ", "a", "none"]),
    "quote": st.sampled_from([None, None, "'", "none"]),
    "escape": st.sampled_from([None, None, "\\"]),
    "comment": st.sampled_from([None, None, "#", "a"]),
    "trim": st.booleans(),
    "ragged": st.sampled_from(["reject", "pad", "skip"]),
    "keys": st.sampled_from(["first", "all"]),
    "bad_bytes": st.sampled_from(["reject", "replace"]),
}
options = st.builds(ReadOptions, header=st.just(0), **COMMON) | st.builds(
    ReadOptions,
    header=st.sampled_from([None, 1, 2]),
    header_rows=st.sampled_from([1, 1, 2]),
    row_names=st.booleans(),
    **COMMON,
)
names = st.sampled_from(["x.csv", "x.jsonl", "x.json"])
limits = st.sampled_from([Limits(), SMALL])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(content)))
        piece = draw(
            st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"{", b"]", b"\\ud800", b"\xed\xa0\x80"])
        )
        content[place : place + draw(st.integers(0, 3))] = piece * draw(st.integers(0, 3))
    return bytes(content)


def read_all(content: bytes, name: str, chosen: ReadOptions, most: Limits) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(InvalidInput):
        path = Path(folder, "file")
        path.write_bytes(content)
        table = open_table(path, filename=name, options=chosen, limits=most)
        for cells in table.rows():
            assert len(cells) == len(table.columns)
            "".join(cells).encode()


@st.composite
def packed(draw: st.DrawFn) -> tuple[bytes, str]:
    """An archive of a file, whole or damaged, and its name."""
    suffix = draw(st.sampled_from(sorted(PACK)))
    content = bytearray(PACK[suffix](draw(st.sampled_from(VALID) | mutated() | st.binary(max_size=100))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(content), draw(names) + suffix


@settings(deadline=5000)
@given(content=packed(), chosen=options, most=limits)
def test_archives_are_read_or_refused(content: tuple[bytes, str], chosen: ReadOptions, most: Limits) -> None:
    read_all(*content, chosen, most)


@settings(deadline=5000)
@given(content=st.binary(max_size=400), name=names, chosen=options, most=limits)
def test_random_bytes_are_read_or_refused(content: bytes, name: str, chosen: ReadOptions, most: Limits) -> None:
    read_all(content, name, chosen, most)


@settings(deadline=5000)
@given(content=mutated(), name=names, chosen=options, most=limits)
def test_damaged_files_are_read_or_refused(content: bytes, name: str, chosen: ReadOptions, most: Limits) -> None:
    read_all(content, name, chosen, most)


BOMB = b"a\n" + (b"x" * 60_000 + b"\n") * 1000


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a header of millions": ("x.csv", lambda: b"ab," * (5 * MB) + b"\n1\n", "too_many_columns"),
    "a row of millions": ("x.csv", lambda: b"a,b\n" + b"ab," * (5 * MB), "too_many_columns"),
    "an open quote": ("x.csv", lambda: b'a,b\n1,"' + b"x,y\n" * (10 * MB), "unterminated_quote"),
    "one line": ("x.csv", lambda: b"x" * (70 * MB), "row_too_large"),
    "blank lines": ("x.csv", lambda: b"a,b\n" + b"\n" * (8 * MB), "too_many_rows"),
    "blank lines before all": ("x.csv", lambda: b"\n" * (8 * MB) + b"a,b\n1,2\n", "empty_file"),
    "a sea of zeros": ("x.csv", lambda: b"a,b\n" + b"\0" * (20 * MB), "nul"),
    "millions of keys": ("x.jsonl", lambda: keys(2_000_000), "row_too_large"),
    "a late double key": ("x.jsonl", lambda: keys(200_000, b',"k199999":1'), "duplicate_key"),
    "millions of lists": ("x.jsonl", lambda: b'{"a":[' + b"[]," * (5 * MB) + b"[]]}\n", "row_too_large"),
    "five hundred levels": ("x.jsonl", lambda: b'{"a":' + b"[" * 500 + b"]" * 500 + b"}\n", "bad_json"),
    "an array of an open text": ("x.json", lambda: b'[{"a":"' + b"x" * (70 * MB), "row_too_large"),
    "an array of millions of lists": ("x.json", lambda: b'[{"a":[' + b"[]," * (5 * MB) + b"[]]}]", "row_too_large"),
    "an array in a million levels": ("x.json", lambda: b'[{"a":' + b"[" * MB, "bad_json"),
    "a gzip bomb": ("x.csv.gz", lambda: PACK[".gz"](BOMB), "bad_archive"),
    "a Zstandard bomb": ("x.csv.zst", lambda: PACK[".zst"](BOMB), "bad_archive"),
    "a ZIP bomb": ("x.csv.zip", lambda: PACK[".zip"](BOMB), "bad_archive"),
    "a million levels": ("x.jsonl", lambda: b'{"a":' + b"[" * MB, "row_too_large"),
}


def keys(count: int, more: bytes = b"") -> bytes:
    return b"{" + b",".join(b'"k%d":0' % number for number in range(count)) + more + b"}\n"


CHILD = """
import sys
from experiments.ingest import RejectedFile, open_table
try:
    for _ in open_table(sys.argv[1], filename=sys.argv[2]).rows():
        pass
except RejectedFile as refused:
    print(refused.code)
"""


@pytest.mark.skipif(sys.platform == "darwin", reason="takes no notice of RLIMIT_AS")
@pytest.mark.parametrize(("name", "content", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused_in_little_memory_and_time(
    tmp_path: Path, name: str, content: Callable[[], bytes], code: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), name],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (512 * MB, 512 * MB)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout.strip(), done.returncode) == (code, 0), done.stderr[-500:]
