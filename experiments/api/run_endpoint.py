"""`POST /run`, answered by this site's own runtime."""

from datetime import UTC, datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core import signing
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, ParseError, UnsupportedMediaType, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.api.auth import ApiTokenAuthentication
from experiments.api.errors import error_body
from experiments.api.serializers.runs import RunAnswerSerializer, RunRequestSerializer
from experiments.core.errors import WorkbenchError
from experiments.run_client.retry_after import retry_after_s
from experiments.runtime.chat import ModelError
from experiments.services import runs
from experiments.services.run_credentials import RUN_SALT, RUN_TOKEN_AGE


class WorkerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` with the signed credential of our own worker, which holds a queue and its owner."""

    def authenticate(self, request: Request) -> tuple[Any, dict[str, Any]] | None:
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            return None
        try:
            claims = signing.loads(parts[1].decode("latin-1"), salt=RUN_SALT, max_age=RUN_TOKEN_AGE)
        except signing.BadSignature:
            raise AuthenticationFailed("This credential is not valid, or older than 15 minutes.") from None
        user = get_user_model().objects.filter(pk=claims["owner"], is_active=True).first()
        if user is None:
            raise AuthenticationFailed("The owner of this call does not exist any more.")
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class Unprocessable(ValidationError):
    """A body that cannot be read is a 422 here, as in the runtimes that this stands in for."""

    status_code = 422


def _model_failure(error: ModelError) -> Response:
    """`cause` says what the model's endpoint said, so that a 502 of ours is not taken for a passing trouble of ours."""
    wait_s = retry_after_s(error.waits, now=datetime.now(UTC))
    found = {
        "status": error.endpoint_status,
        "code": error.endpoint_code,
        "part": error.model_part,
        "retry_after_s": wait_s,
    }
    cause = {name: value for name, value in found.items() if value not in (None, "")}
    response = Response(
        {**error_body(error), "detail": error.detail, **({"cause": cause} if cause else {})}, status=error.status
    )
    if wait_s is not None and error.status in (429, 503):
        # The header has whole seconds (RFC 9110, 10.2.3); the other one is what OpenAI's clients read first.
        response["Retry-After"], response["retry-after-ms"] = str(ceil(wait_s)), str(ceil(wait_s * 1000))
    return response


class RunView(APIView):
    authentication_classes = (WorkerAuthentication, ApiTokenAuthentication, SessionAuthentication)
    # `max_concurrency` of the network limits the runs.
    throttle_classes = ()

    @extend_schema(
        request=RunRequestSerializer,
        responses={200: RunAnswerSerializer},
        description="Runs a network once, by this site's own runtime. Keys that it does not know are ignored.",
    )
    def post(self, request: Request) -> Response:
        try:
            body = RunRequestSerializer(data=request.data)
        except (ParseError, UnsupportedMediaType) as error:
            raise Unprocessable(str(error)) from error
        if not body.is_valid():
            raise Unprocessable(body.errors)
        assert request.user.pk is not None
        claims = request.auth if isinstance(request.auth, dict) else {}
        queue_id = UUID(claims["queue"]) if "queue" in claims else None
        caller = runs.RunCaller(owner_id=request.user.pk, queue_id=queue_id)
        try:
            return Response(runs.answer(values=body.validated_data, caller=caller))
        except ModelError as error:
            return _model_failure(error)
        except WorkbenchError as error:
            return Response({**error_body(error), "detail": error.detail}, status=error.status)

    def handle_exception(self, exc: Exception) -> Response:
        response: Response = super().handle_exception(exc)
        # Clients of such runtimes read `detail`, beside our own format.
        sentences = (": ".join(filter(None, (one["attr"], one["detail"]))) for one in response.data["errors"])
        response.data.setdefault("detail", "; ".join(sentences))
        if response.status_code == status.HTTP_500_INTERNAL_SERVER_ERROR:
            # The log has the error. The caller should try again later and must not take this for an answer.
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return response
