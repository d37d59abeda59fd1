"""What the API's views of one queue have in common, whatever kind it is of."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments import kinds
from experiments.desks import Desk


def place_of(desk: Desk) -> str:
    """What an address calls the id of a queue: `batch_id`."""
    return f"{desk.words.one}_id"


class QueueView(APIView):
    """A view of one queue; anybody else's does not exist. `kind` is the name of a registered one."""

    kind: str

    @property
    def desk(self) -> Desk:
        return kinds.get(self.kind).desk

    def queue(self) -> Any:
        desk = self.desk
        found = desk.queues(self.request.user).filter(pk=self.kwargs[place_of(desk)]).first()
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
        return Response(self.desk.shapes().queue(self.queue()).data, status=code)
