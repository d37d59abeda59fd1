"""What the API has for experiments alone: data set, items by hand, score, comparison."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.experiment_kind.api import serializers
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.selectors import comparisons, scores
from experiments.experiment_kind.services import drafts, items_by_hand, uploads


class ExperimentView(QueueView):
    kind_name = KIND


class ExperimentUpload(ExperimentView):
    """Stores the items of a file (CSV, JSON, XLSX …) in place of what the draft had. Nothing is stored with a 4xx.

    A file that can't be read is a 400 with `offers` of what would read it. One that is no data set is a 400 with all
    `problems` (line, column, field, code, detail) beside `errors`.
    """

    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        request={"multipart/form-data": serializers.DatasetUploadSerializer},
        responses={201: serializers.DatasetSerializer},
    )
    def post(self, request: Request, **place: Any) -> Response:
        experiment = self.queue()
        values = self.checked(serializers.DatasetUploadSerializer, request.data)
        options = serializers.DatasetUploadSerializer.read_options(values)
        stored = uploads.upload(experiment_id=experiment.pk, file=values["file"], options=options)
        found = {"options": stored.options, "rejects": stored.rejects}
        return Response({**_dataset_to_json(stored.experiment), **found}, status=status.HTTP_201_CREATED)


class ExperimentItems(ExperimentView):
    """Adds one item to a draft, as often as it has iterations."""

    @extend_schema(
        operation_id="experiments_items_add",
        request=serializers.NewItemSerializer,
        responses={201: serializers.DatasetSerializer},
    )
    def post(self, request: Request, **place: Any) -> Response:
        experiment = self.queue()
        item = self.checked(serializers.NewItemSerializer, request.data)
        stored = items_by_hand.add(experiment_id=experiment.pk, item=item)
        return Response(_dataset_to_json(stored), status=status.HTTP_201_CREATED)


def _dataset_to_json(experiment: Experiment) -> dict[str, Any]:
    return {
        "items": experiment.dataset_size,
        "rows": experiment.total,
        "columns": experiment.columns,
        "encoding": experiment.encoding,
        "delimiter": experiment.delimiter or None,
        "warnings": experiment.warnings,
    }


class ExperimentScore(ExperimentView):
    """How many answers are right: in all, by label, by expected and given answer, and how far iterations agree.

    The network's own answers are judged: a person's correction changes no score. Of a large experiment that is running
    it may be some seconds old.
    """

    @extend_schema(
        summary="Shows how many answers are right",
        responses=serializers.ScoreSerializer,
        description=(
            "How many answers are right: in all, by label, by expected and given answer, and how far iterations "
            "agree. The network's own answers are judged: a person's correction changes no score. While a large "
            "experiment is running it may be some seconds old."
        ),
    )
    def get(self, request: Request, **place: Any) -> Response:
        return Response(scores.score_to_json(self.queue()))

    @extend_schema(
        request=serializers.ScoringChangeSerializer,
        responses=serializers.ScoreSerializer,
        description="Sets another scoring, at any time, and answers with the score by it.",
    )
    def patch(self, request: Request, **place: Any) -> Response:
        experiment = self.queue()
        drafts.update(
            experiment_id=experiment.pk, values=self.checked(serializers.ScoringChangeSerializer, request.data)
        )
        return Response(scores.score_to_json(self.queue()))


class ExperimentCompare(ExperimentView):
    """Compares two experiments on the same data set, item by item: those that changed come first.

    An item with iterations is right where more than half of them are; no answer counts as wrong.
    """

    @extend_schema(parameters=[serializers.CompareQuerySerializer], responses=serializers.ComparisonSerializer)
    def get(self, request: Request, **place: Any) -> Response:
        first = self.queue()
        wanted = self.checked(serializers.CompareQuerySerializer, request.query_params)
        second = self.kind.visible_to(request.user).filter(pk=wanted["with"]).first()
        if second is None:
            raise Http404
        found = comparisons.compare(first, second)
        pairs = [pair for pair in found.pairs if wanted.get("change") in (None, pair.change)]
        start, end = wanted["offset"], wanted["offset"] + wanted["limit"]
        return Response(
            {
                "first": _compared_to_json(first),
                "second": _compared_to_json(second),
                "counts": {str(change): count for change, count in found.counts.items()},
                "chance": found.chance,
                "next": self._page_address(request, end) if end < len(pairs) else None,
                "previous": self._page_address(request, max(start - wanted["limit"], 0)) if start else None,
                "results": comparisons.details(first, second, pairs[start:end]),
            }
        )

    @staticmethod
    def _page_address(request: Request, offset: int) -> str:
        wanted = urlencode({**request.query_params.dict(), "offset": offset})
        return f"{request.build_absolute_uri(request.path)}?{wanted}"


def _compared_to_json(experiment: Experiment) -> dict[str, Any]:
    return {"id": experiment.pk, "name": experiment.name, "total": scores.score_of(experiment).total.to_json()}
