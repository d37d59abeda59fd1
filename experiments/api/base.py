"""What the API's views have in common, and those of one queue, for every kind."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.api.unknown_names import refuse_unknown_names
from experiments.core.choices import Role
from experiments.kinds import QueueKind, kind_named
from experiments.selectors import access


def id_name_of_kind(kind: QueueKind) -> str:
    """The parameter of an address that holds the id of a queue: `batch_id`."""
    return f"{kind.nouns.one}_id"


class ApiView(APIView):
    """Every view under `/api/`: it takes the names that its description in OpenAPI has, and refuses all others."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Otherwise it is a 405, or the question of what is taken.
        if request.method in {*self.allowed_methods, "HEAD"} - {"OPTIONS"}:
            self.find()
            refuse_unknown_names(request, self)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(final, Response):
            final.add_post_render_callback(self._let_go)
        return final

    def _let_go(self, response: Any) -> None:
        """View and response hold each other. Megabytes of answers would wait for the garbage collector with them."""
        response.renderer_context = {}
        self.response = None  # type: ignore[assignment]

    def find(self) -> None:
        """Raises `Http404` where there is nothing at the address, before the body is read."""


class QueueView(ApiView):
    """A view of one queue of the kind `kind_name`. Other people's queues are a 404, unless they are shared."""

    kind_name: str
    needs: ClassVar[Mapping[str, Role]] = {}
    """By method: the role that it needs, where that is not what reading and writing need."""
    _found: Any = None

    @property
    def kind(self) -> QueueKind:
        return kind_named(self.kind_name)

    def find(self) -> None:
        if id_name_of_kind(self.kind) in self.kwargs:
            self._found = self._read()

    def queue(self) -> Any:
        """The queue as it is now. The first time it is the one that was found at the address."""
        found, self._found = self._found, None
        return found or self._read()

    def _read(self) -> Any:
        kind, method = self.kind, self.request.method or ""
        least = self.needs.get(method) or access.role_needed(method)
        try:
            return access.found_in(kind.visible_to(self.request.user), self.kwargs[id_name_of_kind(kind)], least)
        except PermissionDenied as error:
            # That of the framework would lose the sentence.
            raise exceptions.PermissionDenied(str(error)) from error

    def checked(self, serializer: type[serializers.Serializer[Any]], data: Any, **more: Any) -> dict[str, Any]:
        """The valid values of `data`; `more` are further arguments of the serializer."""
        bound = serializer(data=data, **more)
        bound.is_valid(raise_exception=True)
        values: dict[str, Any] = bound.validated_data
        return values

    def answer(self, code: int) -> Response:
        """The queue as it is now."""
        return Response(self.kind.serializers().queue(self.queue()).data, status=code)
