"""A file makes a draft; one that is refused makes none, and is kept until its owner decides."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook

from csv_batches.models import CsvBatch, Upload
from tests.integration.csv_batches.wizard.files import (
    LATIN,
    MAILS,
    NEW,
    RAGGED,
    ann,
    field,
    plain,
    rows,
    send,
    started,
    text_of,
)
from tests.integration.web.support import browser, htmx

pytestmark = pytest.mark.django_db


def test_the_draft_is_named_after_the_file() -> None:
    batch = started(ann(), name="support week 46.csv")
    assert (batch.name, batch.dataset_name, batch.status) == ("support week 46", "support week 46.csv", "draft")
    assert rows(batch) == [["007", "Late", ""], ["008", "", "Where is it?"]]
    assert [facts["empty"] for facts in batch.column_facts] == [0, 1, 1]
    # Nothing is written to the network unless somebody chooses so.
    assert batch.schema_mode == "batch"


def test_a_file_in_another_encoding_makes_none_until_its_encoding_is_chosen() -> None:
    client = ann()
    refused = send(client, NEW, LATIN)
    assert not CsvBatch.objects.exists()
    page = client.get(refused["Location"])
    assert "line 1" in text_of(page)
    assert "1;Größe" in text_of(page)
    key = field(page, "upload")
    chosen = client.post(NEW, {"upload": key, "encoding": "cp1252"})
    batch = CsvBatch.objects.get()
    assert chosen["Location"] == f"/csv-batch/{batch.pk}/upload/"
    assert (rows(batch), batch.name, batch.encoding) == ([["1", "Größe"]], "mails", "cp1252")
    assert not Upload.objects.exists()
    assert Path(batch.source.path).read_bytes() == LATIN


def test_where_the_choice_does_not_help_either_it_says_so_and_keeps_the_file() -> None:
    client = ann()
    first = send(client, NEW, RAGGED)["Location"]
    assert "line 3" in text_of(client.get(first))
    again = client.post(NEW, {"upload": field(client.get(first), "upload"), "header": "0"})
    assert again["Location"] == first
    assert "the first row has 2" in text_of(client.get(first))
    unknown = client.post(NEW, {"upload": field(client.get(first), "upload"), "encoding": "klingon"})
    assert unknown.status_code == 400
    assert "is not an encoding that is known here" in text_of(unknown)
    assert (CsvBatch.objects.count(), Upload.objects.count()) == (0, 1)


def test_short_rows_are_filled_at_a_click() -> None:
    client = ann()
    page = client.get(send(client, NEW, RAGGED)["Location"])
    client.post(NEW, {"upload": field(page, "upload"), "ragged": "pad"})
    batch = CsvBatch.objects.get()
    assert rows(batch) == [["1", "2"], ["3", ""]]
    assert "Line 3:" in text_of(client.get(f"/csv-batch/{batch.pk}/upload/"))


def test_the_header_is_found_at_a_click_on_what_is_offered() -> None:
    client = ann()
    page = client.get(send(client, NEW, b"Export of May\n\nid;subject;score\n1;Late;7\n2;Refund;9\n")["Location"])
    assert ("Nothing was saved." in text_of(page), field(page, "header")) == (True, "3")
    client.post(NEW, {"upload": field(page, "upload"), "header": field(page, "header")})
    batch = CsvBatch.objects.get()
    assert (rows(batch), batch.column_names) == (
        [["1", "Late", "7"], ["2", "Refund", "9"]],
        ["id", "subject", "score"],
    )


def test_a_sheet_is_chosen_among_those_of_a_workbook() -> None:
    book = Workbook()
    book.active.title = "Mails"
    book.active.append(["subject"])
    book.active.append(["Late"])
    book.create_sheet("Prices").append(["price"])
    book["Prices"].append(["007"])
    content = BytesIO()
    book.save(content)
    client = ann()
    batch = started(client, content.getvalue(), "book.xlsx")
    page = client.get(f"/csv-batch/{batch.pk}/upload/").content.decode()
    for choice in ("Auto (Mails)", '<option value="Prices">Prices</option>'):
        assert choice in page
    client.post(f"/csv-batch/{batch.pk}/upload/options/", {"sheet": "Prices"})
    assert rows(batch) == [["007"]]


def test_long_rows_cannot_be_filled() -> None:
    client = ann()
    page = client.get(send(client, NEW, b"a,b\n1,2,3\n")["Location"])
    assert '<input type="hidden" name="ragged" value="pad">' not in page.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"PK\x03\x04" + b"xl/" * 20, "This is an Excel workbook"), (b"\n\n", "blank")],
)
def test_what_no_choice_can_help_is_not_kept(content: bytes, words: str) -> None:
    response = send(ann(), NEW, content)
    assert response.status_code == 400
    assert words in text_of(response)
    assert not Upload.objects.exists()


def test_one_that_is_too_large_is_told_the_limit(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 20
    response = send(ann(), NEW, MAILS)
    assert response.status_code == 413
    assert "The limit is 20" in text_of(response)
    assert not CsvBatch.objects.exists()


def test_without_a_file_it_asks_for_one() -> None:
    response = ann().post(NEW)
    assert (response.status_code, "Choose a file first." in text_of(response)) == (400, True)


def test_it_can_be_let_go(django_capture_on_commit_callbacks: Any) -> None:
    client = ann()
    page = client.get(send(client, NEW, LATIN)["Location"])
    upload = Upload.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/csv-batch/new/discard/", {"upload": field(page, "upload")})
    assert (response["Location"], Upload.objects.count()) == (NEW, 0)
    assert not Path(upload.file.path).exists()


def test_a_new_one_takes_its_place() -> None:
    client = ann()
    page = client.get(send(client, NEW, LATIN)["Location"])
    send(client, NEW, MAILS, upload=field(page, "upload"))
    assert (CsvBatch.objects.count(), Upload.objects.count()) == (1, 0)


def test_nobody_else_sees_it_or_can_use_it() -> None:
    there = send(ann(), NEW, LATIN)["Location"]
    key = str(Upload.objects.get().pk)
    eve = plain(browser("eve", is_staff=True))
    assert "Größe" not in text_of(eve.get(there))
    assert eve.post(NEW, {"upload": key, "encoding": "cp1252"}).status_code == 400
    eve.post("/csv-batch/new/discard/", {"upload": key})
    assert (CsvBatch.objects.count(), Upload.objects.count()) == (0, 1)
    assert Client().get(there).status_code == 302


def test_htmx_is_sent_to_the_draft_as_a_whole_page() -> None:
    client = ann()
    client.defaults["HTTP_HX_REQUEST"] = "true"
    response = send(client, NEW, MAILS)
    assert response["HX-Redirect"] == f"/csv-batch/{CsvBatch.objects.get().pk}/upload/"
    refused = send(client, NEW, b"")
    assert (refused.status_code, "The file is empty" in text_of(refused)) == (200, True)


def test_the_list_leads_there() -> None:
    for page in ("/csv-batch/", "/csv-batch/new/"):
        assert ann().get(page).status_code == 200
    assert f'href="{NEW}"' in ann().get("/csv-batch/").content.decode()
    assert htmx(ann(), NEW).status_code == 200
