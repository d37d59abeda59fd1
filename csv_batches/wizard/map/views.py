"""Map inputs: choose how each column is used, beside a real row as it will be sent."""

from collections.abc import Sequence

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping, steps
from csv_batches.rules.mapping_modes import MAPPING_MODES
from csv_batches.services import drafts
from csv_batches.wizard import live
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step
from csv_batches.wizard.trial import latest_trial
from experiments.http.page_time import takes_its_time
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.map_step.draft import Json, MapDraft
from experiments.web.map_step.forms import ColumnQuery
from experiments.web.map_step.views import SaveResult, map_context, save_columns


class MapOfBatch(MapDraft):
    modes = MAPPING_MODES

    def read(self) -> Sequence[mapping.Column]:
        return mapping.columns_of(self.queue.columns)

    def message_columns(self) -> mapping.ColumnMapping:
        return mapping.ColumnMapping(self.queue.columns)

    def merged(self, changes: Sequence[Json]) -> Sequence[mapping.Column]:
        return mapping.columns_of(mapping.merge_columns(self.queue.columns, changes))

    def write(self, changes: Sequence[Json]) -> CsvBatch:
        return drafts.update(batch_id=self.queue.pk, values={"columns": changes})


# It may have to count the cells of all rows, once.
@takes_its_time
@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def map_columns(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    draft, result = MapOfBatch(batch), SaveResult()
    problem = ""
    if request.method == "POST":
        result = save_columns(draft, request.POST.dict(), request.POST.getlist("col"))
        query = ColumnQuery.from_values(request.POST.dict())
        if result.is_complete and request.POST.get("go") == "trial":
            problem = live.try_rows(draft.queue, request.POST, query.row)
        if result.is_complete and not problem and not wants_fragment(request):
            return redirect_by_button(request, draft.queue, steps.MAP, query.urlencode())
    values = (request.POST if request.method == "POST" else request.GET).dict()
    panel = {"trial": latest_trial(draft.queue), "live": live.try_part(draft.queue, values, problem)}
    response = render_step(request, draft.queue, steps.MAP, {**map_context(request, draft, result), **panel})
    if not wants_fragment(request):
        response.status_code = result.status
    return response
