"""The API of sharing: with whom a queue is shared. For its owner and for staff."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.pagination import PageCursor
from experiments.core.choices import ErrorCode, Role
from experiments.models import Share
from experiments.models.sharing import SHARED_ROLES
from experiments.selectors.shares import share_values, shares_of_queue
from experiments.services import sharing

ONE_OF_BOTH = "Give either the name of a user, or everyone: true."


class FirstSharedFirst(PageCursor):
    ordering = ("id",)


class NewShareSerializer(serializers.Serializer[Any]):
    """With one user, or with everybody who is signed in."""

    user = serializers.CharField(required=False, allow_null=True, help_text="The name that they sign in with.")
    everyone = serializers.BooleanField(required=False, default=False)
    role = serializers.ChoiceField(SHARED_ROLES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("user") is None) != attrs["everyone"]:
            raise serializers.ValidationError({"user": ONE_OF_BOTH}, code=ErrorCode.REQUIRED)
        return attrs


class ShareSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    user = serializers.CharField(allow_null=True, help_text="Null: everybody who is signed in.")
    everyone = serializers.BooleanField()
    role = serializers.ChoiceField(SHARED_ROLES)

    def to_representation(self, instance: Share) -> dict[str, Any]:
        return super().to_representation(share_values(instance))


class QueueShares(QueueView, generics.ListAPIView[Share]):
    """With whom it is shared. A viewer reads all of it, an editor changes it, too; its owner shares and deletes it."""

    needs: ClassVar = {"GET": Role.OWNER, "HEAD": Role.OWNER, "POST": Role.OWNER}
    serializer_class = ShareSerializer
    pagination_class = FirstSharedFirst
    queryset = Share.objects.none()

    def get_queryset(self) -> Any:
        return shares_of_queue(self.queue())

    @extend_schema(request=NewShareSerializer, responses={201: ShareSerializer})
    def post(self, request: Request, **ids: Any) -> Response:
        """Shares it; with whom it is shared already gets the other role."""
        queue = self.queue()
        values = self.checked(NewShareSerializer, request.data)
        made = sharing.share(queue=queue, role=Role(values["role"]), user_name=values.get("user"))
        return Response(ShareSerializer(made).data, status=status.HTTP_201_CREATED)


class QueueShareDetail(QueueView):
    """One of those with whom it is shared."""

    needs: ClassVar = {"DELETE": Role.OWNER}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, share_id: int, **ids: Any) -> Response:
        """Ends it: they do not see it any more."""
        if not sharing.unshare(queue=self.queue(), share_id=share_id):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
