"""Distributions of more fields than there is room for."""

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, assert_flawless
from tests.integration.web.support import batch_of, queue_url, row_of

NAMES = [f"field {number}" for number in range(24)]


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    fields = [{"name": name, "description": "", "type": "string", "required": True} for name in NAMES]
    batch = batch_of("ann", status="completed", response_fields=fields)
    for index in range(5):
        row_of(batch, index, "succeeded", result_payload=dict.fromkeys(NAMES, f"value {index}"))
    CsvBatch.objects.filter(pk=batch.pk).update(total=5, succeeded=5)
    return batch


@EVERY_LOOK
def test_what_they_are_of_is_seen_without_scrolling(open_page: Open, batch: CsvBatch, look: Look) -> None:
    page = open_page(queue_url(batch, "results/"), look)
    sentence = page.get_by_text("Of 5 rows with an answer")
    expect(sentence).to_be_visible()
    panel, shown = page.locator("#results").bounding_box(), sentence.bounding_box()
    assert panel
    assert shown
    assert shown["y"] + shown["height"] <= panel["y"] + panel["height"]
    assert_flawless(page)
