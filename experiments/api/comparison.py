"""The API of a comparison: two queues with the same rows, field by field."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.queues import Methods
from experiments.api.serializers.comparison import CompareQuerySerializer, FieldComparisonSerializer
from experiments.core.choices import ErrorCode, FieldChange, RowMatch
from experiments.core.errors import InvalidInput
from experiments.http.page_time import NO_LIMIT, in_time, limit_statements
from experiments.kinds import QueueKind
from experiments.models import Queue
from experiments.response_schema.field_order import in_field_order
from experiments.selectors import comparison
from experiments.selectors.comparison import CHANGES, NEITHER, FieldSummary, Summary, Wanted
from experiments.selectors.comparison_statements import ANSWERED, Both, Line


class QueueCompare(QueueView):
    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        shown = {
            "operation_id": f"{kind.collection}_compare",
            "summary": f"Compares two {kind.nouns.many} field by field",
            "parameters": [CompareQuerySerializer],
            "responses": FieldComparisonSerializer,
            "description": (
                f"Compares the answers of two {kind.nouns.many} with the same rows: numbers with a tolerance, lists in "
                "any order, all else as JSON. Null and no value are the same. Other rows are a 409, "
                "`different_datasets`. Up to 20,000 rows, most changes come first. Beyond that, rows come in row "
                "order, the counts are those of a sample without `whole`, and a page may have fewer rows than `limit` "
                "while there is a `next`."
            ),
        }
        return {"get": shown}

    def get(self, request: Request, **ids: Any) -> Response:
        first = self.queue()
        wanted = self.checked(CompareQuerySerializer, request.query_params)
        second = self.kind.visible_to(request.user).filter(pk=wanted["with"]).first()
        if second is None:
            raise Http404
        both = comparison.compared(first, second, {}, wanted["tolerances"])
        counted = _counted(both, wanted.get("count"))
        rows = Wanted(
            match=RowMatch(wanted["match"]) if "match" in wanted else None,
            field=wanted.get("field", ""),
            change=FieldChange(wanted["change"]) if "change" in wanted else None,
            search=wanted.get("search", ""),
            by_row="sort" in wanted,
        )
        with in_time("search", how="narrow the search"):
            found = comparison.find_lines(
                both, counted, rows, want=wanted["limit"], after=wanted.get("after"), before=None
            )
        if wanted["whole"]:
            limit_statements(NO_LIMIT)
        with in_time("count", how="count fewer fields"):
            summary = comparison.summary(both, counted, whole=wanted["whole"])
        following = None
        if found.after is not None:
            query = urlencode({**request.query_params.dict(), "after": found.after})
            following = f"{request.build_absolute_uri(request.path)}?{query}"
        answers = [_answers(both, queue, found.lines) for queue in (first, second)]
        places = comparison.places_of(both, counted)
        return Response(
            {
                **_summary_to_json(both, summary),
                "next": following,
                "results": [_row_to_json(both, line, places, *answers) for line in found.lines],
            }
        )


def _counted(both: Both, chosen: frozenset[str] | None) -> frozenset[str]:
    """All, unless some are chosen: what a program has not asked to leave out is told."""
    names = frozenset(field.name for field in both.fields)
    unknown = (chosen or frozenset()) - names
    if unknown:
        sentence = f"There is no field {min(unknown)[:100]}. Fields: {', '.join(sorted(names))}."
        raise InvalidInput(sentence, code=ErrorCode.UNKNOWN, attr="count")
    return names if chosen is None else chosen


def _answers(both: Both, queue: Queue, lines: list[Line]) -> dict[int, Any]:
    """By row index."""
    rows = queue.rows.filter(row_index__in=[line.row for line in lines])
    found = rows.values_list("row_index", "result_payload", "corrected_payload")
    answers = ((index, given if corrected is None else corrected) for index, given, corrected in found)
    return {index: in_field_order(answer, both.response_fields) for index, answer in answers}


def _summary_to_json(both: Both, summary: Summary) -> dict[str, Any]:
    return {
        "a": {"id": both.a.pk, "name": both.a.name},
        "b": {"id": both.b.pk, "name": both.b.name},
        "rows": summary.rows,
        "sampled": summary.is_sample,
        "fields": [_field_to_json(field) for field in summary.fields],
        "counts": {str(match): number for match, number in summary.matches.items()},
    }


def _field_to_json(field: FieldSummary) -> dict[str, Any]:
    changes = {str(change): number for change, number in field.changes.items() if change is not FieldChange.EQUAL}
    return {
        "name": field.name,
        "same": field.answered - field.differ,
        "changed": field.differ,
        "counted": field.is_counted,
        "changes": changes,
    }


def _row_to_json(
    both: Both, line: Line, places: tuple[int, ...], a: dict[int, Any], b: dict[int, Any]
) -> dict[str, Any]:
    """A row that failed has no answer, though what came may be kept with it."""
    letters = {field.name: letter for field, letter in zip(both.fields, line.letters, strict=False)}
    changes = {name: CHANGES[letter] for name, letter in letters.items()}
    return {
        "row_index": line.row,
        "a": a.get(line.row) if line.a_ended == ANSWERED else None,
        "b": b.get(line.row) if line.b_ended == ANSWERED else None,
        "changed": [name for name, letter in letters.items() if letter not in NEITHER],
        "match": str(comparison.match_of(line, places)),
        "changes": {name: str(change) for name, change in changes.items() if change is not FieldChange.EQUAL},
    }
