"""Drafts in the states that the steps show."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping
from csv_batches.services import drafts
from tests.integration.web.support import user

CELLS = ("subject", "body", "Order no")


def draft(owner: str = "ann", names: Sequence[str] = CELLS, rows: int = 3, **values: Any) -> CsvBatch:
    """`rows` rows in which the cell of column `a` in row 2 is `a 2`."""
    batch = drafts.create(user=user(owner), values={"name": "Mails", "columns": mapping.new_columns(_named(names))})
    lines = [{"row_index": index, "row_payload": {name: f"{name} {index}" for name in names}} for index in range(rows)]
    drafts.insert_rows(batch_id=batch.pk, rows=lines)
    if values:
        drafts.update(batch_id=batch.pk, values=values)
    return stored(batch)


def _named(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def stored(batch: CsvBatch) -> CsvBatch:
    found: CsvBatch = CsvBatch.objects.get(pk=batch.pk)
    return found


def address(batch: CsvBatch, tail: str) -> str:
    return f"/csv-batch/{batch.pk}/{tail}"


def send(client: Client, batch: CsvBatch, tail: str, *, live: bool = False, **data: Any) -> Any:
    """Sends a form of the step; `live` as htmx does, whose `trigger` is the name of the field that changed."""
    page = client.get(address(batch, "prompt/" if tail.startswith("prompt") else "schema/"))
    assert page.status_code == 200
    trigger = data.pop("trigger", "")
    headers = {"HX-Request": "true", **({"HX-Trigger-Name": trigger} if trigger else {})} if live else {}
    token = client.cookies["csrftoken"].value
    return client.post(address(batch, tail), {"csrfmiddlewaretoken": token, **data}, headers=headers)


def html_of(response: HttpResponse) -> str:
    """The HTML with each tag on one line: templates have one attribute a line."""
    return re.sub(r"<[^>]*>", lambda tag: " ".join(tag[0].split()).replace(" >", ">"), response.content.decode())


def text_of(response: HttpResponse) -> str:
    """What a reader sees, in one line."""
    without_tags = re.sub(r"<[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", unescape(without_tags))
