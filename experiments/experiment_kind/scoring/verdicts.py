"""One answer beside what was expected of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from experiments.experiment_kind.scoring.rules import Rule, Scoring
from experiments.experiment_kind.scoring.texts import (
    canonical,
    collapsed,
    normalised,
    number_of,
    parsed,
    same_json,
    text_of,
)

MISSING: Any = object()
ENDED = ("succeeded", "failed")


class Cell(str):
    """What a cell of a data set says, of which only the answer can tell whether it is a text or a JSON value."""

    __slots__ = ()


class Verdict(StrEnum):
    """`no_answer`: the item failed, or its answer lacks the field; that is not right, and counted apart.

    `no_expectation`: nothing is expected, or with the numeric rule no number; not scored. `open`: it has not ended.
    """

    RIGHT = "right"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"
    NO_EXPECTATION = "no_expectation"
    OPEN = "open"


class Judge:
    """Judges the answers of one experiment.

    Where the expected answer is a JSON object that has the scored field, the value there is what is expected: so the
    whole answers of an earlier run can be the expectation, whichever field is scored.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self._same = {
            Rule.EXACT: self._exact,
            Rule.NORMALISED: self._normalised,
            Rule.CONTAINS: self._contains,
            Rule.NUMERIC: self._numeric,
            Rule.JSON: self._json,
        }[scoring.rule]

    def verdict(self, *, expected: str, status: str, answer: Mapping[str, Any] | None) -> Verdict:
        """`expected` is the text of the cell, `answer` the payload of a run that succeeded."""
        wanted = self.expected(expected)
        if wanted is MISSING:
            return Verdict.NO_EXPECTATION
        if status not in ENDED:
            return Verdict.OPEN
        given = self.answered(answer if status == "succeeded" else None, wanted)
        if given is MISSING:
            return Verdict.NO_ANSWER
        return Verdict.RIGHT if self._same(wanted, given) else Verdict.WRONG

    def expected(self, text: str) -> Any:
        """A `Cell`, or where the cell is an object with the scored field the value there; `MISSING` where none."""
        if not text.strip():
            return MISSING
        wanted = self._scored_part(text)
        if self.scoring.rule is Rule.NUMERIC and number_of(wanted) is None:
            return MISSING
        return wanted

    def answered(self, answer: Mapping[str, Any] | None, wanted: Any = MISSING) -> Any:
        """The value that is looked at; `MISSING` where there is none. Null is a value with the JSON rule only.

        Without a field that is the whole answer; but where it has one value only, and no object is wanted, that value.
        """
        if answer is None:
            return MISSING
        if self.scoring.field:
            value = part(answer, self.scoring.field)
        else:
            value = next(iter(answer.values())) if len(answer) == 1 and not _is_object(wanted) else answer
        return MISSING if value is None and self.scoring.rule is not Rule.JSON else value

    def key(self, value: Any) -> str:
        """The same for values that the rule takes for the same; of numbers for those of the same value."""
        match self.scoring.rule:
            case Rule.NORMALISED:
                return normalised(shown(value))
            case Rule.CONTAINS:
                return collapsed(shown(value))
            case Rule.NUMERIC:
                number = number_of(value)
                return shown(value) if number is None else str(number.normalize())
            case Rule.JSON:
                return canonical(parsed(value) if isinstance(value, Cell) else value)
        return shown(value)

    def _scored_part(self, text: str) -> Any:
        value = parsed(text) if self.scoring.field and text.lstrip().startswith("{") else None
        found = part(value, self.scoring.field) if isinstance(value, Mapping) else MISSING
        # A null in the place of an expected value expects nothing that the other rules could find.
        return Cell(text) if found is MISSING or (found is None and self.scoring.rule is not Rule.JSON) else found

    def _exact(self, wanted: Any, given: Any) -> bool:
        return shown(wanted) == shown(given)

    def _normalised(self, wanted: Any, given: Any) -> bool:
        return normalised(shown(wanted)) == normalised(shown(given))

    def _contains(self, wanted: Any, given: Any) -> bool:
        return collapsed(shown(wanted)) in collapsed(shown(given))

    def _numeric(self, wanted: Any, given: Any) -> bool:
        target, number = number_of(wanted), number_of(given)
        return target is not None and number is not None and abs(number - target) <= self.scoring.tolerance(target)

    def _json(self, wanted: Any, given: Any) -> bool:
        if not isinstance(wanted, Cell):
            return same_json(wanted, given)
        # A cell that reads 5 may mean the text: where the answer is a text, that counts as well.
        return (isinstance(given, str) and given == wanted) or same_json(parsed(wanted), given)


def _is_object(wanted: Any) -> bool:
    return isinstance(wanted, str) and wanted.lstrip().startswith("{") and isinstance(parsed(wanted), Mapping)


def shown(value: Any) -> str:
    """As the rules for texts see it: a text as it is, JSON in one spelling."""
    if isinstance(value, Cell):
        return text_of(parsed(value)) if value.lstrip()[:1] in ("{", "[") else str(value)
    return text_of(value)


def part(value: Mapping[str, Any], path: str) -> Any:
    """What is under a key, or along keys with dots between them; `MISSING` where there is nothing."""
    if path in value:
        return value[path]
    here: Any = value
    for key in path.split("."):
        if not isinstance(here, Mapping) or key not in here:
            return MISSING
        here = here[key]
    return here
