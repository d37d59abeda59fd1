"""The API of trying a network: one real call by a worker, and what came back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView
from experiments.api.serializers.network_calls import NetworkCallRequestSerializer, NetworkCallSerializer
from experiments.models import Network, NetworkCall
from experiments.services import network_calls


class NetworkTry(ApiView):
    """Has a worker call the network once: ask for the answer at `try/{call_id}`."""

    @extend_schema(request=NetworkCallRequestSerializer, responses={202: NetworkCallSerializer})
    def post(self, request: Request, pk: int) -> Response:
        network = get_object_or_404(Network.objects.prefetch_related("agents"), pk=pk)
        body = NetworkCallRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = {**body.validated_data, "agent_key": body.validated_data.get("agent_key") or ""}
        call = network_calls.ask(network=network, user=request.user, **values)
        return Response(NetworkCallSerializer(call).data, status=status.HTTP_202_ACCEPTED)


class NetworkTried(ApiView):
    """Shows a call that one asked for; staff see anybody's. What came back is kept for a week, its run longer."""

    @extend_schema(operation_id="networks_try_retrieve", responses=NetworkCallSerializer)
    def get(self, request: Request, pk: int, call_id: UUID) -> Response:
        calls = NetworkCall.objects.for_user(request.user).select_related("network")
        return Response(NetworkCallSerializer(get_object_or_404(calls, pk=call_id, network=pk)).data)
