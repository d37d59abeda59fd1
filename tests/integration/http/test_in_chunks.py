"""A body that is sent in chunks, without a length, says the same as any other."""

from csv_batches.models import CsvBatch
from tests.integration.http.support import FORM, MB, Sender, error_of, form_with


def test_an_order_to_run_a_part_runs_that_part(sender: Sender) -> None:
    fields = [{"name": "a", "description": "", "type": "string", "required": True}]
    sender.api.patch(f"/csv_batches/{sender.batch}", {"prompt_template": "x", "response_fields": fields})
    status, _ = sender.chunked("POST", "/run", b'{"first": 1, "confirm_schema_change": true}')
    batch = CsvBatch.objects.get(pk=sender.batch)
    assert (status, batch.status, batch.range_to) == (202, "running", 1)
    CsvBatch.objects.update(status="cancelled")


def test_a_change_is_made(sender: Sender) -> None:
    status, batch = sender.chunked("PATCH", "", b'{"name": "in chunks"}')
    assert (status, batch["name"]) == (200, "in chunks")


def test_a_file_is_stored(sender: Sender) -> None:
    status, stored = sender.chunked("POST", "/upload", form_with(b"a,b\n5,6\n"), FORM)
    assert (status, stored["rows"], stored["columns"]) == (201, 1, ["a", "b"])


def test_one_that_is_too_large_to_be_measured_is_refused_and_nothing_changed(sender: Sender) -> None:
    before = sender.rows()
    status, body = sender.chunked("POST", "/upload", form_with(b"a\n" + b"x\n" * (17 * MB)), FORM)
    code, detail = error_of(body)
    assert (status, code) == (411, "length_required")
    assert "larger than 32 MB. Send it with a Content-Length." in detail
    assert sender.rows() == before


def test_no_body_at_all_is_none(sender: Sender) -> None:
    status, body = sender.chunked("POST", "/preview", b"")
    assert (status, body["problems"]) == (200, [])
