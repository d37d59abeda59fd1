"""Map inputs: choose how each column is used, beside a real row as it will be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping, steps
from csv_batches.rules.mapping_modes import MAPPING_MODES
from csv_batches.services import column_stats, drafts
from csv_batches.wizard import live
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step
from csv_batches.wizard.map.forms import (
    ColumnChoice,
    ColumnQuery,
    changed_choices,
    columns_version,
    matching_columns,
    parse_number,
    same_mode,
    valid_changes,
)
from csv_batches.wizard.map.page import column_page, example_row, says_of_mapping
from csv_batches.wizard.trial import latest_trial
from experiments.core.choices import ErrorCode
from experiments.core.errors import Conflict, WorkbenchError
from experiments.http.page_time import takes_its_time
from experiments.web.decorators import PageRequest, wants_fragment


@dataclass(frozen=True)
class SaveResult:
    """`problems` and what was `typed`, by number of the column; `error` where nothing was saved."""

    batch: CsvBatch
    problems: Mapping[int, str] = field(default_factory=dict)
    typed: Mapping[int, ColumnChoice] = field(default_factory=dict)
    error: WorkbenchError | None = None

    @property
    def is_complete(self) -> bool:
        return not self.problems and self.error is None


# It may have to count the cells of all rows, once.
@takes_its_time
@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def map_columns(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        return _render(request, SaveResult(batch))
    result = _save_columns(batch, request.POST.dict(), request.POST.getlist("col"))
    problem = ""
    if result.is_complete and request.POST.get("go") == "trial":
        problem = live.try_rows(result.batch, request.POST, ColumnQuery.from_values(request.POST.dict()).row)
    if wants_fragment(request) or problem or not result.is_complete:
        return _render(request, result, problem)
    return redirect_by_button(request, batch, steps.MAP, ColumnQuery.from_values(request.POST.dict()).urlencode())


def _save_columns(batch: CsvBatch, form: Mapping[str, str], ticked: Sequence[str]) -> SaveResult:
    """Saves each column whose choice is valid; with `set` in the form, only that mode for the `ticked` columns."""
    typed: dict[int, ColumnChoice] = {}
    try:
        if form.get("version") != columns_version(batch):
            sentence = "The file was replaced meanwhile: these are its columns now. Nothing was saved."
            raise Conflict(sentence, code=ErrorCode.STALE)
        typed = changed_choices(form)
        changes, problems = valid_changes(batch, typed)
        if form.get("set"):
            changes, problems = same_mode(batch, form["set"], _chosen(batch, form, ticked)), {}
        if mapping.merge_columns(batch.columns, changes) != batch.columns:
            batch = drafts.update(batch_id=batch.pk, values={"columns": changes})
    except WorkbenchError as error:
        return SaveResult(batch, typed=typed, error=error)
    return SaveResult(batch, problems, typed)


def _chosen(batch: CsvBatch, form: Mapping[str, str], ticked: Sequence[str]) -> list[int]:
    """The ticked columns; all that match, on other pages too, where the tick above them is set."""
    if form.get("every"):
        return matching_columns(batch, column_stats.column_stats_of(batch), ColumnQuery.from_values(form))
    return [number for text in ticked if (number := parse_number(text)) is not None]


def _render(request: PageRequest, result: SaveResult, problem: str = "") -> HttpResponse:
    """`problem`: why no row is tried."""
    was_sent = request.method == "POST"
    values = (request.POST if was_sent else request.GET).dict()
    query, batch, error = ColumnQuery.from_values(values), result.batch, result.error
    context = {
        "columns": column_page(
            batch,
            column_stats.column_stats_of(batch),
            query=query,
            problems=result.problems,
            typed=result.typed,
        ),
        "modes": MAPPING_MODES,
        "example": example_row(batch, query.row),
        "trial": latest_trial(batch),
        "live": live.try_part(batch, values, problem),
        "error": error,
        "unsaved": not result.is_complete,
        "says": says_of_mapping(batch),
        "unsaved_columns": len(result.problems),
        "was_saved": was_sent and result.is_complete,
        # While somebody chooses and types, the inputs themselves stay as they are.
        "keep_inputs": was_sent and not values.get("set") and error is None,
        "only_example": not was_sent and bool(values.keys() & {"row", "show"}) and "page" not in values,
    }
    response = render_step(request, batch, steps.MAP, context)
    if not result.is_complete and not wants_fragment(request):
        response.status_code = error.status if error else 400
    return response
