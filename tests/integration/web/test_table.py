"""The table of rows: columns, filters, search, pages."""

import re
from typing import Any

import pytest

from tests.integration.web.support import COLUMNS, batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


def shown(batch: Any, tail: str = "") -> list[int]:
    html = browser("ann").get(queue_url(batch, tail)).content.decode()
    return [int(index) for index in re.findall(r'<tr id="r(\d+)"', html)]


def headings(batch: Any) -> list[str]:
    head = browser("ann").get(queue_url(batch)).content.decode().partition("<thead")[2].partition("</thead>")[0]
    return re.findall(r'(?:class="cut"[^>]*|<div class="ch"><span)>([^<>]+)</', head)


def test_mapped_columns_and_all_response_fields_are_shown() -> None:
    fields = [{"name": name, "description": "", "type": "string", "required": True} for name in "abcdefgh"]
    batch = batch_of("ann", ["succeeded"], response_fields=fields)
    assert headings(batch) == ["Row", "Status", "subject", "body", *"abcdefgh"]


def test_before_any_column_is_mapped_the_first_three_are_shown() -> None:
    columns = [{**COLUMNS[0], "name": name} for name in "abcd"]
    batch = batch_of("ann", columns=columns, response_fields=[], status="draft")
    assert headings(batch) == ["Row", "Status", "a", "b", "c", "Answer"]


def test_a_long_cell_is_cut_in_the_table() -> None:
    batch = batch_of("ann", ["queued"])
    batch.rows.update(payload=["0", "x" * 5000, ""])
    html = browser("ann").get(queue_url(batch)).content.decode()
    assert "x" * 160 in html
    assert "x" * 161 not in html


def test_filters_by_status_error_code_and_text() -> None:
    batch = batch_of("ann", ["failed", "succeeded", "queued", "failed"])
    batch.rows.filter(row_index=3).update(error_code="schema_mismatch")
    assert shown(batch, "?status=failed") == [0, 3]
    assert shown(batch, "?error_code=schema_mismatch") == [3]
    assert shown(batch, "?search=subject 2") == [2]
    assert shown(batch, "?search=answer 1&status=succeeded") == [1]


def test_the_legend_counts_statuses_and_reasons() -> None:
    batch = batch_of("ann", ["failed", "succeeded"])
    html = browser("ann").get(queue_url(batch, "?status=failed")).content.decode()
    assert re.search(r'href="[^"]*\?status=failed" aria-current="true"><svg.*?</svg>Failed <b>1</b>', html)
    assert re.search(r'href="[^"]*\?error_code=timeout">Timed out<span class="end"> ?1</span>', html)


@pytest.mark.parametrize(
    "tail", ["?status=odd", "?after=x", "?before=-1", "?search=%00", "?error_code=%27--", "?after="]
)
def test_filters_that_make_no_sense_are_left_out(tail: str) -> None:
    assert shown(batch_of("ann", ["queued", "queued"]), tail) == [0, 1]


def test_no_match_says_so_and_leads_back() -> None:
    batch = batch_of("ann", ["queued"])
    html = browser("ann").get(queue_url(batch, "?search=nowhere")).content.decode()
    assert "No row matches." in html
    assert f'<a href="{queue_url(batch)}">Show all rows</a>' in html


def test_pages_go_on_and_back_by_row_index() -> None:
    batch = batch_of("ann", ["queued"] * 120)
    assert shown(batch) == list(range(50))
    assert shown(batch, "?after=49") == list(range(50, 100))
    assert shown(batch, "?after=99") == list(range(100, 120))
    assert shown(batch, "?before=100") == list(range(50, 100))
    assert shown(batch, "?before=20") == list(range(50)), "a short page back is filled up from the start"


def test_links_lead_to_the_pages_that_there_are() -> None:
    batch, client = batch_of("ann", ["queued"] * 60), browser("ann")
    first, last = (client.get(queue_url(batch, tail)).content.decode() for tail in ("", "?after=49"))
    assert "?after=49" in first
    assert "page-previous" not in first
    assert "?before=50" in last
    assert "page-next" not in last


def test_a_failed_row_shows_its_sentence() -> None:
    assert "Row 0 took too long." in browser("ann").get(queue_url(batch_of("ann", ["failed"]))).content.decode()


def test_a_response_field_that_is_called_like_a_column_has_the_name_of_the_export() -> None:
    fields = [{"name": "subject", "description": "", "type": "string", "required": True}]
    shown_names = headings(batch_of("ann", ["succeeded"], response_fields=fields))
    assert shown_names[2:5] == ["subject", "body", "response.subject"]


@pytest.mark.parametrize(
    ("tail", "current"),
    [
        ("", True),
        ("?after=0", True),
        ("?status=failed", False),
        ("?search=subject", False),
        ("?field=category&value=billing", False),
        ("?search=subject&status=failed", False),
    ],
)
def test_all_is_marked_where_nothing_is_filtered(tail: str, current: bool) -> None:
    html = browser("ann").get(queue_url(batch_of("ann", ["failed", "succeeded"]), tail)).content.decode()
    assert bool(re.search(r'id="chip-all"[^>]* aria-current="true"', html)) is current
