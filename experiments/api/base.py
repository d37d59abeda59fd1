"""What the API's views of one queue have in common, whatever kind it is of."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.kinds import QueueKind, kind_named


def place_of(kind: QueueKind) -> str:
    """What an address calls the id of a queue: `batch_id`."""
    return f"{kind.nouns.one}_id"


class QueueView(APIView):
    """A view of one queue; anybody else's does not exist. `kind_name` is that of a registered one."""

    kind_name: str

    @property
    def kind(self) -> QueueKind:
        return kind_named(self.kind_name)

    def queue(self) -> Any:
        kind = self.kind
        found = kind.queues(self.request.user).filter(pk=self.kwargs[place_of(kind)]).first()
        if found is None:
            raise Http404
        return found

    def checked(self, serializer: type[serializers.Serializer[Any]], data: Any, **more: Any) -> dict[str, Any]:
        bound = serializer(data=data, **more)
        bound.is_valid(raise_exception=True)
        values: dict[str, Any] = bound.validated_data
        return values

    def answer(self, code: int) -> Response:
        """The queue as it is by now."""
        return Response(self.kind.serializers().queue(self.queue()).data, status=code)
