"""One answer beside what was expected of it."""

from collections.abc import Mapping
from typing import Any

from experiments.core.choices import RowStatus
from experiments.experiment_kind.choices import Verdict
from experiments.experiment_kind.scoring.rules import RULES
from experiments.experiment_kind.scoring.settings import Scoring
from experiments.experiment_kind.scoring.texts import Cell, number_of, parsed

MISSING: Any = object()
ENDED = (RowStatus.SUCCEEDED, RowStatus.FAILED)


class Judge:
    """Judges the answers of one experiment.

    Where the expected answer is a JSON object that has the scored field, the value there is what is expected: so the
    whole answers of an earlier run can be the expectation, whichever field is scored.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self.rule = RULES[scoring.rule]

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
        return Verdict.RIGHT if self.rule.is_right(wanted, given, self.scoring) else Verdict.WRONG

    def expected_value(self, text: str) -> Any:
        """A `Cell`, or where the cell is an object with the scored field the value there; `MISSING` where none."""
        if not text.strip():
            return MISSING
        field = self.scoring.field
        whole = parsed(text) if field and text.lstrip().startswith("{") else None
        found = value_at(whole, field) if isinstance(whole, Mapping) else MISSING
        # A null in the place of an expected value expects nothing that most rules could find.
        wanted = Cell(text) if found is MISSING or (found is None and not self.rule.takes_null) else found
        return MISSING if self.rule.is_numeric and number_of(wanted) is None else wanted

    def answered_value(self, answer: Mapping[str, Any] | None, wanted: Any = MISSING) -> Any:
        """The value that is looked at; `MISSING` where there is none. Null is one where the rule takes it.

        Without a field that is the whole answer; but where it has one value only, and no object is wanted, that value.
        """
        if answer is None:
            return MISSING
        if self.scoring.field:
            value = value_at(answer, self.scoring.field)
        else:
            value = next(iter(answer.values())) if len(answer) == 1 and not _is_object(wanted) else answer
        return MISSING if value is None and not self.rule.takes_null else value


def _is_object(wanted: Any) -> bool:
    """Whether an expected value is the text of a JSON object."""
    return isinstance(wanted, str) and wanted.lstrip().startswith("{") and isinstance(parsed(wanted), Mapping)


def value_at(value: Mapping[str, Any], path: str) -> Any:
    """What is under a key, or along keys with dots between them; `MISSING` where there is nothing.

    Where the path leads through a list of objects it is the list of what is there in each of them.
    """
    if path in value:
        return value[path]
    key, _, rest = path.partition(".")
    # A key may have dots of its own.
    while key not in value and rest:
        further, _, rest = rest.partition(".")
        key = f"{key}.{further}"
    if not rest:
        return MISSING
    return _value_below(value[key], rest)


def _value_below(here: Any, path: str) -> Any:
    if isinstance(here, Mapping):
        return value_at(here, path)
    if not isinstance(here, list):
        return MISSING
    found = [value_at(entry, path) for entry in here if isinstance(entry, Mapping)]
    there = [value for value in found if value is not MISSING]
    return there if there or not here else MISSING
