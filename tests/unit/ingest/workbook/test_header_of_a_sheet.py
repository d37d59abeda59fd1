"""A first row that is not certainly the header refuses the sheet, with what would read it."""

from typing import Any

import pytest

from tests.unit.ingest.conftest import Ingest, Refusal
from tests.unit.ingest.workbook.support import data, row, xlsx

HEADER, ROWS = row("id", "city", "amount"), [row(str(number), f"Town {number}", f"{number}.5") for number in range(9)]


@pytest.mark.parametrize(
    ("above", "offer"),
    [
        ([row("Orders of 2026")], {"header": 2}),
        ([row("Orders of 2026"), row("as of November 27")], {"header": 3}),
        ([row("Orders of 2026"), "<row/>"], {"header": 3}),
    ],
)
def test_a_title_is_not_the_header(refusal: Refusal, ingest: Ingest, above: list[str], offer: dict[str, Any]) -> None:
    content = xlsx(data(*above, HEADER, *ROWS))
    refused = refusal(content, filename="x.xlsx")
    assert (refused.code, refused.extra["line"]) == ("uncertain_header", 1)
    assert [one["options"] for one in refused.extra["offers"]] == [offer]
    table, rows = ingest(content, filename="x.xlsx", **offer)
    assert [one.name for one in table.columns] == ["id", "city", "amount"]
    assert (len(rows), rows[0]) == (9, ["0", "Town 0", "0.5"])


def test_a_sheet_without_a_header_is_offered_as_one(refusal: Refusal) -> None:
    refused = refusal(xlsx(data(*ROWS)), filename="x.xlsx")
    assert refused.code == "uncertain_header"
    assert [one["options"] for one in refused.extra["offers"]] == [{"header": 0}]


@pytest.mark.parametrize("options", [{"header": 1}, {"header": 0}])
def test_what_a_person_says_is_not_doubted(ingest: Ingest, options: dict[str, Any]) -> None:
    assert ingest(xlsx(data(*ROWS)), filename="x.xlsx", **options)[1][-1] == ["8", "Town 8", "8.5"]


def test_a_plain_header_is_not_doubted(ingest: Ingest) -> None:
    table, rows = ingest(xlsx(data(HEADER, *ROWS)), filename="x.xlsx")
    assert (len(rows), table.warnings) == (9, [])
