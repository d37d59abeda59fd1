"""The API of runs."""

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics

from experiments.api.base import ApiView
from experiments.api.serializers.runs import RunSerializer
from experiments.core.json_text import UNSTORABLE
from experiments.models import Run
from experiments.selectors.run_filters import RunFilter


class RunViews(ApiView, generics.GenericAPIView[Run]):
    serializer_class = RunSerializer
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.for_user(self.request.user).select_related("network", "item")


@extend_schema_view(get=extend_schema(description="Lists runs, the newest first: one's own, all for staff."))
class RunList(RunViews, generics.ListAPIView[Run]):
    """Runs, newest first: one's own, all for staff."""

    filter_backends = (DjangoFilterBackend,)
    filterset_class = RunFilter


@extend_schema_view(get=extend_schema(description="Shows one run: its request, its answer, and its steps."))
class RunDetail(RunViews, generics.RetrieveAPIView[Run]):
    def get_object(self) -> Run:
        if UNSTORABLE.search(self.kwargs["trace_id"]):
            raise Http404
        # A trace id is unique within a network only; across networks the newest answers.
        seen = Run.objects.seen_by(self.request.user).select_related("network", "item")
        run = seen.filter(trace_id=self.kwargs["trace_id"]).order_by("-created_at", "-id").first()
        if run is None:
            raise Http404
        return run
