"""The workbook as LibreOffice reads it, which is no library: every cell is what was written."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from experiments.export.xlsx_file import xlsx_chunks
from tests.unit.export.rows import layout_of, row

SOFFICE = shutil.which("soffice")
CELLS = [
    *("=1+1", "@x", "-5", "007", "12345678901234567890", "1e5", "2024-01-02", "a;b\tc|d", ' "q" ', "two\nlines"),
    *("<r>x</r>", "_x0041_", "é 日本 🙂", "https://a.example", "TRUE", "'", "a" * 32_767),
]


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed here: apt-get install libreoffice-calc")
def test_libreoffice_shows_every_cell_as_it_was(tmp_path: Path) -> None:
    fields = [{"name": "n", "type": "number"}, {"name": "yes", "type": "boolean"}, {"name": "day", "type": "date"}]
    layout = layout_of(["a", "b"], ["n", "yes", "day"], response_fields=fields)
    answer = {"n": -1234.5, "yes": True, "day": "2026-01-31"}
    rows = [row([cell, str(number)], answer) for number, cell in enumerate(CELLS)]
    (tmp_path / "book.xlsx").write_bytes(b"".join(xlsx_chunks(layout, rows)))
    # Comma, quotes around texts, UTF-8, cells as they are shown.
    subprocess.run(
        [
            *(str(SOFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"),
            *("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", "--outdir", str(tmp_path)),
            str(tmp_path / "book.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    with (tmp_path / "book.csv").open(newline="", encoding="utf-8") as file:
        head, *lines = csv.reader(file)
    assert head == ["a", "b", "n", "yes", "day"]
    assert [line[:2] for line in lines] == [[cell, str(number)] for number, cell in enumerate(CELLS)]
    assert {tuple(line[2:]) for line in lines} == {("-1234.5", "TRUE", "2026-01-31")}
