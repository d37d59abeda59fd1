"""Saves what was chosen for columns, and says what the step shows then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import Conflict, WorkbenchError
from experiments.services import column_stats
from experiments.web.decorators import PageRequest
from experiments.web.map_step.draft import MapDraft
from experiments.web.map_step.forms import (
    ColumnChoice,
    ColumnQuery,
    changed_choices,
    columns_version,
    matching_columns,
    parse_number,
    same_mode,
    valid_changes,
)
from experiments.web.map_step.page import column_page, example_row, says_of_mapping


@dataclass(frozen=True)
class SaveResult:
    """`problems` and what was `typed`, by number of the column; `error` where nothing was saved."""

    problems: Mapping[int, str] = field(default_factory=dict)
    typed: Mapping[int, ColumnChoice] = field(default_factory=dict)
    error: WorkbenchError | None = None

    @property
    def is_complete(self) -> bool:
        return not self.problems and self.error is None

    @property
    def status(self) -> int:
        if self.is_complete:
            return 200
        return self.error.status if self.error else 400


def save_columns(draft: MapDraft, form: Mapping[str, str], ticked: Sequence[str]) -> SaveResult:
    """Saves each column whose choice is valid; with `set` in the form, only that mode for the `ticked` columns."""
    typed: dict[int, ColumnChoice] = {}
    try:
        if form.get("version") != columns_version(draft):
            sentence = "The file was replaced meanwhile: these are its columns now. Nothing was saved."
            raise Conflict(sentence, code=ErrorCode.STALE)
        typed = changed_choices(form)
        changes, problems = valid_changes(draft, typed)
        if form.get("set"):
            changes, problems = same_mode(draft, form["set"], _chosen(draft, form, ticked)), {}
        if list(draft.merged(changes)) != list(draft.columns):
            draft.store(changes)
    except WorkbenchError as error:
        return SaveResult(typed=typed, error=error)
    return SaveResult(problems, typed)


def _chosen(draft: MapDraft, form: Mapping[str, str], ticked: Sequence[str]) -> list[int]:
    """The ticked columns; all that match, on other pages too, where the tick above them is set."""
    if form.get("every"):
        return matching_columns(draft, column_stats.column_stats_of(draft.queue), ColumnQuery.from_values(form))
    return [number for text in ticked if (number := parse_number(text)) is not None]


def map_context(request: PageRequest, draft: MapDraft, result: SaveResult) -> dict[str, Any]:
    was_sent = request.method == "POST"
    values = (request.POST if was_sent else request.GET).dict()
    query, error = ColumnQuery.from_values(values), result.error
    stats = column_stats.column_stats_of(draft.queue)
    return {
        "columns": column_page(draft, stats, query=query, problems=result.problems, typed=result.typed),
        "modes": draft.modes,
        "example": example_row(draft, query.row),
        "error": error,
        "unsaved": not result.is_complete,
        "says": says_of_mapping(draft),
        "unsaved_columns": len(result.problems),
        "was_saved": was_sent and result.is_complete,
        # While somebody chooses and types, the inputs themselves stay as they are.
        "keep_inputs": was_sent and not values.get("set") and error is None,
        "only_example": not was_sent and bool(values.keys() & {"row", "show"}) and "page" not in values,
    }
