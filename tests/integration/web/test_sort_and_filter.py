"""The heads of columns sort and filter, by links and forms; what is shown is what is exported."""

import re
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import FIELDS, batch_of, browser, queue_url, row_of

pytestmark = pytest.mark.django_db
TOPICS = ["billing", "praise", "bug", "billing", "other"]


@pytest.fixture
def batch() -> CsvBatch:
    """Five answers with topic and score, and a row without one."""
    fields = [{**FIELDS[0], "choices": [*dict.fromkeys(TOPICS)]}, {**FIELDS[0], "name": "score", "type": "integer"}]
    fields.append({**FIELDS[0], "name": "note"})
    batch = batch_of("ann", ["succeeded"] * 5, status="completed", response_fields=fields)
    for index, topic in enumerate(TOPICS):
        answer = {"category": topic, "score": 10 * index, "note": f"Refund {index}" if index % 2 else ""}
        batch.rows.filter(row_index=index).update(result_payload=answer)
    row_of(batch, 5, "failed")
    CsvBatch.objects.filter(pk=batch.pk).update(total=6, failed=1)
    return batch


def page(batch: CsvBatch, tail: str = "", client: Client | None = None) -> str:
    return (client or browser("ann")).get(queue_url(batch, tail)).content.decode()


def shown(batch: CsvBatch, tail: str) -> list[int]:
    return [int(index) for index in re.findall(r'<tr id="r(\d+)"', page(batch, tail))]


def link(html: str, of: str) -> str:
    found = re.search(rf'id="{of}"[^>]*href="([^"]*)"', html)
    assert found, of
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("tail", "rows"),
    [
        ("?sort=-field.score", [4, 3, 2, 1, 0, 5]),
        ("?sort=-row_index", [5, 4, 3, 2, 1, 0]),
        ("?sort=column.subject&field.category=billing", [0, 3]),
        ("?from.field.score=10&to.field.score=30", [1, 2, 3]),
        ("?from.field.score=&to.field.score=10", [0, 1]),
        ("?pick.field.category=bug&pick.field.category=praise", [1, 2]),
        ("?pick.field.category=billing&not=1", [1, 2, 4]),
        ("?text.field.note=REFUND", [1, 3]),
        ("?blank.field.note=1", [0, 2, 4]),
        ("?text.column.subject=subject 5", [5]),
        ("?text.field.note=&from.field.score=&to.field.score=", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_an_address_sorts_and_filters(batch: CsvBatch, tail: str, rows: list[int]) -> None:
    assert shown(batch, tail) == rows


def test_the_name_of_a_column_sorts_up_then_down_then_not(batch: CsvBatch) -> None:
    client, address = browser("ann"), link(page(batch), "sort-a1")
    assert address.endswith("?sort=field.score")
    up = client.get(address).content.decode()
    assert re.search(r'aria-sort="ascending"[^>]*> ?<div class="ch">.{0,300}id="sort-a1"', up)
    assert link(up, "sort-a1").endswith("?sort=-field.score")
    assert link(page(batch, "?sort=-field.score"), "sort-a1") == queue_url(batch)


def test_each_filter_is_a_chip_that_removes_it_alone(batch: CsvBatch) -> None:
    html = page(batch, "?field.score=10..&contains.note=refund&sort=-field.score")
    assert "score 10 or more" in html
    assert "note contains refund" in html
    removes = re.search(r'href="([^"]*)" aria-label="Remove filter: score 10 or more"', html)
    assert removes
    assert removes[1].endswith("?sort=-field.score&amp;contains.note=refund")


def test_what_is_shown_is_exported_in_its_order(batch: CsvBatch) -> None:
    client = browser("ann")
    html = page(batch, "?sort=-field.score&field.score=10..", client)
    file = client.get(link(html, "export-csv"))
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["00004", "00003", "00002", "00001"]


def test_the_page_beside_it_goes_on_in_the_order() -> None:
    fields = [{**FIELDS[0], "name": "score", "type": "integer"}]
    batch = batch_of("ann", ["succeeded"] * 60, status="completed", response_fields=fields)
    for index in range(60):
        batch.rows.filter(row_index=index).update(result_payload={"score": index})
    client, first = browser("ann"), page(batch, "?sort=-field.score")
    assert shown(batch, "?sort=-field.score") == list(range(59, 9, -1))
    second = client.get(link(first, "page-next")).content.decode()
    assert re.findall(r'<tr id="r(\d+)"', second) == [str(index) for index in range(9, -1, -1)]
    back = client.get(link(second, "page-previous")).content.decode()
    assert re.findall(r'<tr id="r(\d+)"', back)[0] == "59"
    last = client.get(link(first, "page-last")).content.decode()
    assert re.findall(r'<tr id="r(\d+)"', last)[-1] == "0"


def test_a_poll_keeps_the_rows_that_are_shown_in_their_order(batch: CsvBatch) -> None:
    client = browser("ann")
    html = page(batch, "?sort=-field.score", client)
    has = re.findall(r'name="has" value="([^"]+)"', html)
    batch.rows.filter(row_index=2).update(corrected_payload={"category": "bug", "score": 99, "note": ""})
    query = {"sort": "-field.score", "has": has}
    answer = client.get(queue_url(batch), query, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r'<tr id="r(\d+)"', answer) == ["2"]
    assert 'id="rows"' not in answer


@pytest.mark.parametrize("tail", ["?sort=field.nowhere", "?sort=odd", "?field.nowhere=1", "?from.field.score=many"])
def test_what_cannot_be_asked_is_said_in_a_sentence(batch: CsvBatch, tail: str) -> None:
    html = page(batch, tail)
    assert re.search(r"Rows have no odd|There is no response field nowhere|score cannot be “many", html)
    assert not shown(batch, tail)


def test_the_menu_of_a_column_has_its_choices_and_a_range_without_javascript(batch: CsvBatch) -> None:
    html = page(batch, "?field.score=10..30&field.category=bug")
    menu = html.partition('id="menu-a0"')[2].partition("</form>")[0]
    assert re.findall(r'name="pick.field.category" value="(\w+)"', menu) == ["billing", "praise", "bug", "other"]
    assert re.search(r'value="bug" autocomplete="off" checked', menu)
    assert '<input type="hidden" name="field.score" value="10..30">' in menu
    ranged: Any = html.partition('id="menu-a1"')[2].partition("</form>")[0]
    assert re.search(r'name="from.field.score" value="10"', ranged)
    assert re.search(r'name="to.field.score" value="30"', ranged)


def test_neighbours_of_an_open_row_are_those_of_the_order(batch: CsvBatch) -> None:
    html = page(batch, "row/3/?sort=-field.score")
    assert link(html, "row-previous").startswith(queue_url(batch, "row/4/"))
    assert link(html, "row-next").startswith(queue_url(batch, "row/2/"))
