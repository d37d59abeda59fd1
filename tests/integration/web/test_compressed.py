"""Pages are compressed for browsers that take it; files and the API's answers are sent as they are."""

import gzip

import pytest
from django.test import Client

from tests.integration.web.support import batch_of, queue_url, user

pytestmark = pytest.mark.django_db


def test_a_page_is_compressed_and_a_file_is_not() -> None:
    batch, client = batch_of("ann", ["succeeded"] * 20, status="completed"), Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(user("ann"))
    page = client.get(queue_url(batch))
    assert page["Content-Encoding"] == "gzip"
    assert b"answer 19" in gzip.decompress(page.content)
    assert "Content-Encoding" not in client.get(queue_url(batch, "export/?format=csv"))
    assert "Content-Encoding" not in client.get(f"/api/csv_batches/{batch.pk}")
    assert "Content-Encoding" not in Client().get("/login/"), "not asked for"
