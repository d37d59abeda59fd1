"""The API of a comparison: two queues with the same rows, field by field."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.queues import Methods
from experiments.api.serializers.comparison import DifferencesQuerySerializer, DifferencesSerializer
from experiments.core.choices import FieldChange, RowMatch
from experiments.http.page_time import in_time
from experiments.kinds import QueueKind
from experiments.models import Queue
from experiments.selectors import comparison
from experiments.selectors.comparison import CHANGES, Summary, Wanted
from experiments.selectors.comparison_statements import Both, Line


class QueueDifferences(QueueView):
    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        shown = {
            "operation_id": f"{kind.collection}_differences",
            "summary": f"Compares two {kind.nouns.many} field by field",
            "parameters": [DifferencesQuerySerializer],
            "responses": DifferencesSerializer,
            "description": (
                f"Compares the answers of two {kind.nouns.many} with the same rows: numbers with a threshold, lists in "
                "any order, all else as JSON. Null and no value are the same. Up to 20,000 rows, most changes come "
                "first. Beyond that, rows come in row order, the counts are those of a sample, and a page may have "
                "fewer rows than `limit` while there is a `next`."
            ),
        }
        return {"get": shown}

    def get(self, request: Request, **ids: Any) -> Response:
        first = self.queue()
        wanted = self.checked(DifferencesQuerySerializer, request.query_params)
        second = self.kind.visible_to(request.user).filter(pk=wanted["with"]).first()
        if second is None:
            raise Http404
        both = comparison.compared(first, second, wanted.get("moves", {}))
        counted = wanted.get("count", frozenset()) & {field.name for field in both.fields}
        counted = counted or comparison.counted_fields(both)
        rows = Wanted(
            match=RowMatch(wanted["match"]) if "match" in wanted else None,
            field=wanted.get("field", ""),
            change=FieldChange(wanted["change"]) if "change" in wanted else None,
            search=wanted.get("search", ""),
        )
        with in_time("search", how="narrow the search, or count fewer fields"):
            summary = comparison.summary(both, counted)
            found = comparison.find_lines(
                both, counted, rows, want=wanted["limit"], after=wanted.get("after"), before=None
            )
        following = None
        if found.after is not None:
            query = urlencode({**request.query_params.dict(), "after": found.after})
            following = f"{request.build_absolute_uri(request.path)}?{query}"
        answers = [_answers(queue, found.lines) for queue in (first, second)]
        places = comparison.places_of(both, counted)
        return Response(
            {
                **_summary_to_json(both, summary),
                "next": following,
                "results": [_row_to_json(both, line, places, *answers) for line in found.lines],
            }
        )


def _answers(queue: Queue, lines: list[Line]) -> dict[int, Any]:
    rows = queue.rows.filter(row_index__in=[line.row for line in lines])
    found = rows.values_list("row_index", "result_payload", "corrected_payload")
    return {index: given if corrected is None else corrected for index, given, corrected in found}


def _summary_to_json(both: Both, summary: Summary) -> dict[str, Any]:
    return {
        "a": {"id": both.a.pk, "name": both.a.name},
        "b": {"id": both.b.pk, "name": both.b.name},
        "rows": summary.rows,
        "sampled": summary.is_sample,
        "matches": {str(match): number for match, number in summary.matches.items()},
        "fields_compared": [
            {
                "name": field.name,
                "counts": field.is_counted,
                "answered": field.answered,
                "differ": field.differ,
                "changes": {str(change): number for change, number in field.changes.items()},
            }
            for field in summary.fields
        ],
    }


def _row_to_json(
    both: Both, line: Line, places: tuple[int, ...], a: dict[int, Any], b: dict[int, Any]
) -> dict[str, Any]:
    changes = {field.name: CHANGES[letter] for field, letter in zip(both.fields, line.letters, strict=False)}
    return {
        "row_index": line.row,
        "match": str(comparison.match_of(line, places)),
        "changes": {name: str(change) for name, change in changes.items() if change is not FieldChange.EQUAL},
        "a": a.get(line.row),
        "b": b.get(line.row),
    }
