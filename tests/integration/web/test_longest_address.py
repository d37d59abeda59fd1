"""A page that polls names all that it shows in the address: the web server takes addresses of that length."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from config import gunicorn
from tests.integration.web.support import batch_of, browser, queue_url
from tests.integration.web.test_polling import tokens

pytestmark = pytest.mark.django_db

GUNICORN_DEFAULT = 4094


def test_with_a_full_page_a_full_rail_and_a_long_value_of_a_filter() -> None:
    choice = "長" * 400
    fields = [{"name": "category", "description": "", "type": "string", "required": True, "choices": [choice]}]
    batch = batch_of("ann", ["queued"] * 60, response_fields=fields)
    for index in range(12):
        batch_of("ann", name=f"Batch {index}")
    batch.rows.update(status="succeeded", result_payload={"category": choice})
    query = urlencode({"field": "category", "value": choice})
    html = browser("ann").get(queue_url(batch, f"?{query}")).content.decode()
    polled = unescape(re.search(r'id="live" hx-get="([^"]+)"', html)[1])  # type: ignore[index]
    line = f"GET {polled}&{urlencode([('has', token) for token in tokens(html)])} HTTP/1.1"
    assert GUNICORN_DEFAULT < len(line) <= gunicorn.limit_request_line
