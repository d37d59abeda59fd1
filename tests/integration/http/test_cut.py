"""An upload that breaks off changes nothing: it is not taken for one without a file, which reads the kept one again."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.integration.http.support import FORM, Sender, error_of, form_with

LINES = b"a,b\n" + b"5,6\n" * 5000
UNKNOWN = (
    "The key “csv” is not known. This call takes bad_bytes, comment, delimiter, encoding, escape, file, header,"
    " header_rows, quote, ragged, range, row_names, sheet, trim."
)
AS_STORED = [["column 1", "column 2"], ["1", "2"], ["3", "4"], ["by hand", ""]]


def upload(batch: str) -> str:
    return f"/api/csv_batches/{batch}/upload"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(form_with(LINES, end=b""), id="in the file"),
        pytest.param(form_with(b"", end=b"")[:40], id="in the head of the file"),
        pytest.param(b"", id="before anything came"),
    ],
)
def test_a_client_that_goes(sender: Sender, body: bytes) -> None:
    status, answer = sender.post(upload(sender.batch), body, FORM, length=500_000)
    assert (status, error_of(answer)[0]) == (400, "bad_request")
    assert "did not come whole" in error_of(answer)[1]
    assert sender.rows() == AS_STORED


def test_a_file_without_an_end(sender: Sender) -> None:
    status, answer = sender.post(upload(sender.batch), form_with(LINES, end=b"\r\n"), FORM)
    assert status == 400
    assert "the boundary after the file is missing" in error_of(answer)[1]
    assert sender.rows() == AS_STORED


def test_a_file_under_another_name(sender: Sender) -> None:
    status, answer = sender.post(upload(sender.batch), form_with(LINES, name="csv"), FORM)
    assert (status, error_of(answer)) == (400, ("unknown", UNKNOWN))
    assert sender.rows() == AS_STORED


@pytest.mark.parametrize(
    "path", ["/api/csv_batches/{}/upload", "/csv-batch/{}/upload/", "/csv-batch/{}/upload/options/"]
)
def test_a_browser_that_goes(sender: Sender, path: str) -> None:
    client = Client()
    client.force_login(get_user_model().objects.get(username="ann"))
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'c' * 32}"
    browser = Sender(sender.site, sender.api, sender.batch, {"Cookie": cookies, "X-CSRFToken": "c" * 32})
    status, _ = browser.post(path.format(sender.batch), form_with(LINES, end=b""), FORM, length=500_000)
    assert status == 400
    assert sender.rows() == AS_STORED


def test_one_that_comes_whole_is_stored(sender: Sender) -> None:
    status, _ = sender.post(upload(sender.batch), form_with(LINES), FORM)
    assert (status, sender.rows()[:2]) == (201, [["a", "b"], ["5", "6"]])


def test_without_a_file_the_kept_one_is_read_again(sender: Sender) -> None:
    no_header = b'--b\r\nContent-Disposition: form-data; name="header"\r\n\r\n0\r\n--b--\r\n'
    status, _ = sender.post(upload(sender.batch), no_header, FORM)
    assert (status, sender.rows()) == (201, AS_STORED[:-1])
