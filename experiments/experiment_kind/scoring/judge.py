"""One answer beside what was expected of it."""

from collections.abc import Mapping
from typing import Any

from experiments.core.choices import RowStatus
from experiments.experiment_kind.choices import Rule, Verdict
from experiments.experiment_kind.scoring.rules import Scoring
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
ENDED = (RowStatus.SUCCEEDED, RowStatus.FAILED)


class Cell(str):
    """What a cell of a data set says, of which only the answer can tell whether it is a text or a JSON value."""

    __slots__ = ()


class Judge:
    """Judges the answers of one experiment.

    Where the expected answer is a JSON object that has the scored field, the value there is what is expected: so the
    whole answers of an earlier run can be the expectation, whichever field is scored.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring

    def verdict(self, *, expected: str, status: str, answer: Mapping[str, Any] | None) -> Verdict:
        """`expected` is the text of the cell, `answer` the payload of a run that succeeded."""
        wanted = self.expected_value(expected)
        if wanted is MISSING:
            return Verdict.NO_EXPECTATION
        if status not in ENDED:
            return Verdict.OPEN
        given = self.answered_value(answer if status == RowStatus.SUCCEEDED else None, wanted)
        if given is MISSING:
            return Verdict.NO_ANSWER
        return Verdict.RIGHT if self.is_right(wanted, given) else Verdict.WRONG

    def expected_value(self, text: str) -> Any:
        """A `Cell`, or where the cell is an object with the scored field the value there; `MISSING` where none."""
        if not text.strip():
            return MISSING
        rule, field = self.scoring.rule, self.scoring.field
        whole = parsed(text) if field and text.lstrip().startswith("{") else None
        found = value_at(whole, field) if isinstance(whole, Mapping) else MISSING
        # A null in the place of an expected value expects nothing that the other rules could find.
        wanted = Cell(text) if found is MISSING or (found is None and rule is not Rule.JSON) else found
        return MISSING if rule is Rule.NUMERIC and number_of(wanted) is None else wanted

    def answered_value(self, answer: Mapping[str, Any] | None, wanted: Any = MISSING) -> Any:
        """The value that is looked at; `MISSING` where there is none. Null is a value with the JSON rule only.

        Without a field that is the whole answer; but where it has one value only, and no object is wanted, that value.
        """
        if answer is None:
            return MISSING
        if self.scoring.field:
            value = value_at(answer, self.scoring.field)
        else:
            value = next(iter(answer.values())) if len(answer) == 1 and not _is_object(wanted) else answer
        return MISSING if value is None and self.scoring.rule is not Rule.JSON else value

    def is_right(self, wanted: Any, given: Any) -> bool:
        """Whether the answered value is the expected one, by the rule."""
        match self.scoring.rule:
            case Rule.NORMALISED:
                return normalised(comparable_text(wanted)) == normalised(comparable_text(given))
            case Rule.CONTAINS:
                return collapsed(comparable_text(wanted)) in collapsed(comparable_text(given))
            case Rule.NUMERIC:
                target, number = number_of(wanted), number_of(given)
                if target is None or number is None:
                    return False
                return abs(number - target) <= self.scoring.tolerance(target)
            case Rule.JSON:
                if not isinstance(wanted, Cell):
                    return same_json(wanted, given)
                # A cell that reads 5 may mean the text: where the answer is a text, that counts as well.
                return (isinstance(given, str) and given == wanted) or same_json(parsed(wanted), given)
        return comparable_text(wanted) == comparable_text(given)

    def key(self, value: Any) -> str:
        """The same text for values that the rule takes for the same; for numbers, of those of the same value."""
        match self.scoring.rule:
            case Rule.NORMALISED:
                return normalised(comparable_text(value))
            case Rule.CONTAINS:
                return collapsed(comparable_text(value))
            case Rule.NUMERIC:
                number = number_of(value)
                return comparable_text(value) if number is None else str(number.normalize())
            case Rule.JSON:
                return canonical(parsed(value) if isinstance(value, Cell) else value)
        return comparable_text(value)


def _is_object(wanted: Any) -> bool:
    """Whether an expected value is the text of a JSON object."""
    return isinstance(wanted, str) and wanted.lstrip().startswith("{") and isinstance(parsed(wanted), Mapping)


def comparable_text(value: Any) -> str:
    """As the rules for texts see it: a text as it is, JSON in one spelling."""
    if isinstance(value, Cell):
        return text_of(parsed(value)) if value.lstrip()[:1] in ("{", "[") else str(value)
    return text_of(value)


def value_at(value: Mapping[str, Any], path: str) -> Any:
    """What is under a key, or along keys with dots between them; `MISSING` where there is nothing."""
    if path in value:
        return value[path]
    here: Any = value
    for key in path.split("."):
        if not isinstance(here, Mapping) or key not in here:
            return MISSING
        here = here[key]
    return here
