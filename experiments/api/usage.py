"""How much of the site the caller has, and may have."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView
from experiments.services import quotas


class QuotaSerializer(serializers.Serializer[Any]):
    used = serializers.IntegerField()
    most = serializers.IntegerField(allow_null=True, help_text="Null: no limit.")


class UserUsageSerializer(serializers.Serializer[Any]):
    file_bytes = QuotaSerializer(help_text="Bytes of uploaded files; duplicates share one.")
    drafts = QuotaSerializer()
    batches = QuotaSerializer(help_text="Batches and experiments, drafts included.")
    trials = QuotaSerializer(help_text="Trials that run now.")


class Usage(ApiView):
    """Shows how much of the site you have and may have. More than that is refused with `over_quota`."""

    @extend_schema(responses=UserUsageSerializer)
    def get(self, request: Request) -> Response:
        return Response({str(one.quota): {"used": one.used, "most": one.most} for one in quotas.usage_of(request.user)})
