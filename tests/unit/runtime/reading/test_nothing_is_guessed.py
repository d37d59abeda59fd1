"""Texts that a person could understand in more than one way, or not at all: no answer is made of them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.runtime.model_text import NoObject, object_in

TEXTS = {
    "two different objects": ('{"tone": "a"} or {"tone": "b"}', "several different JSON objects"),
    "two objects that Python takes for one": ('{"a": 1} or {"a": true}', "several different JSON objects"),
    "two different fences": ('```\n{"a": 1}\n```\n```\n{"a": 2}\n```', "several different JSON objects"),
    "an object without an end": ('Sure: {"a": 1, "b": {"c": 2}', "has no end"),
    "a second object without an end": ('{"a": 1}\n{"a": 2, "b', "has no end"),
    "an object inside of what is no JSON": ("{'a': {\"b\": 1}}", "Expecting property name"),
    "a part of a Python dict": ("{'a': {\"b\": 1}, 'c", "has no end"),
    "a part of a script": ('x = {label: {"b": 1}, ', "has no end"),
    "an object inside of a list": ('[{"a": 1}]', "list of objects"),
    "an object inside of a list in prose": ('Here: [{"a": 1}]', "list of objects"),
    "a list": ("[1, 2]", "not an object"),
    "a text": ('"positive"', "has no JSON object"),
    "a text twice": ('"\\"positive\\""', "has no JSON object"),
    "a number": ("7", "not an object"),
    "prose": ("I cannot say.", "has no JSON object"),
    "nothing": ("", "has no JSON object"),
    "a thought alone": ('<think>Like {"a": 1}?</think>', "nothing but a thought"),
    "a thought without an end": ('<think>Like {"a": 1}? Yes.\n{"a": 1}', "nothing but a thought"),
    "a later thought without an end": ('Let me see. <think>Like {"a": 1}?', "Expecting value"),
    "NaN": ('Sure: {"a": NaN}', "NaN is not a JSON number"),
    "a number that is too large": ('Sure: {"a": 1e999}', "cannot be kept"),
    "NUL": ('Sure: {"a": "\\u0000"}', "NUL"),
    "half of a pair": ('{"a": "\\ud800"}', "surrogate"),
    "a list with an object": ('Here: [1, {"a": 1}]', "list of objects"),
    "a list without an end": ('Here: [{"a": 1}, ', "has no end"),
}


@pytest.mark.parametrize(("text", "reason"), TEXTS.values(), ids=TEXTS)
def test_it_is_no_object_and_the_reason_is_said(text: str, reason: str) -> None:
    with pytest.raises(NoObject, match=reason):
        object_in(text)


@given(st.text(st.sampled_from('{}[]":\\,a1 \n`<>/think'), max_size=60))
def test_any_other_text_is_none_either(text: str) -> None:
    with contextlib.suppress(NoObject):
        assert isinstance(object_in(text), dict)
