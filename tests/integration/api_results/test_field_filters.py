"""Rows are found by the values of their answers, `field.score=3..5`: in lists, files and bodies alike."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"topic": "billing"}, [0]),
        ({"topic": "3..5"}, [1]),
        ({"topic": ""}, [2, 3]),
        ({"score": "3.0"}, [0]),
        ({"score": "-1..3"}, [0, 2]),
        ({"score": "3.."}, [0, 1]),
        ({"score": "..-1"}, [2]),
        ({"score": ""}, [3]),
        ({"urgent": "TRUE"}, [0]),
        ({"due": "2026-01"}, [0]),
        ({"due": "2026-01..2026-03"}, [0, 1]),
        ({"due": "2026-02-01.."}, [1]),
        ({"due": "..2026"}, [0, 1]),
        # As it is written, but for a time with its zone.
        ({"seen": "2026-03-01"}, [2]),
        ({"seen": "2026-03-02T01:00:00Z..2026-03-02T02:00:00Z"}, [2]),
        ({"seen": "2026-03-02T01:00:00+01:00"}, [3]),
        ({"tags": "red"}, [0, 3]),
        ({"tags": ""}, [1, 2]),
        ({"order.number": "A-17"}, [3]),
        ({"order.lines": "1..2"}, [3]),
        ({"order.lines.price": "7..8"}, [3]),
        ({"more": '{"a": 1.0}'}, [2]),
        ({"more": ""}, [0, 1, 3]),
        ({"score": "0..9", "urgent": "false"}, [1]),
    ],
)
def test_the_list(typed: Draft, query: dict[str, str], rows: list[int]) -> None:
    asked = {f"field.{name}": text for name, text in query.items()}
    assert [row["row_index"] for row in typed.api.rows(typed.id, **asked)] == rows


@pytest.mark.parametrize(
    ("name", "text", "code", "says"),
    [
        ("nowhere", "1", "unknown", "There is no response field nowhere. The fields are topic, score,"),
        ("order", "1", "unknown", "order.number"),
        ("{name}", "1", "unknown", "There is no response field {name}."),
        ("score", "many", "invalid", "score cannot be “many”: it is a number"),
        ("score", "NaN", "invalid", "it is a number"),
        ("score", "5..3", "invalid_range", "the range ends before it begins"),
        ("score", "..", "invalid_range", "at least one end"),
        ("order.lines", "x", "invalid", "the number of its entries counts"),
        ("urgent", "yes", "invalid", "it is true or false"),
        ("due", "31.01.2026", "invalid", "it is a date"),
        ("due", "2026-02-30", "invalid", "it is a date"),
        ("due", "2026-03..2026-01", "invalid_range", "the range ends before it begins"),
        ("more", "{", "invalid", "it is an object"),
        ("topic", "a\0", "null_characters_not_allowed", "Null characters"),
    ],
)
def test_what_cannot_be(typed: Draft, name: str, text: str, code: str, says: str) -> None:
    for path in ("rows", "export"):
        body = typed.api.get(f"{typed.path}/{path}", 400, **{f"field.{name}": text})
        assert errors(body) == [(code, f"field.{name}")]
        assert says in body["errors"][0]["detail"]


def test_files_and_bodies(typed: Draft) -> None:
    text = typed.api.export(typed.id, format="jsonl", **{"field.score": "3.."}).decode()
    assert [line.count('"score":3') + line.count('"score":5.5') for line in text.splitlines()] == [1, 1]

    def correct(status: int, **wanted: Any) -> Any:
        body = {"filter": wanted, "set": {"topic": "seen"}}
        return typed.api.post(f"{typed.path}/rows/correct", body, status)

    assert correct(200, **{"field.score": 3, "field.urgent": True})["corrected"] == 1
    assert correct(200, **{"field.score": None})["corrected"] == 1
    for wanted in ({"field.score": "x"}, {"field.score": [1]}, {"field.nowhere": 1}, {"fields.score": 1}):
        assert [where for _, where in errors(correct(400, **wanted))] == [f"filter.{next(iter(wanted))}"]

    path = f"{typed.path}/retry"
    assert typed.api.post(path, {"filter": {"field.score": "..0"}, "force": True}, 202) == {"requeued": 1}
    assert errors(typed.api.post(path, {"filter": {"field.due": "soon"}}, 400)) == [("invalid", "filter.field.due")]
