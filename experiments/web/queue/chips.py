"""The filters of a page as chips: the legend with its counts, and those that are set, each with a way to remove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FINAL, RowStatus
from experiments.core.labels import ROW_STATUS, reason_in_words
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.selectors import answer_filter
from experiments.selectors.failures import Failures
from experiments.selectors.field_filter import BEGINNINGS, field_filters
from experiments.web.page_part import PagePart
from experiments.web.queue.forms import PLACES, VIEW, query_string

LEGEND = (RowStatus.SUCCEEDED, RowStatus.FAILED, RowStatus.RUNNING, RowStatus.QUEUED, RowStatus.SKIPPED)
LOOKS = {RowStatus.SUCCEEDED: "ok", RowStatus.FAILED: "f", RowStatus.RUNNING: "r", RowStatus.SKIPPED: "s"}
"""Classes of their colors in the legend."""


@dataclass(frozen=True)
class Chip:
    """A filter with the number of rows that it leaves; `more`: there are more than that."""

    label: str
    count: int
    query: str
    active: bool
    code: str = ""
    """Of the rows' error, where it filters by one."""
    verdict: str = ""
    more: bool = False
    beside: bool = False
    """It filters beside a status."""
    look: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Chips(PagePart):
    chips: tuple[Chip, ...]

    @property
    def legend(self) -> tuple[Chip, ...]:
        """Those that are always seen."""
        return tuple(chip for chip in self.chips if not chip.code)

    @property
    def reasons(self) -> tuple[Chip, ...]:
        return tuple(chip for chip in self.chips if chip.code)


def chips_of_queue(queue: Queue, failures: Sequence[Failures], filters: Mapping[str, Any]) -> Chips:
    kept = {name: filters.get(name) for name in ("search", "verdict", "corrected", "sort")} | _by_answer(filters)
    chosen_status, chosen_code = filters.get("status"), filters.get("error_code")
    unfiltered = not filters.keys() - {*VIEW}
    chips = [Chip("All", queue.total, query_string(kept, verdict="", corrected=""), unfiltered)]
    for status in LEGEND:
        active = chosen_status == status or (status == RowStatus.FAILED and bool(chosen_code))
        number, label = getattr(queue, status), ROW_STATUS[status]
        # Nobody asks for what there is none of; the one that is chosen has to be seen.
        if number or active or status in FINAL:
            query = query_string({"status": status, **kept})
            chips.append(Chip(label.word, number, query, active, look=LOOKS.get(status, ""), icon=label.icon))
    for one in failures:
        query = query_string({"error_code": one.code, **kept})
        chips.append(
            Chip(reason_in_words(one.code), one.rows, query, chosen_code == one.code, code=one.code, more=one.more)
        )
    chips += _corrected_chips_of_queue(queue, filters)
    chips += _verdict_chips_of_queue(queue, filters)
    return Chips("chips", tuple(chips))


def _corrected_chips_of_queue(queue: Queue, filters: Mapping[str, Any]) -> list[Chip]:
    """Beside the status and other filters; chosen again it takes itself away."""
    chosen = filters.get("corrected")
    if not queue.corrected and not chosen:
        return []
    others = {name: value for name, value in filters.items() if name not in ("corrected", "after", "before")}
    label = "Not corrected" if chosen == "0" else "Corrected"
    count = queue.total - queue.corrected if chosen == "0" else queue.corrected
    return [
        Chip(
            label, count, query_string(others, corrected="" if chosen else "1"), bool(chosen), beside=True, icon="edit"
        )
    ]


def _verdict_chips_of_queue(queue: Queue, filters: Mapping[str, Any]) -> list[Chip]:
    others = {name: value for name, value in filters.items() if name not in ("verdict", "after", "before")}
    chosen = filters.get("verdict")
    return [
        Chip(label.capitalize(), count, query_string(others, verdict=name), chosen == name, verdict=name)
        for name, label, count in kind_of(queue).verdicts(queue)
    ]


def answer_chips(filters: Mapping[str, Any]) -> tuple[Chip, ...]:
    """Filters by values of the answers and by columns, each with the query that is left without it."""
    wanted = {name: value for name, value in filters.items() if name not in PLACES}
    bar = answer_filter.answer_filter_label(filters)
    without_bar = query_string({name: value for name, value in wanted.items() if name not in answer_filter.NAMES})
    chips = [Chip(bar, 0, without_bar, True)] if bar else []
    for one in field_filters(filters):
        others = {name: value for name, value in wanted.items() if name != one.key}
        chips.append(Chip(one.in_words, 0, query_string(others), True))
    return tuple(chips)


def filters_in_words(filters: Mapping[str, Any]) -> tuple[str, ...]:
    """Each filter that is set, as a person reads it."""
    words = {"0": "not corrected", "1": "corrected"}
    found = [reason_in_words(str(filters[name])) for name in ("status", "error_code", "verdict") if filters.get(name)]
    found += [words[filters["corrected"]]] if filters.get("corrected") else []
    found += [f"“{filters['search']}”"] if filters.get("search") else []
    return (*found, *(chip.label for chip in answer_chips(filters)))


def _by_answer(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Those by a value of the answer, and by columns."""
    return {name: filters[name] for name in filters if name in answer_filter.NAMES or name.startswith(BEGINNINGS)}
