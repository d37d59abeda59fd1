"""The rules by which an answer is compared with what was expected."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any

from experiments.core.formatting import quoted
from experiments.core.json_text import UNSTORABLE
from experiments.experiment_kind.scoring.texts import number_of


class Rule(StrEnum):
    EXACT = "exact"
    NORMALISED = "normalised"
    CONTAINS = "contains"
    NUMERIC = "numeric"
    JSON = "json"


RULES = {
    Rule.EXACT: "The texts are the same, character by character.",
    Rule.NORMALISED: "The texts are the same but for upper and lower case, white space and punctuation.",
    Rule.CONTAINS: "The expected text stands in the answer; case and runs of white space make no difference.",
    Rule.NUMERIC: "|answer − expected| ≤ max(absolute tolerance, relative tolerance × |expected|).",
    Rule.JSON: "The JSON values are equal: numbers by value, keys in any order.",
}
"""Each rule in a sentence for people."""


class BadScoring(ValueError):
    """What cannot be a scoring, in words; `attr` names the part."""

    def __init__(self, detail: str, attr: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.attr = attr


@dataclass(frozen=True, slots=True)
class Scoring:
    """How an experiment is scored.

    `field` is the key of the answer that is looked at, or a path of keys with dots; "" for the whole answer. The
    tolerances count with `numeric` only, which takes the larger of them.
    """

    rule: Rule = Rule.NORMALISED
    field: str = ""
    absolute: float = 0.0
    relative: float = 0.0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Scoring":
        """From JSON. `BadScoring` names what is wrong."""
        unknown = sorted(given.keys() - {"rule", "field", "absolute", "relative"})
        if unknown:
            raise BadScoring(
                f"{quoted(unknown[0])} is not known; a scoring has rule, field, absolute, relative.", "scoring"
            )
        return cls(
            rule=_rule(given.get("rule", Rule.NORMALISED)),
            field=_field(given.get("field")),
            absolute=_tolerance(given.get("absolute"), "absolute"),
            relative=_tolerance(given.get("relative"), "relative"),
        )

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "rule": str(self.rule)}

    def tolerance(self, expected: Decimal) -> Decimal:
        return max(Decimal(str(self.absolute)), Decimal(str(self.relative)) * abs(expected))


def _rule(given: Any) -> Rule:
    if given not in list(Rule):
        raise BadScoring(f"The rule is one of {', '.join(Rule)}, not {str(given)[:40]!r}.", "rule")
    return Rule(given)


def _field(given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > 500 or UNSTORABLE.search(given):
        raise BadScoring("The field is the name of a field of the answer, or empty for the whole answer.", "field")
    return given.strip()


def _tolerance(given: Any, attr: str) -> float:
    number = number_of(given if given not in (None, "") else 0)
    if number is None or number < 0 or not isfinite(float(number)):
        raise BadScoring(f"The {attr} tolerance is a number that is not negative, not {str(given)[:40]!r}.", attr)
    return float(number)
