"""How the answers of an experiment are compared with what was expected, as it was chosen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.core.json_text import UNSTORABLE
from experiments.experiment_kind.choices import Rule
from experiments.experiment_kind.scoring.texts import number_of

MAX_FIELD_CHARS = 500


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
    def from_json(cls, given: Any) -> "Scoring":
        """From `{rule?, field?, absolute?, relative?}`.

        `InvalidInput` has the attr `scoring`, or for one of its keys `scoring.{key}` and a part with that key.
        """
        if not isinstance(given, Mapping):
            raise _invalid("A scoring has rule, field, absolute, relative.")
        unknown = sorted(given.keys() - {"rule", "field", "absolute", "relative"})
        if unknown:
            raise _invalid(f"{quoted(unknown[0])} is not known; a scoring has rule, field, absolute, relative.")
        rule, field = given.get("rule", Rule.NORMALISED), given.get("field")
        if rule not in list(Rule):
            raise _invalid(f"The rule is one of {', '.join(Rule)}, not {str(rule)[:40]!r}.", "rule")
        if field is None:
            field = ""
        if not isinstance(field, str) or len(field) > MAX_FIELD_CHARS or UNSTORABLE.search(field):
            sentence = "The field is the name of a field of the answer, or empty for the whole answer."
            raise _invalid(sentence, "field")
        absolute, relative = (_tolerance(given.get(key), key) for key in ("absolute", "relative"))
        return cls(Rule(rule), field.strip(), absolute, relative)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "rule": str(self.rule)}

    def tolerance(self, expected: Decimal) -> Decimal:
        return max(Decimal(str(self.absolute)), Decimal(str(self.relative)) * abs(expected))


def _tolerance(given: Any, key: str) -> float:
    number = number_of(given if given not in (None, "") else 0)
    if number is None or number < 0 or not isfinite(float(number)):
        raise _invalid(f"The {key} tolerance is a number that is not negative, not {str(given)[:40]!r}.", key)
    return float(number)


def _invalid(detail: str, key: str | None = None) -> InvalidInput:
    attr = f"scoring.{key}" if key else "scoring"
    return InvalidInput(detail, code=ErrorCode.INVALID_SCORING, attr=attr, part=Part(key=key) if key else None)
