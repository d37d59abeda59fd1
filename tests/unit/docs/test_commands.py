"""Each command of the documents is run, or says why not; the table of those that aren't run has no row too many."""

import re

import pytest

from tests.unit.docs.commands import CI, ROWS, Row, row_of
from tests.unit.docs.pages import PAGES, ROOT, blocks_of, commands_in, commands_of


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.begins)
def test_a_row_is_of_a_command_and_says_one_thing(row: Row) -> None:
    assert [one for page in PAGES for one in commands_of(page) if row_of(one) == row]
    assert bool(row.by) != bool(row.why)
    assert not row.by or (ROOT / row.by).is_file()


@pytest.mark.parametrize("row", [row for row in ROWS if row.by == CI], ids=lambda row: row.begins)
def test_ci_runs_a_command_that_says_so(row: Row) -> None:
    lines = re.sub(r"\\\n\s*", "", (ROOT / CI).read_text()).replace("uv run -q", "uv run").splitlines()
    assert [line for line in lines if line.startswith(row.begins)]


def test_a_command_has_all_its_lines() -> None:
    text = "# said first\nrun --a 'x\ny' \\\n  --b  # why\n\ncat > f <<'END'\na # b\nEND\nlast\n"
    assert list(commands_in(text)) == ["run --a 'x\ny' \\\n  --b  # why", "cat > f <<'END'\na # b\nEND", "last"]


def test_a_command_that_is_not_in_the_table_is_run() -> None:
    assert row_of("uv run manage.py retention --days 90 --dry-run") is None
    assert row_of("uv run pytest") is not None


def test_the_client_in_python_is_the_one_that_is_tried() -> None:
    """`drive.py` runs in CI; the page shows less of it, and nothing else."""
    (client,) = [block.text for block in blocks_of("docs/api.md") if block.language == "python"]
    driven = (ROOT / "tests/openapi/python_client/drive.py").read_text()
    names = set(re.findall(r"\bcsv_batches_\w+|\b[A-Z][A-Za-z]+(?=\()", client)) - {"File"}
    assert names
    assert sorted(name for name in names if name not in driven) == []
