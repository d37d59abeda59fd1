"""What the API's views of one queue have in common, for every kind."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.kinds import QueueKind, kind_named


def id_name_of_kind(kind: QueueKind) -> str:
    """The parameter of an address that holds the id of a queue: `batch_id`."""
    return f"{kind.nouns.one}_id"


class QueueView(APIView):
    """A view of one queue of the kind `kind_name`. Other people's queues are a 404."""

    kind_name: str

    @property
    def kind(self) -> QueueKind:
        return kind_named(self.kind_name)

    def queue(self) -> Any:
        kind = self.kind
        found = kind.visible_to(self.request.user).filter(pk=self.kwargs[id_name_of_kind(kind)]).first()
        if found is None:
            raise Http404
        return found

    def checked(self, serializer: type[serializers.Serializer[Any]], data: Any, **more: Any) -> dict[str, Any]:
        """The valid values of `data`; `more` are further arguments of the serializer."""
        bound = serializer(data=data, **more)
        bound.is_valid(raise_exception=True)
        values: dict[str, Any] = bound.validated_data
        return values

    def answer(self, code: int) -> Response:
        """The queue as it is now."""
        return Response(self.kind.serializers().queue(self.queue()).data, status=code)
