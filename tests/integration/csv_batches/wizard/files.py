"""Files as a browser sends them, and what the page says of them."""

import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import browser, user

NEW = "/csv-batch/new/"
MAILS = b"id,subject,body\n007,Late,\n008,,Where is it?\n"
LATIN = "id;Straße\n1;Größe\n".encode("cp1252")
RAGGED = b"a,b\n1,2\n3\n"


def ann() -> Client:
    return plain(browser("ann"))


def plain(client: Client) -> Client:
    """Tokens of forms are looked at elsewhere."""
    client.handler.enforce_csrf_checks = False
    return client


def send(client: Client, to: str, content: bytes, name: str = "mails.csv", **more: Any) -> Any:
    return client.post(to, {"file": SimpleUploadedFile(name, content, "text/csv"), **more})


def started(client: Client, content: bytes = MAILS, name: str = "mails.csv") -> CsvBatch:
    response = send(client, NEW, content, name)
    assert response.status_code == 302, text_of(response)
    batch: CsvBatch = CsvBatch.objects.get(created_by=user("ann"))
    assert response["Location"] == address(batch)
    return batch


def address(batch: CsvBatch, tail: str = "upload/") -> str:
    return f"/csv-batch/{batch.pk}/{tail}"


def text_of(response: Any) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def rows(batch: CsvBatch) -> list[list[str]]:
    return list(batch.rows.in_order().values_list("payload", flat=True))


def field(page: Any, name: str) -> str:
    """The value of a hidden field or of a text field."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page.content.decode())
    assert found, f"no field {name}"
    return unescape(found[1])
