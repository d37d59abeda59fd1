"""The upload of a draft: what was found out, and how to say otherwise."""

from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch, Upload
from tests.integration.csv_batches.wizard.files import LATIN, RAGGED, address, ann, plain, rows, send, started, text_of
from tests.integration.web.support import batch_of, browser

pytestmark = pytest.mark.django_db


def again(client: Any, batch: CsvBatch, **options: str) -> Any:
    return client.post(address(batch, "upload/options/"), options)


def test_it_shows_rows_warnings_and_what_was_found_out() -> None:
    client = ann()
    page = text_of(client.get(address(started(client, b"a;a;\n1;2;3\n"))))
    for words in (
        "1 row, 3 columns",
        "Auto (UTF-8)",
        "Auto (semicolon)",
        "Auto (line 1)",
        "Line 1:",
        "a (2)",
        "column 3",
    ):
        assert words in page


def test_an_override_reads_the_file_again() -> None:
    client = ann()
    batch = started(client, b"a,b\n1,2\n")
    assert again(client, batch, header="0").status_code == 302
    assert rows(batch) == [["a", "b"], ["1", "2"]]
    again(client, batch, header="1", delimiter="other", own_delimiter="^")
    assert rows(batch) == [["1,2"]]


def test_one_that_does_not_fit_changes_nothing_and_stays_chosen() -> None:
    client = ann()
    batch = started(client)
    before = rows(batch)
    refused = again(client, batch, encoding="utf-16", header="1")
    assert "Couldn’t read mails.csv" in text_of(refused)
    assert '<option value="utf-16" selected>' in refused.content.decode()
    assert rows(batch) == before
    unknown = again(client, batch, encoding="klingon")
    assert (unknown.status_code, "“klingon” is not an encoding" in text_of(unknown)) == (400, True)


def test_every_option_is_chosen_on_the_page_and_stays_chosen() -> None:
    client = ann()
    batch = started(client, b"a;b\n1;2\n")
    chosen = {"header": "other", "own_header": "3", "quote": "none", "comment": "#", "trim": "1", "row_names": "1"}
    send(client, address(batch), b"Export\n# x\nb;c\n1;2;3\n4;5;6\n")
    again(client, batch, **chosen)
    page = client.get(address(batch)).content.decode()
    assert rows(batch) == [["1", "2", "3"], ["4", "5", "6"]]
    for control in ('value="3"', '<option value="none" selected>', 'value="#"', '<details class="more-opts" open>'):
        assert control in page, control
    assert page.count("checked") == 2


def test_a_value_that_cannot_be_is_said_beside_the_options() -> None:
    client = ann()
    batch = started(client)
    for name, value in (("header", "x"), ("header_rows", "0"), ("comment", " "), ("quote", "ab")):
        refused = again(client, batch, **{name: value})
        assert (refused.status_code, f'id="read-{name}"' in refused.content.decode()) == (400, True)
        assert "is" in text_of(refused)
    assert rows(batch)[0] == ["007", "Late", ""]


def test_what_was_left_out_is_counted_with_a_link_here_in_the_review_and_in_the_queue() -> None:
    client = ann()
    batch = started(client, b"a,b\n1,2\n3,4\n")
    send(client, address(batch), b"a,b\n1,2\n3,4,5\n", "long.csv")
    again(client, batch, ragged="skip")
    batch.refresh_from_db()
    assert (rows(batch), batch.reject_count) == ([["1", "2"]], 1)
    page = client.get(address(batch))
    assert "1 unreadable row left out" in text_of(page)
    link = address(batch, "rejects.csv")
    assert link in page.content.decode()
    assert b"3,4,5" in client.get(link).getvalue()
    assert plain(browser("eve")).get(link).status_code == 404
    assert "1 unreadable row" in text_of(client.get(address(batch, "review/")))
    assert "1 unreadable row left out" in text_of(client.get(f"/csv-batch/{batch.pk}/"))


def test_another_file_takes_the_place_of_the_first() -> None:
    client = ann()
    batch = started(client)
    assert send(client, address(batch), b"id,more\n1,2\n", "other.csv")["Location"] == address(batch)
    batch.refresh_from_db()
    assert (rows(batch), batch.source_name, batch.dataset_name) == ([["1", "2"]], "other.csv", "other.csv")
    assert batch.name == "mails"


def test_a_refused_one_is_kept_beside_the_rows_of_before() -> None:
    client = ann()
    batch = started(client)
    before = rows(batch)
    send(client, address(batch), LATIN, "latin.csv")
    page = text_of(client.get(address(batch)))
    assert "Couldn’t read latin.csv: line 1" in page
    assert "The draft keeps its 2 rows." in page
    assert rows(batch) == before
    again(client, batch, encoding="cp1252")
    batch.refresh_from_db()
    assert (rows(batch), batch.source_name) == ([["1", "Größe"]], "latin.csv")
    assert not Upload.objects.exists()


def test_a_refused_one_can_be_given_up() -> None:
    client = ann()
    batch = started(client)
    send(client, address(batch), RAGGED, "ragged.csv")
    client.post(address(batch, "upload/discard/"))
    assert "Couldn’t read" not in text_of(client.get(address(batch)))
    batch.refresh_from_db()
    assert (rows(batch)[0], batch.source_name) == (["007", "Late", ""], "mails.csv")


def test_names_change_and_can_be_taken_back() -> None:
    client = ann()
    batch = started(client)
    client.post(address(batch, "upload/names/"), {"name": "Week 46", "dataset_name": "Mails"})
    batch.refresh_from_db()
    assert (batch.name, batch.dataset_name, batch.source_name) == ("Week 46", "Mails", "mails.csv")
    client.post(address(batch, "undo/"))
    batch.refresh_from_db()
    assert (batch.name, batch.dataset_name) == ("mails", "mails.csv")


def test_a_batch_has_a_name() -> None:
    client = ann()
    batch = started(client)
    refused = client.post(address(batch, "upload/names/"), {"name": " ", "dataset_name": "Mails"})
    assert refused["Location"] == address(batch, "map/")
    assert "A batch needs a name" in text_of(client.get(address(batch)))
    batch.refresh_from_db()
    assert batch.name == "mails"


def test_a_name_that_a_person_chose_stays_with_another_file() -> None:
    client = ann()
    batch = started(client)
    client.post(address(batch, "upload/names/"), {"name": "mails", "dataset_name": "Week 46"})
    send(client, address(batch), b"a\n1\n", "other.csv")
    batch.refresh_from_db()
    assert (batch.dataset_name, batch.source_name) == ("Week 46", "other.csv")


def test_many_columns_come_in_parts() -> None:
    client = ann()
    head = ",".join(f"c{number}" for number in range(1, 251))
    batch = started(client, f"{head}\n{head}\n".encode())
    first, last = text_of(client.get(address(batch))), text_of(client.get(f"{address(batch)}?from=201"))
    assert ("Columns 1 to 100 of 250." in first, " c101 " in first) == (True, False)
    assert ("Columns 201 to 250 of 250." in last, " c250 " in last) == (True, True)


def test_a_long_cell_says_how_long_it_is() -> None:
    client = ann()
    batch = started(client, b"a\n" + b"x" * 1200 + b"\n")
    assert "… 1,000 more characters" in text_of(client.get(address(batch)))


def test_while_it_is_read_the_page_asks_again_and_then_no_more() -> None:
    client = ann()
    batch = started(client)
    Upload.objects.create(
        owner=batch.created_by, batch=batch, name="big.csv", size=10, state="parsing", rows=4200, beat=timezone.now()
    )
    page = client.get(address(batch))
    assert ("4,200 rows so far" in text_of(page), "every 1s" in page.content.decode()) == (True, True)
    news = client.get(address(batch), headers={"HX-Request": "true"})
    assert ("4,200 rows so far" in text_of(news), "upload-preview" in news.content.decode()) == (True, False)
    Upload.objects.all().delete()
    news = client.get(address(batch), headers={"HX-Request": "true"})
    assert ("every 1s" in news.content.decode(), "2 rows, 3 columns" in text_of(news)) == (False, True)


def test_it_is_its_owner_s_alone() -> None:
    batch = started(ann())
    eve = plain(browser("eve"))
    for tail in ("upload/", "map/"):
        assert eve.get(address(batch, tail)).status_code == 404
    for tail in ("upload/", "upload/options/", "upload/names/", "upload/discard/", "map/"):
        assert eve.post(address(batch, tail)).status_code == 404
    for tail in ("upload/options/", "upload/names/", "upload/discard/"):
        assert ann().get(address(batch, tail)).status_code == 405


def test_what_was_started_is_shown_in_its_queue() -> None:
    batch = batch_of("ann", ["queued"])
    for tail in ("upload/", "map/"):
        assert ann().get(address(batch, tail))["Location"] == f"/csv-batch/{batch.pk}/"
