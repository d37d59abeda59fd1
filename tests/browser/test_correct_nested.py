"""Lists and objects of an answer are corrected as chips, fields and rows: with the mouse, and with keys alone."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, sticking_out, violations
from tests.integration.web.support import batch_of, queue_url, row_of

ANSWER = {
    "tags": ["late", "broken"],
    "vendor": {"name": "Größe", "since": "2026-01-31", "fax": None, "own": {"kept": Decimal("12345678901234567.890")}},
    "lines": [{"sku": "A-1", "quantity": 2}, {"sku": "B-2", "quantity": 3, "gift": True}],
    "paid_at": "2026-01-31T12:30:00Z",
    "urgent": None,
    "note": None,
}


def field(name: str, kind: str, *, required: bool = True, nullable: bool = False, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": "", "required": required, "nullable": nullable, **more}


FIELDS = [
    field("tags", "list", items={"type": "string"}, max_items=3),
    field(
        "vendor",
        "object",
        fields=[
            field("name", "string"),
            field("since", "date"),
            field("fax", "string", nullable=True),
            field("size", "string", required=False, choices=["small", "large"]),
        ],
    ),
    field(
        "lines",
        "list",
        items={
            "type": "object",
            "fields": [
                field("sku", "string"),
                field("quantity", "integer", minimum=1),
                field("gift", "boolean", required=False),
            ],
        },
    ),
    field("paid_at", "date-time"),
    field("urgent", "boolean", nullable=True),
    field("note", "string", required=False, nullable=True),
]


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    made = batch_of("ann", status="completed")
    made.set_response_fields(FIELDS)
    made.save()
    row_of(made, 0, "succeeded", result_payload=ANSWER)
    CsvBatch.objects.filter(pk=made.pk).update(total=1, succeeded=1, queued=0, running=0, failed=0)
    return made


@pytest.fixture
def page(open_page: Open, batch: CsvBatch) -> Page:
    page = open_page(queue_url(batch, "row/0/"))
    page.locator("#row-correct").click()
    return page


def stored(batch: CsvBatch) -> Any:
    return batch.rows.get(row_index=0).corrected_payload


def label(page: Page, name: str) -> Locator:
    return page.locator("#correct").get_by_label(name, exact=True)


def test_with_the_mouse(page: Page, batch: CsvBatch) -> None:
    page.get_by_role("button", name="Remove late").click()
    label(page, "Add to tags").fill("lost")
    label(page, "vendor since").fill("2026-02-01")
    label(page, "Value or not: vendor fax").select_option("Value")
    label(page, "lines 1 quantity").fill("0")
    page.get_by_role("button", name="Move lines 2 up").click()
    page.get_by_role("button", name="Add a row to lines").click()
    label(page, "lines 3 sku").fill("C-3")
    label(page, "lines 3 quantity").fill("many")
    page.get_by_role("button", name="Save correction").click()

    entries = page.locator(".entries > .entry")
    expect(entries.nth(1).get_by_text("not at least 1")).to_be_visible()
    expect(entries.nth(2).get_by_text("not a whole number")).to_be_visible()
    expect(label(page, "lines 2 quantity")).to_have_attribute("aria-invalid", "true")
    assert stored(batch) is None

    label(page, "lines 2 quantity").fill("7")
    page.get_by_role("button", name="Remove lines 3").click()
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_role("heading", name="Answer, corrected")).to_be_visible()
    assert stored(batch) == {
        **ANSWER,
        "tags": ["broken", "lost"],
        "vendor": {**ANSWER["vendor"], "since": "2026-02-01", "fax": ""},  # type: ignore[dict-item]
        "lines": [{"sku": "B-2", "quantity": 3, "gift": True}, {"sku": "A-1", "quantity": 7}],
    }


def test_with_the_keyboard_alone(page: Page, batch: CsvBatch) -> None:
    keys = page.keyboard
    label(page, "Add to tags").focus()
    keys.press("Backspace")
    for text in ("lost", "found"):
        keys.type(text)
        keys.press("Enter")
    expect(page.locator(".chip-in")).to_have_text(["late✕", "lost✕", "found✕"])
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.locator(".chip-in")).to_have_text(["late✕", "lost✕"])

    label(page, "Value or not: vendor size").focus()
    keys.type("Value")
    keys.press("Tab")
    keys.type("large")
    page.get_by_role("button", name="Add a row to lines").focus()
    keys.press("Enter")
    keys.type("C-3")
    keys.press("Tab")
    keys.type("5")
    page.get_by_role("button", name="Remove lines 1").focus()
    keys.press("Enter")
    page.get_by_role("button", name="Move lines 1 down").focus()
    keys.press("Enter")
    label(page, "urgent").focus()
    keys.type("true")
    keys.press("Control+Enter")
    expect(page.get_by_role("heading", name="Answer, corrected")).to_be_visible()
    assert stored(batch) == {
        **ANSWER,
        "tags": ["late", "lost"],
        "vendor": {**ANSWER["vendor"], "size": "large"},  # type: ignore[dict-item]
        "lines": [{"sku": "C-3", "quantity": 5}, {"sku": "B-2", "quantity": 3, "gift": True}],
        "urgent": True,
    }


def test_null_left_out_and_an_empty_text_are_told_apart(page: Page, batch: CsvBatch) -> None:
    for choice, kept in (("Value", {"note": ""}), ("Left out", {}), ("null", {"note": None})):
        label(page, "Value or not: note").select_option(choice)
        page.get_by_role("button", name="Save correction").click()
        expect(page.locator("#correct")).not_to_have_attribute("open", "")
        rest = {name: value for name, value in ANSWER.items() if name != "note"}
        assert stored(batch) == {**rest, **kept}
        page.locator("#row-correct").click()


def test_as_json_with_the_place_of_an_error(page: Page, batch: CsvBatch) -> None:
    page.get_by_role("button", name="As JSON: vendor").click()
    area = page.locator("textarea[name=answer1]")
    area.fill('{"name": "x",\n "own": [1, tru]}')
    page.get_by_role("button", name="As fields: vendor").click()
    expect(page.get_by_text("Line 2, column 13: expected a value, in “own[1]”.")).to_be_visible()
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text('Line 2, column 13: this isn’t JSON: Expecting value, in "own[1]".')).to_be_visible()
    area.fill('{"name": "x", "since": "2026-01-01", "fax": "1"}')
    page.get_by_role("button", name="As fields: vendor").click()
    expect(label(page, "vendor fax")).to_have_value("1")
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_role("heading", name="Answer, corrected")).to_be_visible()
    assert stored(batch) == {**ANSWER, "vendor": {"name": "x", "since": "2026-01-01", "fax": "1"}}


def test_the_whole_answer_as_json(page: Page, batch: CsvBatch) -> None:
    page.get_by_text("Edit as JSON").click()
    whole = label(page, "Answer as JSON")
    whole.fill(whole.input_value().replace('"quantity": 3', '"quantity": 0'))
    page.get_by_role("button", name="Save JSON").click()
    expect(page.get_by_text("lines[1].quantity")).to_be_visible()
    whole.fill(whole.input_value().replace('"quantity": 0', '"quantity": 9'))
    page.get_by_role("button", name="Save JSON").click()
    expect(page.get_by_role("heading", name="Answer, corrected")).to_be_visible()
    assert stored(batch)["lines"][1] == {"sku": "B-2", "quantity": 9, "gift": True}


def test_without_scripts_a_list_has_a_line_for_each(plain_page: Open, batch: CsvBatch) -> None:
    page = plain_page(queue_url(batch, "row/0/"))
    page.locator("#row-correct").click()
    label(page, "tags").fill("one\ntwo")
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_role("heading", name="Answer, corrected")).to_be_visible()
    assert stored(batch) == {**ANSWER, "tags": ["one", "two"]}


@EVERY_LOOK
def test_it_is_accessible_and_fits(open_page: Open, batch: CsvBatch, look: Look) -> None:
    page = open_page(queue_url(batch, "row/0/"), look)
    page.locator("#row-correct").click()
    label(page, "lines 1 quantity").fill("0")
    page.get_by_role("button", name="Save correction").click()
    expect(page.locator(".entry").first.get_by_text("not at least 1")).to_be_visible()
    assert violations(page) == []
    assert sticking_out(page) == []
