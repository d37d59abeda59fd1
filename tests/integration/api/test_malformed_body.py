"""A body that is not sound JSON is a 400 in the shape of all errors, whatever is wrong with it."""

import json

import pytest

from tests.integration.api.support import Draft, errors, send
from tests.support.api import Api

MALFORMED = {
    "cut": b'{"name": "x"',
    "empty text": b" ",
    "not utf-8": b'{"name": "\xff"}',
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "NaN": b'{"name": NaN}',
    "infinite": b'{"name": 1e999}',
    "digits without end": b'{"name": ' + b"9" * 5000 + b"}",
    "lone surrogate": b'{"name": "\\ud800"}',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "brackets without end": b"[" * 200_000,
    "deep": b'{"a":' * 200 + b"1" + b"}" * 200,
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("path", ["/csv_batches", "/networks"])
def test_it_is_a_parse_error(api: Api, path: str, name: str) -> None:
    body = send(api, "POST", path, MALFORMED[name], 400)
    assert errors(body, kind="client_error") == [("parse_error", None)]


def test_sound_json_of_every_sort_is_taken(draft: Draft) -> None:
    for text in ('{"name": "\\ud83d\\ude00 ü"}', '\ufeff {"name": "\\u00fc"} '):
        send(draft.api, "PATCH", draft.path, text, 200)
    assert draft.state()["name"] == "ü"


def test_the_charset_of_the_header_is_not_believed(draft: Draft) -> None:
    for charset in ("utf-16", "zlib", "rot13", "hex", "nonsense"):
        body = json.dumps({"name": charset})
        send(draft.api, "PATCH", draft.path, body, 200, content_type=f"application/json; charset={charset}")
        assert draft.state()["name"] == charset


@pytest.mark.parametrize("value", [b"[]", b'"x"', b"1", b"null"])
def test_json_that_is_no_object_is_a_validation_error(api: Api, value: bytes) -> None:
    assert errors(send(api, "POST", "/csv_batches", value, 400))


@pytest.mark.parametrize("content_type", ["text/csv", "application/xml", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_a_415(api: Api, content_type: str) -> None:
    body = send(api, "POST", "/csv_batches", "name=x", 415, content_type=content_type)
    assert errors(body, kind="client_error") == [("unsupported_media_type", None)]


def test_json_is_no_upload(draft: Draft) -> None:
    body = send(draft.api, "POST", f"{draft.path}/upload", "{}", 415)
    assert errors(body, kind="client_error") == [("unsupported_media_type", None)]
