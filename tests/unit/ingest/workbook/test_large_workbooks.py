"""A workbook is as large as what it holds, unpacked: a small one may be for a worker."""

from pathlib import Path

import pytest

from experiments.ingest.reader import is_larger
from tests.unit.ingest.workbook.support import data, row, xlsx


@pytest.mark.parametrize(("size", "larger"), [(20_000, True), (500_000, False)])
def test_its_parts_count(tmp_path: Path, size: int, larger: bool) -> None:
    path = tmp_path / "x"
    path.write_bytes(xlsx(data(*[row("the same text")] * 2000)))
    assert path.stat().st_size < 5_000
    assert is_larger(path, filename="x.xlsx", size=size) is larger


def test_what_is_no_archive_is_as_large_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 100)
    assert not is_larger(path, filename="x.xlsx", size=100)
