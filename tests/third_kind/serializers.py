from typing import Any

from rest_framework import serializers

from experiments.api.serializers.queues import QueueSerializer, QueueSerializers
from experiments.models import Network
from experiments.selectors import queues


class SurveySerializer(QueueSerializer):
    greeting = serializers.CharField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**queues.queue_values(instance), "greeting": instance.greeting}


class SurveyDraftSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    network = serializers.SlugRelatedField(slug_field="name", queryset=Network.objects.all())
    greeting = serializers.CharField()
    questions = serializers.ListField(child=serializers.CharField())


class SurveyOrderSerializer(serializers.Serializer[Any]):
    """It starts as a whole."""


SERIALIZERS = QueueSerializers(queue=SurveySerializer, draft=SurveyDraftSerializer, run=SurveyOrderSerializer)
