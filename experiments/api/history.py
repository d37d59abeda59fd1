"""The history of a queue: who did what with it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from experiments.api.base import QueueView
from experiments.api.pagination import PageCursor
from experiments.core.choices import AuditAction
from experiments.models import AuditEntry
from experiments.selectors.audit import entry_values, history_of_queue


class NewestActFirst(PageCursor):
    ordering = ("-at", "-id")


@extend_schema_field({"type": "object", "additionalProperties": True})
class DetailField(serializers.JSONField):
    pass


class HistorySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    user = serializers.CharField(allow_null=True, help_text="Null: the site itself.")
    action = serializers.ChoiceField(AuditAction.values())
    detail = DetailField(help_text="Small facts of the act, no contents.")

    def to_representation(self, instance: AuditEntry) -> dict[str, Any]:
        return super().to_representation(entry_values(instance))


class QueueHistory(QueueView, generics.ListAPIView[AuditEntry]):
    """Who did what with it, the newest first."""

    serializer_class = HistorySerializer
    pagination_class = NewestActFirst
    queryset = AuditEntry.objects.none()

    def get_queryset(self) -> Any:
        return history_of_queue(self.queue())
