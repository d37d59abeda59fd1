"""What can be stored is kept as it is, what cannot is named or replaced."""

from typing import Any

import pytest

from experiments.core.json_text import TOO_DEEP, BadPayload, cleaned, parse, strict

PLAIN = {"a": ["b", 1, 1.5, True, None, {"ä": "🙂"}], "": {}}
DIRTY = '{"plain": {"a": ["b"]}, "dirty": ["\\u0000", NaN, {"\\ud800": 1}], "twice": {"k": 1, "k": 2}}'


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_what_needs_no_cleaning_is_not_copied() -> None:
    assert cleaned(PLAIN) is PLAIN
    assert strict(PLAIN) is PLAIN


def test_only_what_needs_cleaning_is_made_anew() -> None:
    value = parse(DIRTY)
    made = cleaned(value)
    assert made == {"plain": {"a": ["b"]}, "dirty": ["\ufffd", "NaN", {"\ufffd": 1}], "twice": {"k": 2}}
    assert made["plain"] is value["plain"]
    assert value["dirty"][0] == "\0"


def test_an_object_with_a_key_twice_becomes_a_plain_one() -> None:
    assert type(cleaned(parse('{"k": 1, "k": 1}'))) is dict


def test_keys_that_become_the_same_do_not_hide_that_something_changed() -> None:
    assert cleaned({"\ufffd": 1, "\0": 2}) == {"\ufffd": 2}


def test_a_value_of_a_hundred_levels_is_kept_and_one_more_is_cut() -> None:
    assert cleaned(nested(101)) == nested(101)
    assert TOO_DEEP in str(cleaned(nested(102)))
    assert strict(nested(100)) == nested(100)
    with pytest.raises(BadPayload, match="more than 100 levels"):
        strict(nested(101))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [0, "\0"]}, "the payload.a[1] contains a NUL character"),
        ({"a": {"\ud800": 0}}, "a key of the payload.a contains half of a surrogate pair"),
        ({"a": "ä\0"}, "the payload.a contains a NUL character"),
        (parse('{"a": 1e999}'), "the payload.a is 1e999, which is not a number that can be kept"),
        (parse('{"a": {"b": 1, "b": 2}}'), "the payload.a has the key 'b' twice"),
        ({"k" * 500: {"b": ["\0"]}}, f"the payload.{'k' * 100} contains a NUL character"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_kept_is_named_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(BadPayload) as refused:
        strict(value)
    assert str(refused.value) == message
