"""The API of queues, the same for every kind. A kind says which calls it offers and which serializers they use."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.pagination import PageCursor
from experiments.api.serializers import queues as serializers
from experiments.core.choices import CallsInFlight, Role, RowStatus
from experiments.kinds import QueueKind
from experiments.models import Queue
from experiments.selectors.field_filter import check_fields
from experiments.services import queue_deletion, queue_retry, queues

Methods = dict[str, dict[str, Any]]
"""The methods that a view offers for a kind, each with the arguments of `extend_schema` that describe it."""


class QueueList(QueueView, generics.ListAPIView[Queue]):
    """Those that one may see, the newest first; a new draft."""

    pagination_class = PageCursor
    queryset = Queue.objects.none()

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        given, nouns = kind.serializers(), kind.nouns
        listed = {"description": f"Lists the {nouns.many} that one may see: one's own, all for staff. Newest first."}
        created = {
            "request": given.draft,
            "responses": {201: given.queue},
            "description": f"Creates a draft of a new {nouns.one}. Nothing is called before it is started.",
        }
        return {"get": listed, **({"post": created} if "create" in kind.can else {})}

    def get_serializer_class(self) -> Any:
        return self.kind.serializers().queue

    def get_queryset(self) -> Any:
        return self.kind.visible_to(self.request.user)

    def post(self, request: Request) -> Response:
        given = self.kind.serializers()
        queue = self.kind.create(user=request.user, values=self.checked(given.draft, request.data))
        return Response(given.queue(queue).data, status=status.HTTP_201_CREATED)


class QueueDetail(QueueView):
    """After the start only `name`, `concurrency` and the hard limits, `max_failures`, `max_calls`, `max_tokens`,
    `max_minutes` and `max_cost`, change."""

    needs: ClassVar = {"DELETE": Role.OWNER}

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        given, one = kind.serializers(), kind.nouns.one
        limits = "the hard limits, `max_failures`, `max_calls`, `max_tokens` and `max_minutes`,"
        change = {
            "request": given.draft and given.draft(partial=True),
            "responses": given.queue,
            "description": (
                f"Changes settings of a draft. After the start only `name`, `concurrency` and {limits} change. "
                "What only an answer shows is ignored."
            ),
        }
        shown = {"responses": given.queue, "description": f"Shows one {one}, its settings and how far it is."}
        deleted = {
            "responses": {204: None},
            "description": f"Deletes the {one} with all that is its; a large one in the background.",
        }
        return {"get": shown, **({"patch": change} if "update" in kind.can else {}), "delete": deleted}

    def get(self, request: Request, **ids: Any) -> Response:
        return self.answer(status.HTTP_200_OK)

    def patch(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        values = self.checked(self.kind.serializers().draft, request.data, partial=True)
        self.kind.update(queue_id=queue.pk, values=values)
        return self.answer(status.HTTP_200_OK)

    def delete(self, request: Request, **ids: Any) -> Response:
        queue_deletion.delete(queue=self.queue())
        return Response(status=status.HTTP_204_NO_CONTENT)


class QueueRun(QueueView):
    """Starts a draft: all its rows, the `first` n, or those `from` a `to` b, both included."""

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        given = kind.serializers()
        return {"post": {"request": given.run, "responses": {202: given.queue}}}

    def post(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        self.kind.run(queue=queue, user=request.user, order=self.checked(self.kind.serializers().run, request.data))
        return self.answer(status.HTTP_202_ACCEPTED)


class StatusChange(QueueView):
    """An action without a body."""

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        return {"post": {"request": None, "responses": {202: kind.serializers().queue}}}

    def post(self, request: Request, **ids: Any) -> Response:
        self.change(self.queue())
        return self.answer(status.HTTP_202_ACCEPTED)

    def change(self, queue: Queue) -> None:
        raise NotImplementedError


class QueuePause(StatusChange):
    """Pauses: calls in flight end and are recorded, the other rows wait."""

    def change(self, queue: Queue) -> None:
        queues.pause(queue_id=queue.pk, by=self.request.user.get_username())


class QueueResume(StatusChange):
    """Goes on with what is paused or cancelled."""

    def change(self, queue: Queue) -> None:
        queues.resume(queue_id=queue.pk)


class QueueCancel(QueueView):
    """Cancels: calls in flight end and are recorded, or are aborted. What waits stays as it is."""

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        return {"post": {"request": serializers.CancelSerializer, "responses": {202: kind.serializers().queue}}}

    def post(self, request: Request, **ids: Any) -> Response:
        order = self.checked(serializers.CancelSerializer, request.data)
        queues.cancel(queue_id=self.queue().pk, abort=order["calls"] == CallsInFlight.ABORT)
        return self.answer(status.HTTP_202_ACCEPTED)


class QueueRetry(QueueView):
    """Puts failed rows back, with `force` succeeded ones too.

    Failed rows that a person corrected are left out, unless `row_indexes` names them or with `force`.
    """

    @extend_schema(request=serializers.RetrySerializer, responses={202: serializers.RequeuedSerializer})
    def post(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        order = self.checked(serializers.RetrySerializer, request.data)
        check_fields(queue, order.get("filter") or {}, at="filter.")
        requeued = queue_retry.retry(queue_id=queue.pk, wanted=order.pop("filter", None), **order)
        return Response({"requeued": requeued}, status=status.HTTP_202_ACCEPTED)


class QueueDuplicate(QueueView):
    """Makes a new draft with the same settings and rows; `only` failed: with the rows that failed."""

    # It is one's own, and of what one sees.
    needs: ClassVar = {"POST": Role.VIEWER}

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        return {"post": {"request": serializers.DuplicateSerializer, "responses": {201: kind.serializers().queue}}}

    def post(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        failed_only = self.checked(serializers.DuplicateSerializer, request.data).get("only") == RowStatus.FAILED
        copy = self.kind.duplicate(queue=queue, user=request.user, failed_only=failed_only)
        return Response(self.kind.serializers().queue(copy).data, status=status.HTTP_201_CREATED)
