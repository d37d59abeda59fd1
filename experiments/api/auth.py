"""`Authorization: Token …` for programs."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from experiments.models import ApiToken

# A busy client would otherwise write a row with each of its calls.
LAST_USED_STEP = timedelta(minutes=1)


class ApiTokenAuthentication(BaseAuthentication):
    """Accepts a key of an `ApiToken` that is not revoked, of a user who is active."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The header must be “Authorization: Token KEY”.")
        return self._user_of(parts[1].decode("latin-1"))

    def _user_of(self, key: str) -> tuple[Any, ApiToken]:
        token = ApiToken.objects.filter(sha256=ApiToken.digest(key), revoked_at=None).select_related("user").first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This token does not exist or was revoked.")
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
