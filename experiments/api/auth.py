"""`Authorization: Token …` for programs."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from experiments.models import ApiToken

# Otherwise a busy client would write a row with each of its calls.
LAST_USED_STEP = timedelta(minutes=1)


class ApiTokenAuthentication(BaseAuthentication):
    """Accepts the key of an `ApiToken` that is neither revoked nor expired, of an active user."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The header must be “Authorization: Token KEY”.")
        token = self.token(parts[1].decode("latin-1"))
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def token(self, key: str) -> ApiToken:
        tokens = ApiToken.objects.filter(sha256=ApiToken.digest(key), revoked_at=None).select_related("user").order_by()
        token: ApiToken | None = next(iter(tokens), None)
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This token does not exist or was revoked.")
        if token.expires_at is not None and token.is_expired:
            raise AuthenticationFailed(f"This token expired on {token.expires_at:%Y-%m-%d}. Make a new one.")
        return token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
