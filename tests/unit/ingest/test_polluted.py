"""Of tables with something wrong at a random place, no cell comes under another header in silence, and with the right
options nearly all of them are read. Five thousand tables: `pytest … --hypothesis-profile long`.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from experiments.ingest import ReadOptions, RejectedFile, csv_table, open_table
from tests.unit.ingest.polluted import POLLUTIONS, Polluted, found_cells, misplaced, polluted

TABLES = 5000 if settings().max_examples > 1000 else 390
OFFERED = TABLES // 5
HARMLESS = {"blank_line", "mixed_line_ends"}


def read(path: Path, one: Polluted, options: ReadOptions) -> tuple[list[str], list[list[str]], set[str]]:
    path.write_text(one.text, encoding="utf-8", newline="")
    table = open_table(path, filename="x.csv", options=options)
    rows = list(table.rows())
    return [column.header for column in table.columns], rows, {str(code) for code in table.log.counts}


def test_no_cell_comes_under_another_header_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "offers_for", lambda refused: [])
    silent = {}
    for seed in range(TABLES):
        one = polluted(seed)
        try:
            headers, rows, said = read(tmp_path / "x", one, ReadOptions())
        except RejectedFile:
            continue
        wrong = misplaced(one, headers, rows)
        if wrong and said <= HARMLESS:
            silent[seed] = (POLLUTIONS[seed % len(POLLUTIONS)].__name__, wrong[:3], one.text)
    assert not silent, (len(silent), next(iter(silent.items())))


@pytest.mark.parametrize("number", range(len(POLLUTIONS)), ids=[one.__name__ for one in POLLUTIONS])
def test_with_the_right_options_nearly_all_cells_that_can_be_read_are(tmp_path: Path, number: int) -> None:
    found = there = 0
    for seed in range(number, TABLES, len(POLLUTIONS)):
        one = polluted(seed)
        _, rows, _ = read(tmp_path / "x", one, ReadOptions(**{"delimiter": one.delimiter} | one.options))
        right, expected = found_cells(one, rows)
        found, there = found + right, there + expected
    assert there
    assert found >= 0.99 * there


def test_what_is_offered_puts_no_cell_under_another_header(tmp_path: Path) -> None:
    wrong = {}
    for seed in range(OFFERED):
        one = polluted(seed)
        try:
            read(tmp_path / "x", one, ReadOptions())
        except RejectedFile as refused:
            for offer in refused.offers:
                headers, rows, _ = read(tmp_path / "x", one, ReadOptions(**offer.options))  # type: ignore[arg-type]
                if found := misplaced(one, headers, rows):
                    kind = POLLUTIONS[seed % len(POLLUTIONS)].__name__
                    wrong[seed] = (kind, dict(offer.options), found[:3], one.text)
    assert not wrong, (len(wrong), list(wrong.values())[:3])
