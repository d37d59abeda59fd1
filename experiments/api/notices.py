"""The API of webhooks and mails: who is told of what happens to queues, and what was sent."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView
from experiments.api.pagination import PageCursor
from experiments.core.choices import NOTICED, DeliveryState, ErrorCode, NoticeEvent, NoticeWay
from experiments.models import Delivery, Subscription
from experiments.models.notices import URL_CHARS
from experiments.selectors import notices
from experiments.services import subscriptions


class FirstMadeFirst(PageCursor):
    ordering = ("created_at", "id")


class NewestFirst(PageCursor):
    ordering = ("-id",)


class SubscriptionChangeSerializer(serializers.Serializer[Any]):
    """What may be set, also later."""

    url = serializers.CharField(
        required=False, max_length=URL_CHARS, help_text="Of a webhook; its host must be in `WEBHOOK_HOSTS`."
    )
    secret = serializers.CharField(
        required=False,
        write_only=True,
        max_length=200,
        help_text="`whsec_` and 24 to 64 bytes in base64. Without it one is made.",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField([one.value for one in NOTICED]),
        required=False,
        help_text="Without them all; of mails those to be sent.",
    )
    failure_percent = serializers.IntegerField(
        required=False, min_value=1, max_value=100, help_text="The share of failed rows that is told."
    )
    all_users = serializers.BooleanField(
        required=False, default=None, allow_null=True, help_text="Also what happens to other people’s; staff only."
    )
    active = serializers.BooleanField(required=False, default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {("is_active" if name == "active" else name): value for name, value in attrs.items()}


class NewSubscriptionSerializer(SubscriptionChangeSerializer):
    """A webhook, or the mails that you get, of which there is one subscription."""

    way = serializers.ChoiceField(NoticeWay.values(), required=False, default=NoticeWay.WEBHOOK)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = "url" if attrs["way"] == NoticeWay.WEBHOOK else "events"
        if wanted not in attrs:
            raise serializers.ValidationError({wanted: "Required."}, code=ErrorCode.REQUIRED)
        return super().validate(attrs)


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """A subscription. Its secret is in the answer to its creation only."""

    way = serializers.ChoiceField(NoticeWay.values())
    url = serializers.CharField(help_text="Empty: mails to your address.")
    events = serializers.ListField(child=serializers.ChoiceField([one.value for one in NOTICED]))
    active = serializers.BooleanField(source="is_active")
    stopped_why = serializers.CharField(help_text="Where the site switched it off: a sentence.")

    class Meta:
        model = Subscription
        fields = (
            "id",
            "way",
            "url",
            "events",
            "failure_percent",
            "all_users",
            "active",
            "stopped_why",
            "created_at",
        )


class MadeSubscriptionSerializer(SubscriptionSerializer):
    """The new subscription, with the secret that signs its events. It is not shown again."""

    secret = serializers.SerializerMethodField(help_text="Null: mails are not signed.")

    class Meta(SubscriptionSerializer.Meta):
        fields = (*SubscriptionSerializer.Meta.fields, "secret")  # type: ignore[assignment]

    def get_secret(self, subscription: Subscription) -> str | None:
        return self.context.get("secret")


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """An event, and how its delivery went."""

    queue = serializers.UUIDField(source="queue_id", allow_null=True, help_text="Null: a test.")
    event = serializers.ChoiceField(NoticeEvent.values())
    state = serializers.ChoiceField(DeliveryState.values())
    due_at = serializers.DateTimeField(source="next_at", allow_null=True, help_text="When it is sent next.")

    class Meta:
        model = Delivery
        fields = (
            "id",
            "message_id",
            "queue",
            "event",
            "state",
            "attempts",
            "http_status",
            "error",
            "created_at",
            "tried_at",
            "due_at",
            "ended_at",
        )


class SubscriptionView(ApiView):
    """A view of one subscription of the caller's. Nobody sees another's, not even staff."""

    def subscription(self) -> Subscription:
        found = notices.own(self.request.user, self.kwargs["subscription_id"])
        if found is None:
            raise Http404
        return found


class Subscriptions(ApiView, generics.ListAPIView[Subscription]):
    """Your webhooks and mails, the first made first."""

    serializer_class = SubscriptionSerializer
    pagination_class = FirstMadeFirst
    queryset = Subscription.objects.none()

    def get_queryset(self) -> Any:
        return Subscription.objects.filter(owner=self.request.user.pk)

    @extend_schema(request=NewSubscriptionSerializer, responses={201: MadeSubscriptionSerializer})
    def post(self, request: Request) -> Response:
        """Subscribes. The secret of a webhook is in this answer only."""
        body = NewSubscriptionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        made, secret = subscriptions.create(user=request.user, way=NoticeWay(values.pop("way")), values=values)
        answer = MadeSubscriptionSerializer(made, context={"secret": secret or None})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class SubscriptionDetail(SubscriptionView):
    """One of your subscriptions."""

    @extend_schema(responses=SubscriptionSerializer)
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """Shows it."""
        return Response(SubscriptionSerializer(self.subscription()).data)

    @extend_schema(request=SubscriptionChangeSerializer, responses=SubscriptionSerializer)
    def patch(self, request: Request, subscription_id: UUID) -> Response:
        """Changes it. A new secret counts from the next attempt on."""
        found = self.subscription()
        body = SubscriptionChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(
            SubscriptionSerializer(subscriptions.change(subscription=found, values=body.validated_data)).data
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, subscription_id: UUID) -> Response:
        """Deletes it, with its log and what was still to be sent."""
        subscriptions.delete(subscription=self.subscription())
        return Response(status=status.HTTP_204_NO_CONTENT)


class SubscriptionTest(SubscriptionView):
    """Sends a test event."""

    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, subscription_id: UUID) -> Response:
        made = subscriptions.send_test(subscription=self.subscription())
        made.refresh_from_db()
        return Response(DeliverySerializer(made).data, status=status.HTTP_202_ACCEPTED)


class Deliveries(SubscriptionView, generics.ListAPIView[Delivery]):
    """Its events, the newest first. They are kept for a month."""

    serializer_class = DeliverySerializer
    pagination_class = NewestFirst
    queryset = Delivery.objects.none()

    def get_queryset(self) -> Any:
        return Delivery.objects.filter(subscription=self.subscription())


class DeliveryReplay(SubscriptionView):
    """Sends an event again, under the same id; one that waits, at once."""

    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, subscription_id: UUID, delivery_id: int) -> Response:
        found = subscriptions.replay(subscription=self.subscription(), delivery_id=delivery_id)
        if found is None:
            raise Http404
        return Response(DeliverySerializer(found).data, status=status.HTTP_202_ACCEPTED)
