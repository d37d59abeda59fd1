"""What a run costs: by the runtime's own word, by the prices of agents and networks, or not known."""

from decimal import Decimal

import pytest

from experiments.core.cost import Price, Prices, StepUse, Tokens, cost_of_run, in_words, money, money_of_text, plain

D = Decimal
CHEAP, DEAR = Price(D("0.15"), D("0.6")), Price(D(3), D(15))
ONLY_NETWORK = Prices(CHEAP)
WITH_AGENT = Prices(CHEAP, {"senior": DEAR})
USED = Tokens(1000, 100, 1100)


def test_each_direction_has_its_price() -> None:
    assert cost_of_run(None, USED, [], ONLY_NETWORK) == D("0.00021")


def test_what_the_runtime_says_counts_before_any_price() -> None:
    assert cost_of_run(D("0.7"), USED, [StepUse("senior", USED)], WITH_AGENT) == D("0.7")


def test_a_runtime_that_says_nought_is_believed() -> None:
    assert cost_of_run(D(0), USED, [], ONLY_NETWORK) == 0


@pytest.mark.parametrize("price", [Price(), Price(D(1), None), Price(None, D(1))])
def test_without_a_price_that_is_needed_nothing_is_known(price: Price) -> None:
    assert cost_of_run(None, USED, [], Prices(price)) is None


def test_a_price_of_nought_is_a_price() -> None:
    assert cost_of_run(None, USED, [], Prices(Price(D(0), D(0)))) == 0


def test_a_total_alone_has_no_price() -> None:
    assert cost_of_run(None, Tokens(total=1100), [], ONLY_NETWORK) is None


def test_a_total_alone_has_one_where_both_directions_cost_the_same() -> None:
    assert cost_of_run(None, Tokens(total=1100), [], Prices(Price(D(2), D(2)))) == D("0.0022")


def test_no_tokens_are_not_known_to_be_free() -> None:
    assert cost_of_run(None, Tokens(), [], ONLY_NETWORK) is None


def test_an_agent_with_a_price_pays_it_and_the_others_the_network_s() -> None:
    steps = [StepUse("junior", Tokens(400, 40)), StepUse("senior", Tokens(600, 60))]
    assert cost_of_run(None, USED, steps, WITH_AGENT) == D("0.000084") + D("0.0027")


def test_steps_that_are_not_all_of_the_run_are_not_summed() -> None:
    assert cost_of_run(None, USED, [StepUse("senior", Tokens(600, 60))], WITH_AGENT) == D("0.00021")


def test_a_step_that_says_what_it_cost_needs_no_price() -> None:
    steps = [StepUse("junior", Tokens(400, 40)), StepUse("senior", Tokens(600, 60), D("0.5"))]
    assert cost_of_run(None, USED, steps, ONLY_NETWORK) == D("0.500084")
    assert cost_of_run(None, USED, steps, Prices()) is None


def test_nothing_is_rounded_in_a_sum() -> None:
    price = Prices(Price(D("0.000001"), D("0.000001")))
    cost = cost_of_run(None, Tokens(1, 0), [], price)
    assert cost == D("1e-12")
    assert sum([cost] * 1_000_000, D(0)) == D("1e-6")


@pytest.mark.parametrize("value", [True, "0.5", None, -1, float("nan"), float("inf"), 1e12, [1], {"usd": 1}])
def test_what_is_no_number_is_no_cost(value: object) -> None:
    assert money(value) is None


@pytest.mark.parametrize(("value", "cost"), [(0, "0"), (0.1, "0.1"), (1e-7, "0.0000001"), (3, "3"), (D("0.10"), "0.1")])
def test_a_number_is_taken_as_it_is_written(value: object, cost: str) -> None:
    assert money(value) == D(cost)


@pytest.mark.parametrize("text", [None, "", "free", "nan", "-1", "1,5", "\u0661"])
def test_a_header_that_is_no_number_is_no_cost(text: str | None) -> None:
    assert money_of_text(text) is None


def test_a_header_holds_a_number() -> None:
    assert money_of_text(" 2.85e-05 ") == D("0.0000285")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1204.5", "1,204.50 USD"), ("0.0042", "0.0042 USD"), ("0.00000123", "0.0000012 USD"), ("0", "0.00 USD")],
)
def test_an_amount_in_words_shows_what_there_is(amount: str, text: str) -> None:
    assert in_words(D(amount), "USD") == text


@pytest.mark.parametrize(
    ("amount", "text"), [("0.000004200000", "0.0000042"), ("3.000000", "3"), ("100", "100"), ("0E-12", "0")]
)
def test_a_plain_number_has_no_exponent_and_no_zeros_that_say_nothing(amount: str, text: str) -> None:
    assert plain(D(amount)) == text
