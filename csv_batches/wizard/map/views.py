"""Map inputs: what each column is for, with a real row as it would be sent beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping, steps
from csv_batches.rules.choices import MappingMode
from csv_batches.services import column_stats, drafts
from csv_batches.wizard.base import of_draft, onward, page, step_address
from csv_batches.wizard.map import page as map_page
from csv_batches.wizard.map.page import Wanted
from experiments.core.errors import Conflict, InvalidInput, WorkbenchError
from experiments.web.decorators import PageRequest, wants_fragment

LONGEST_FIND = 200


@dataclass(frozen=True)
class ColumnQuery:
    """Which columns and which row are shown."""

    find: str
    page: int
    row: int | None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "ColumnQuery":
        return cls(values.get("find", "")[:LONGEST_FIND], _number(values.get("page")) or 1, _number(values.get("row")))

    @property
    def query(self) -> str:
        given = {"find": self.find, "page": self.page if self.page > 1 else "", "row": self.row}
        return urlencode({name: value for name, value in given.items() if value not in ("", None)})


@dataclass(frozen=True)
class Saved:
    """What became of a sent form: `problems` and what was `typed` by number of the column, or an `error` of it all."""

    batch: CsvBatch
    problems: Mapping[int, str] = field(default_factory=dict)
    typed: Mapping[int, Wanted] = field(default_factory=dict)
    error: WorkbenchError | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problems and self.error is None


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def map_columns(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        return _shown(request, Saved(batch))
    saved = _saved(request, batch)
    if wants_fragment(request) or not saved.is_whole:
        return _shown(request, saved)
    return _onward(request, batch)


def _saved(request: PageRequest, batch: CsvBatch) -> Saved:
    form = request.POST.dict()
    typed: dict[int, Wanted] = {}
    try:
        if form.get("version") != map_page.version_of(batch):
            raise Conflict(
                "The file was replaced meanwhile: these are its columns now. Nothing was saved.", code="stale"
            )
        typed = map_page.wanted_of(form)
        changes, problems = map_page.possible(batch, typed)
        if form.get("all"):
            changes = _all(batch, form["all"], form.get("find", ""))
        if mapping.merge_columns(batch.columns, changes) != batch.columns:
            batch = drafts.update(batch_id=batch.pk, values={"columns": changes})
    except WorkbenchError as error:
        return Saved(batch, typed=typed, error=error)
    return Saved(batch, {} if form.get("all") else problems, typed)


def _all(batch: CsvBatch, mode: str, find: str) -> list[mapping.Json]:
    if mode not in MappingMode.values():
        raise InvalidInput("Choose what the columns are for.", code="invalid_mode", attr="columns")
    return [{"name": batch.column_names[number], "mode": mode} for number in map_page.matching(batch, find)]


def _shown(request: PageRequest, saved: Saved) -> HttpResponse:
    values = request.POST if request.method == "POST" else request.GET
    place, batch = ColumnQuery.of(values.dict()), saved.batch
    context = {
        "columns": map_page.columns_of(
            batch,
            column_stats.column_stats_of(batch),
            find=place.find,
            page=place.page,
            problems=saved.problems,
            typed=saved.typed,
        ),
        "example": map_page.example_of(batch, place.row),
        "error": saved.error,
        "unsaved": len(saved.problems),
        "was_saved": request.method == "POST" and saved.is_whole,
        "place": place,
        # While somebody chooses and types, the fields themselves stay as they are.
        "keep_columns": request.method == "POST" and not values.get("all") and saved.error is None,
        "keep_all_columns": request.method != "POST" and "row" in values and "page" not in values,
    }
    response = page(request, batch, steps.MAP, context)
    if not saved.is_whole and not wants_fragment(request):
        response.status_code = saved.error.status if saved.error else 400
    return response


def _onward(request: PageRequest, batch: CsvBatch) -> HttpResponseRedirect:
    if request.POST.get("go") in ("next", "back"):
        return onward(request, batch, steps.MAP)
    query = ColumnQuery.of(request.POST.dict()).query
    address = step_address(batch, steps.MAP)
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _number(text: str | None) -> int | None:
    digits = (text or "").strip().replace(",", "")
    return int(digits[:9]) if digits.isascii() and digits.isdecimal() else None
