"""Numbers of JSON as they came."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.json_numbers import as_whole, exact, is_number, kept_number, to_json
from experiments.core.json_text import BadPayload, parse, parse_finite, parse_kept, strict

LITERALS = st.from_regex(r"\A-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?\Z")


@given(LITERALS)
def test_any_number_is_kept_as_it_is_or_refused(literal: str) -> None:
    try:
        value = strict(parse(literal))
    except BadPayload:
        number = Decimal(literal)
        assert abs(number) > Decimal("1.7e308") or 0 < abs(number) < Decimal("1e-400")
        return
    assert exact(value) == Decimal(literal)
    assert Decimal(to_json(value)) == Decimal(literal)
    assert exact(parse_kept(to_json(value))) == Decimal(literal)


@pytest.mark.parametrize(
    ("literal", "kind"),
    [
        *(("0.1", float), ("1e5", float), ("274.0", float), ("1e300", float), ("0.0000001", float), ("7", int)),
        *(("0.10", Decimal), ("12345678901234567.89", Decimal), ("1e-400", Decimal)),
    ],
)
def test_a_number_is_a_float_where_that_says_the_same(literal: str, kind: type) -> None:
    assert type(parse(literal)) is type(parse_finite(literal)) is type(parse_kept(literal)) is kind


@pytest.mark.parametrize("literal", ["0.10", "274.00", "1.500", "12345678901234567.89"])
def test_zeros_at_the_end_stay(literal: str) -> None:
    assert to_json(parse(literal)) == literal


@pytest.mark.parametrize("literal", ["1e999", "-1e999", "1e-401", "0." + "1" * 4000])
def test_what_cannot_be_kept_is_refused(literal: str) -> None:
    assert kept_number(literal) is None
    with pytest.raises(BadPayload, match="not a number that can be kept"):
        strict(parse(literal))
    with pytest.raises(ValueError, match="cannot be kept"):
        parse_finite(literal)


def test_a_zero_is_a_zero_however_it_is_written() -> None:
    assert parse("0e-9999") == 0
    assert parse("0.00") == 0


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.text()))
def test_texts_beside_numbers_stay_texts(values: list[object]) -> None:
    assert json.loads(to_json(values), parse_float=Decimal, parse_int=Decimal) == values


def test_options_are_those_of_json() -> None:
    value = {"b": Decimal("0.10"), "a": "é"}
    assert to_json(value, sort_keys=True, separators=(",", ":")) == '{"a":"é","b":0.10}'
    assert to_json(value, ensure_ascii=True, indent=1) == '{\n "b": 0.10,\n "a": "\\u00e9"\n}'


def test_what_is_no_json_is_refused_unless_there_is_a_fallback() -> None:
    with pytest.raises(TypeError):
        to_json({1, 2})
    assert to_json([Decimal("0.10"), {1}], fallback=str) == '[0.10, "{1}"]'


@pytest.mark.parametrize(
    ("value", "whole"),
    [(274.0, 274), (Decimal("274.00"), 274), (Decimal("1E+20"), 10**20), (2.5, 2.5), ("274.0", "274.0"), (True, True)],
)
def test_whole_numbers_are_integers(value: object, whole: object) -> None:
    assert as_whole(value) == whole
    assert type(as_whole(value)) is type(whole)


@pytest.mark.parametrize(("value", "yes"), [(1, True), (1.5, True), (Decimal(1), True), (True, False), ("1", False)])
def test_what_a_number_is(value: object, yes: bool) -> None:
    assert is_number(value) is yes
