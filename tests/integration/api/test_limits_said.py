"""What is beyond a limit of the site is a 413 that names the limit and what to do."""

from typing import Any

import pytest

from tests.support.api import Api

CSV = b"a,b,c\n1,2,3\n4,5,6\n"


@pytest.fixture
def draft(api: Api) -> str:
    return api.draft(api.network(None))


@pytest.mark.parametrize(
    ("setting", "most", "sentence"),
    [
        ("UPLOAD_MAX_BYTES", 12, "18 bytes. The limit is 12. Split it, and make a batch of each part."),
        ("UPLOAD_MAX_ROWS", 1, "Line 3: the file has more than 1 rows, the limit. Split it"),
        ("UPLOAD_MAX_COLUMNS", 2, "Line 1 has more than 2 columns, the limit. Leave out those"),
    ],
)
def test_a_file(api: Api, draft: str, settings: Any, setting: str, most: int, sentence: str) -> None:
    setattr(settings, setting, most)
    [error] = api.upload(draft, CSV, want=413)["errors"]
    assert sentence in error["detail"]
    assert api.batch(draft)["progress"]["total"] == 0


def test_a_cell_of_a_file(api: Api, draft: str, settings: Any) -> None:
    settings.UPLOAD_MAX_CELL = 5
    [error] = api.upload(draft, b"a,b\n1,123456\n", want=413)["errors"]
    assert error["detail"] == ("Line 2, column 2: the cell has more than 5 characters, the limit. Shorten it.")


@pytest.mark.parametrize(
    ("setting", "most", "code", "number"),
    [
        ("UPLOAD_MAX_ROWS", 1, "too_many_rows", "2 rows. The limit is 1"),
        ("UPLOAD_MAX_COLUMNS", 1, "too_many_columns", "2 columns. The limit is 1"),
        ("UPLOAD_MAX_CELL", 5, "cell_too_large", "more than 5 characters"),
    ],
)
def test_rows_of_the_api(api: Api, draft: str, settings: Any, setting: str, most: int, code: str, number: str) -> None:
    setattr(settings, setting, most)
    rows = [{"row_index": at, "row_payload": {"a": "1", "b": "123456"}} for at in range(2)]
    [error] = api.post(f"/csv_batches/{draft}/rows", {"rows": rows}, want=413)["errors"]
    assert error["code"] == code
    assert number in error["detail"]
    assert api.batch(draft)["progress"]["total"] == 0


def test_columns_that_are_named_first(api: Api, draft: str, settings: Any) -> None:
    settings.UPLOAD_MAX_COLUMNS = 1
    columns = [{"name": "a"}, {"name": "b"}]
    for method, path in (("patch", f"/csv_batches/{draft}"), ("post", "/csv_batches")):
        body = api.call(method, path, 413, {"name": "x", "network": "net", "columns": columns})
        assert body["errors"][0]["code"] == "too_many_columns"
