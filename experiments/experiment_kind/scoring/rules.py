"""The scoring rules: one row a rule."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import localcontext
from operator import eq
from typing import Any

from experiments.core.json_numbers import PRECISION, shortest
from experiments.experiment_kind.choices import Rule
from experiments.experiment_kind.scoring.settings import Scoring
from experiments.experiment_kind.scoring.texts import (
    Cell,
    canonical,
    collapsed,
    comparable_text,
    moment_of,
    normalised,
    number_of,
    parsed,
    same_json,
    values_of_list,
)


@dataclass(frozen=True, slots=True)
class RuleTraits:
    """`label` is the rule's name on pages, `sentence` says when an answer is right.

    `is_right` takes the expected value, the answered one and the scoring. `key` makes the same text of values that the
    rule takes for the same; of numbers, of those of the same value. `has_confusion`: an answer is right for one
    expected value alone, so a table of expected against answered ones makes sense. `is_numeric`: only numbers can be
    expected, and the tolerances count. `takes_null`: null is a value like others, not a missing one.
    """

    label: str
    sentence: str
    is_right: Callable[[Any, Any, Scoring], bool]
    key: Callable[[Any], str]
    has_confusion: bool = False
    is_numeric: bool = False
    takes_null: bool = False


def text_rule(
    label: str,
    sentence: str,
    *,
    text: Callable[[str], str],
    compare: Callable[[str, str], bool] = eq,
    has_confusion: bool = False,
) -> RuleTraits:
    """A rule that compares texts: `text` is applied to both, and `compare` takes the expected one and the answered."""

    def key(value: Any) -> str:
        return text(comparable_text(value))

    def is_right(wanted: Any, given: Any, scoring: Scoring) -> bool:
        return compare(key(wanted), key(given))

    return RuleTraits(label, sentence, is_right, key, has_confusion=has_confusion)


def numbers_are_near(wanted: Any, given: Any, scoring: Scoring) -> bool:
    target, number = number_of(wanted), number_of(given)
    if target is None or number is None:
        return False
    with localcontext(prec=PRECISION):
        return abs(number - target) <= scoring.tolerance(target)


def number_key(value: Any) -> str:
    number = number_of(value)
    return comparable_text(value) if number is None else str(shortest(number))


def json_is_equal(wanted: Any, given: Any, scoring: Scoring) -> bool:
    if not isinstance(wanted, Cell):
        return same_json(wanted, given)
    # A cell that reads 5 may mean the text: where the answer is a text, that counts as well.
    return (isinstance(given, str) and given == wanted) or same_json(parsed(wanted), given)


def json_key(value: Any) -> str:
    return canonical(parsed(value) if isinstance(value, Cell) else value)


def entry_key(value: Any) -> str:
    """The same for numbers of one value, as a text too, and for texts that are the same normalised."""
    number = number_of(value)
    return normalised(comparable_text(value)) if number is None else str(shortest(number))


def set_key(value: Any) -> str:
    return canonical(sorted({entry_key(entry) for entry in values_of_list(value)}))


def sets_are_equal(wanted: Any, given: Any, scoring: Scoring) -> bool:
    return set_key(wanted) == set_key(given)


def dates_are_equal(wanted: Any, given: Any, scoring: Scoring) -> bool:
    first, second = moment_of(wanted), moment_of(given)
    if first is None or second is None:
        return False
    if isinstance(first, datetime) and isinstance(second, datetime):
        # Without a zone in both, they are compared as they read.
        if first.tzinfo is None or second.tzinfo is None:
            first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
        return first == second
    days = [one.date() if isinstance(one, datetime) else one for one in (first, second)]
    return days[0] == days[1]


def date_key(value: Any) -> str:
    moment = moment_of(value)
    return comparable_text(value) if moment is None else moment.isoformat()


RULES = {
    Rule.EXACT: text_rule(
        "Exact text", "The texts are the same, character by character.", text=str, has_confusion=True
    ),
    Rule.NORMALISED: text_rule(
        "Normalized text",
        "The texts are the same but for upper and lower case, white space and punctuation.",
        text=normalised,
        has_confusion=True,
    ),
    Rule.CONTAINS: text_rule(
        "Contains",
        "The answer contains the expected text; case and runs of white space make no difference.",
        text=collapsed,
        compare=lambda wanted, given: wanted in given,
    ),
    Rule.NUMERIC: RuleTraits(
        "Number, with tolerance",
        "|answer − expected| ≤ max(absolute tolerance, relative tolerance × |expected|).",
        numbers_are_near,
        number_key,
        is_numeric=True,
    ),
    Rule.JSON: RuleTraits(
        "JSON values",
        "The JSON values are equal: numbers by value, keys in any order.",
        json_is_equal,
        json_key,
        has_confusion=True,
        takes_null=True,
    ),
    Rule.SET: RuleTraits(
        "List, in any order",
        "Both lists have the same values, whatever their order and however often; case, white space and punctuation"
        " make no difference. In a cell that isn’t JSON, “;”, “|” or line ends divide the values, else commas.",
        sets_are_equal,
        set_key,
    ),
    Rule.DATE: RuleTraits(
        "Date or time",
        "The same ISO 8601 date or moment, in whatever time zone it’s written; where one of them is only a date, the"
        " same day.",
        dates_are_equal,
        date_key,
        has_confusion=True,
    ),
}
"""In the order of the form."""
