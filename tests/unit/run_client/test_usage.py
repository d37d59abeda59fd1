"""Tokens and costs under the names that runtimes and providers give them."""

from decimal import Decimal
from typing import Any

import pytest

from experiments.core.cost import Tokens
from experiments.run_client.values import own_cost, tokens_of

BOTH = Tokens(10, 5)


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 10, "response_tokens": 5},
        {"prompt_tokens": 10, "completion_tokens": 5},
        {"input_tokens": 10, "output_tokens": 5},
    ],
)
def test_each_name_is_known(usage: dict[str, Any]) -> None:
    assert tokens_of(usage) == BOTH


@pytest.mark.parametrize("part", [{"input_tokens": 10}, {"output_tokens": 5}])
def test_the_rest_of_a_total_is_the_other_part(part: dict[str, int]) -> None:
    assert tokens_of({**part, "total_tokens": 15}) == Tokens(10, 5, 15)


def test_a_total_alone_says_nothing_of_its_parts() -> None:
    assert tokens_of({"total_tokens": 15}) == Tokens(None, None, 15)


def test_a_total_that_is_less_than_its_part_explains_nothing() -> None:
    assert tokens_of({"input_tokens": 20, "total_tokens": 15}) == Tokens(20, None, 15)


@pytest.mark.parametrize("value", [True, "10", -1, None, 2**40])
def test_what_is_no_count_is_not_known(value: object) -> None:
    assert tokens_of({"input_tokens": value}).input is None


@pytest.mark.parametrize(
    "record",
    [{"cost": 0.25}, {"usage": {"cost": 0.25}}, {"llm_usage_totals": {"cost": 0.25}}, {"llm_usage": {"cost": 0.25}}],
)
def test_a_runtime_may_say_what_it_cost_in_four_places(record: dict[str, Any]) -> None:
    assert own_cost(record) == Decimal("0.25")


@pytest.mark.parametrize("record", [{}, {"cost": "0.25"}, {"cost": None, "usage": "many"}, {"usage": {"cost": True}}])
def test_what_is_no_number_is_no_cost(record: dict[str, Any]) -> None:
    assert own_cost(record) is None
