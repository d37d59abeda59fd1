"""Two experiments side by side, as the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import in_one_line
from experiments.experiment_kind.choices import Change, Verdict
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.selectors import comparisons, scores
from experiments.experiment_kind.web import labels
from experiments.experiment_kind.web.score_panel import TallyLine, tally_line
from experiments.export.rows import cell_text

PAGE = 50
CHARS = 300
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class ShownRun:
    """An iteration of the item: the answer, shortened, and the row that has all of it."""

    row_index: int
    answered: str
    verdict: str
    severity: str


@dataclass(frozen=True)
class ShownSide:
    verdict: str
    severity: str
    score: str
    """`2 of 3`, where an item has iterations."""
    runs: tuple[ShownRun, ...]


@dataclass(frozen=True)
class ShownPair:
    item: int
    change: str
    severity: str
    message: str
    expected: str
    label: str
    sides: tuple[ShownSide | None, ShownSide | None]


@dataclass(frozen=True)
class ChangeCount:
    """A filter with the number of items that it leaves."""

    name: str
    label: str
    count: int
    icon: str = ""
    look: str = ""


@dataclass(frozen=True)
class ComparisonPage:
    totals: tuple[TallyLine, TallyLine]
    square: tuple[tuple[int, int], tuple[int, int]]
    """Items right and wrong in the first (rows) by right and wrong in the second."""
    chance: str
    changes: tuple[ChangeCount, ...]
    pairs: tuple[ShownPair, ...]
    page: int
    pages: int
    items: int
    all: int
    meter: tuple[tuple[str, int, int], ...]
    """Class, place and width of each part, in thousandths."""


def comparison_page(first: Experiment, second: Experiment, *, change: str, page: int) -> ComparisonPage:
    """`change` is the name of one, or "" for all. `Conflict` for different data sets."""
    found = comparisons.compare(first, second)
    wanted = [pair for pair in found.pairs if not change or pair.change == change]
    pages = max(-(-len(wanted) // PAGE), 1)
    page = min(max(page, 1), pages)
    details = comparisons.details(first, second, wanted[(page - 1) * PAGE : page * PAGE])
    counts = found.counts
    totals = [tally_line(one.name, scores.score_of(one).total) for one in (first, second)]
    return ComparisonPage(
        totals=(totals[0], totals[1]),
        square=(
            (counts[Change.BOTH_RIGHT], counts[Change.WORSE]),
            (counts[Change.BETTER], counts[Change.BOTH_WRONG]),
        ),
        chance=_chance_in_words(found.chance),
        changes=tuple(
            ChangeCount(str(one), text, counts[one], *labels.CHANGE_LOOKS.get(one, ("", "")))
            for one, text in labels.CHANGES.items()
        ),
        meter=_meter(counts),
        all=len(found.pairs),
        pairs=tuple(_shown_pair(detail) for detail in details),
        page=page,
        pages=pages,
        items=len(wanted),
    )


def _meter(counts: Mapping[Change, int]) -> tuple[tuple[str, int, int], ...]:
    total, left, found = sum(counts.values()), 0, []
    for change in labels.CHANGES:
        width = round(counts[change] * 1000 / total) if total else 0
        if width:
            found.append((str(change), left, width))
            left += width
    return tuple(found)


def _chance_in_words(chance: float | None) -> str:
    """By the exact McNemar test, two-sided."""
    if chance is None:
        return "No item changed from right to wrong, or from wrong to right."
    found = "p < 0.001" if chance < 0.001 else f"p = {chance:.3f}" if chance < 0.1 else f"p = {chance:.2f}"
    is_clear = chance < SIGNIFICANT
    return f"{'Significant difference' if is_clear else 'No significant difference'} (McNemar, {found})."


def _shown_pair(detail: Mapping[str, Any]) -> ShownPair:
    change = Change(detail["change"])
    return ShownPair(
        item=detail["item"],
        change=labels.CHANGES[change],
        severity=labels.CHANGE_SEVERITY.get(change, ""),
        message=in_one_line(detail["message"], CHARS),
        expected=in_one_line(detail["expected"], CHARS),
        label=in_one_line(detail["label"], CHARS),
        sides=(_shown_side(detail["first"]), _shown_side(detail["second"])),
    )


def _shown_side(side: Mapping[str, Any] | None) -> ShownSide | None:
    """None where the experiment does not have the item."""
    if side is None:
        return None
    runs = []
    for run in side["runs"]:
        verdict = Verdict(run["verdict"])
        answered = in_one_line(cell_text(run["answered"]), CHARS)
        runs.append(ShownRun(run["row_index"], answered, labels.VERDICTS[verdict], labels.SEVERITY.get(verdict, "")))
    verdict = Verdict(side["verdict"])
    score = f"{side['right']} of {side['scored']}" if len(runs) > 1 else ""
    return ShownSide(labels.VERDICTS[verdict], labels.SEVERITY.get(verdict, ""), score, tuple(runs))
