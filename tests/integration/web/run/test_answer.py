"""An answer on the page of its run: fields in the order of the schema, lists as tags."""

import re

import pytest

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, row_of, run_for

pytestmark = pytest.mark.django_db
FIELDS = [
    {"name": "summary", "description": "", "type": "string", "required": True},
    {"name": "tags", "description": "", "type": "list", "items": {"type": "string"}, "required": True},
    {"name": "a", "description": "", "type": "boolean", "required": True},
]


def test_fields_have_the_order_of_the_schema_and_lists_are_tags() -> None:
    batch: CsvBatch = batch_of("ann", response_fields=FIELDS)
    answer = {"a": True, "tags": ["late", "lost"], "summary": "Lost."}
    run_for(row_of(batch, 0, "succeeded"), final={"status": "ok", "response_payload": answer})
    html = browser("ann").get("/runs/trace-1/").content.decode()
    assert re.findall(r"<dt>(summary|tags|a)</dt>", html) == ["summary", "tags", "a"]
    assert '<span class="tag">late</span><span class="tag">lost</span>' in html


def test_a_run_without_an_answer_says_so() -> None:
    run_for(row_of(batch_of("ann"), 0, "failed"), final={"status": "error", "error": "no"})
    assert "No answer." in browser("ann").get("/runs/trace-1/").content.decode()
