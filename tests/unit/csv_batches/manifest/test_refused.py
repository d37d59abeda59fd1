"""A manifest that can't be used is refused with the place and the reason."""

import json
from typing import Any

import pytest

from csv_batches.rules import manifest
from experiments.core.errors import InvalidInput, Problems


def refused(**keys: Any) -> list[tuple[str | None, str]]:
    text = json.dumps({**manifest.HEAD, **keys})
    with pytest.raises(Problems) as found:
        manifest.parse(text.encode())
    return [(error.attr, error.detail) for error in found.value.errors]


@pytest.mark.parametrize(
    ("keys", "attr", "words"),
    [
        ({"concurrency": 0}, "manifest.concurrency", '"concurrency" is 0, not at least 1'),
        ({"max_cost": "1"}, "manifest.max_cost", "not a number or null"),
        ({"reuse": "all"}, "manifest.reuse", "one of none, batch, network"),
        ({"concurency": 4}, "manifest.concurency", "Did you mean “concurrency”?"),
        ({"reading": {"heder": 3}}, "manifest.reading.heder", "isn’t known in “reading”. Did you mean “header”?"),
        ({"file": {"sha256": "0"}}, "manifest.file.sha256", "does not fit the pattern"),
        ({"mapping": {"a": "promt"}}, "manifest.mapping.a", "“promt” isn’t one of ignore, prompt, system_param[:key]"),
        ({"mapping": {"a": "prompt:x"}}, "manifest.mapping.a", "“prompt:x” isn’t one of"),
        ({"response_fields": [{"name": "a", "typ": 1}]}, "manifest.response_fields.0.typ", "Did you mean “type”?"),
        ({"response_fields": [{}]}, "manifest.response_fields.0.name", "is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(keys: dict[str, Any], attr: str, words: str) -> None:
    ((where, sentence),) = refused(**keys)
    assert where == attr
    assert words in sentence


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert [attr for attr, _ in refused(nothing=1, concurrency=0, network=3)] == [
        "manifest.nothing",
        "manifest.network",
        "manifest.concurrency",
    ]


@pytest.mark.parametrize(
    "head", [{}, {"format": "x", "version": 1}, {"format": manifest.FORMAT, "version": 2}, [], "x"]
)
def test_another_json_is_no_manifest(head: Any) -> None:
    with pytest.raises(InvalidInput, match="manifest"):
        manifest.parse(json.dumps(head).encode())


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b'{"format": 1, "format": 1}', b'{"name": NaN}', b"[" * 9_999]
)
def test_what_is_not_json_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="as JSON"):
        manifest.parse(data)


def test_a_manifest_by_hand_may_be_short() -> None:
    assert manifest.parse(json.dumps({**manifest.HEAD, "mapping": {"a": "system_param:b.c"}}).encode())


@pytest.mark.parametrize(
    ("use", "column"),
    [
        ("prompt", {"name": "a", "mode": "prompt", "key": "a"}),
        ("system_param", {"name": "a", "mode": "system_param", "key": "a"}),
        ("system_param:b:c", {"name": "a", "mode": "system_param", "key": "b:c"}),
        ("ignore", {"name": "a", "mode": "ignore", "key": "b"}),
    ],
)
def test_a_use_of_a_column_is_written_as_it_is_read(use: str, column: dict[str, str]) -> None:
    assert manifest.use_of_column(column) == use
    assert column.items() >= manifest.column_of_use("a", use).items()
