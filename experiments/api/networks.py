"""The API of networks."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView
from experiments.api.pagination import ByName
from experiments.api.permissions import StaffWrites
from experiments.api.serializers.networks import NetworkSerializer
from experiments.models import Network
from experiments.services import networks


class NetworkViews(ApiView, generics.GenericAPIView[Network]):
    permission_classes = (StaffWrites,)
    serializer_class = NetworkSerializer
    queryset = Network.objects.prefetch_related("agents__routes")


@extend_schema_view(
    get=extend_schema(description="Lists all networks with their agents, by name."),
    post=extend_schema(description="Creates a network with its agents; staff only."),
)
class NetworkList(NetworkViews, generics.ListCreateAPIView[Network]):
    pagination_class = ByName

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = networks.save(network=None, values=serializer.validated_data)


@extend_schema_view(
    get=extend_schema(description="Shows one network with its agents."),
    patch=extend_schema(description="Changes a network; `agents` are replaced as a whole. Staff only."),
    delete=extend_schema(description="Deletes a network that nothing uses any more; staff only."),
)
class NetworkDetail(NetworkViews, generics.RetrieveUpdateDestroyAPIView[Network]):
    http_method_names = ("get", "patch", "delete", "head", "options")

    def perform_update(self, serializer: Any) -> None:
        network = networks.save(network=serializer.instance, values=serializer.validated_data)
        # The instance has the agents from before the change.
        serializer.instance = self.get_queryset().get(pk=network.pk)

    def perform_destroy(self, instance: Network) -> None:
        networks.delete(network=instance)


class NetworkEndHold(NetworkViews):
    """Calls of a network that is held begin again at once, one first."""

    @extend_schema(request=None, responses={202: NetworkSerializer})
    def post(self, request: Request, pk: int) -> Response:
        networks.end_hold(network_id=self.get_object().pk)
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_202_ACCEPTED)
