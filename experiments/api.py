"""The host's part of the API: networks and runs."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.models import Network, Run
from experiments.pagination import ByName
from experiments.permissions import StaffWrites
from experiments.run_filters import RunFilter
from experiments.serializers import NetworkSerializer, RunSerializer
from experiments.services import networks


class NetworkViews(generics.GenericAPIView[Network]):
    permission_classes = (StaffWrites,)
    serializer_class = NetworkSerializer
    queryset = Network.objects.prefetch_related("agents__routes")


class NetworkList(NetworkViews, generics.ListCreateAPIView[Network]):
    pagination_class = ByName

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = networks.save(network=None, values=serializer.validated_data)


class NetworkDetail(NetworkViews, generics.RetrieveUpdateDestroyAPIView[Network]):
    http_method_names = ("get", "patch", "delete", "head", "options")

    def perform_update(self, serializer: Any) -> None:
        network = networks.save(network=serializer.instance, values=serializer.validated_data)
        # Its agents were read before they were replaced.
        serializer.instance = self.get_queryset().get(pk=network.pk)

    def perform_destroy(self, instance: Network) -> None:
        networks.delete(network=instance)


class RunViews(generics.GenericAPIView[Run]):
    serializer_class = RunSerializer
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.for_user(self.request.user).select_related("network", "item")


class RunList(RunViews, generics.ListAPIView[Run]):
    """Runs, newest first: one's own, all for staff."""

    filter_backends = (DjangoFilterBackend,)
    filterset_class = RunFilter


class RunDetail(RunViews, generics.RetrieveAPIView[Run]):
    def get_object(self) -> Run:
        # A trace id is unique within a network only; across networks the newest answers.
        run = self.get_queryset().filter(trace_id=self.kwargs["trace_id"]).order_by("-created_at", "-id").first()
        if run is None:
            raise Http404
        return run


@extend_schema(exclude=True)
class Nothing(APIView):
    """Whatever else is asked under `/api/`: the same error shape as everywhere."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is no such address in this API. See /api/docs.")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise NotFound
