"""What an object has is shown in the order of the schema's fields, in pages, files and the API."""

import pytest

from csv_batches.models import CsvBatch
from experiments.core.json_numbers import to_json
from tests.integration.comparison.support import FIELDS, two_batches
from tests.integration.web.support import browser, htmx, queue_url
from tests.support.api import Api

pytestmark = pytest.mark.django_db
PAGE = "/csv-batch/differences/"
ORDER = {
    "name": "order",
    "description": "",
    "type": "object",
    "required": True,
    "fields": [{"name": "number", "type": "string"}, {"name": "at", "type": "date"}],
}


@pytest.fixture
def both() -> tuple[CsvBatch, CsvBatch]:
    first, second = ({"order": {"number": number, "at": "2026-01-02"}} for number in ("A-1", "B-2"))
    return two_batches([first], [second], response_fields=[ORDER, *FIELDS])


def test_the_grid_a_row_and_the_file_of_a_comparison_have_it(both: tuple[CsvBatch, CsvBatch]) -> None:
    a, b = both
    ann, query = browser("ann"), f"?a={a.pk}&b={b.pk}"
    html = ann.get(PAGE + query).content.decode()
    assert '<span dir="auto">A-1 · 2026-01-02</span><span dir="auto">B-2 · 2026-01-02</span>' in html
    row = htmx(ann, f"{PAGE}row/0/{query}").content.decode()
    assert row.index("A-1") < row.index("2026-01-02")
    text = b"".join(ann.get(f"{PAGE}csv/{query}").streaming_content).decode()
    assert '{""number"": ""B-2"", ""at"": ""2026-01-02""}' in text


def test_the_api_has_it(both: tuple[CsvBatch, CsvBatch]) -> None:
    a, b = both
    [row] = Api.as_user("ann").get(f"/csv_batches/{a.pk}/compare", **{"with": str(b.pk)})["results"]
    assert to_json(row["b"]).startswith('{"order": {"number": "B-2", "at": "2026-01-02"}, "category": ')


def test_the_page_of_a_row_has_it(both: tuple[CsvBatch, CsvBatch]) -> None:
    html = browser("ann").get(queue_url(both[0], "row/0/")).content.decode()
    assert "<dt>number</dt><dd>A-1</dd><dt>at</dt>" in html
