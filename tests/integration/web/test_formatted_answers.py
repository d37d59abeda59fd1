"""Long texts of an answer are shown as they are written, and by their Markdown where somebody asks for it."""

import pytest

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, htmx, queue_url, row_of

pytestmark = pytest.mark.django_db
FIELDS = [
    {"name": "advice", "description": "", "type": "string", "required": True},
    {"name": "topic", "description": "", "type": "string", "required": True},
]
ADVICE = "## Pay\n\n**Now**, at [the desk](https://a.example).\n<script>alert(1)</script>"


@pytest.fixture
def batch() -> CsvBatch:
    made = batch_of("ann", status="completed", response_fields=FIELDS)
    row_of(made, 0, "succeeded", result_payload={"advice": ADVICE, "topic": "**bills**"})
    CsvBatch.objects.filter(pk=made.pk).update(total=1, succeeded=1)
    return made


@pytest.mark.parametrize("tail", ["row/0/", "row/0/page/"])
def test_a_page_has_it_as_written_and_a_link_to_it_formatted_and_back(batch: CsvBatch, tail: str) -> None:
    ann = browser("ann")
    html = ann.get(queue_url(batch, tail)).content.decode()
    assert "## Pay" in html
    assert "?formatted=1#how-1" in html
    assert "how-2" not in html, "a short text has none"
    html = ann.get(queue_url(batch, f"{tail}?formatted=1")).content.decode()
    assert '<p class="h">Pay</p>' in html
    assert '<strong>Now</strong>, at <a href="https://a.example" rel="noopener nofollow">the desk</a>' in html
    assert "&lt;script&gt;alert(1)" in html
    assert "**bills**" in html
    assert "As written" in html


def test_the_pane_changes_in_its_place(batch: CsvBatch) -> None:
    html = htmx(browser("ann"), queue_url(batch, "row/0/?formatted=1")).content.decode()
    assert '<p class="h">Pay</p>' in html
    assert f'hx-get="{queue_url(batch, "row/0/")}?"' in html
