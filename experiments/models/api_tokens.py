"""API tokens: how programs sign in."""

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.db import models

from experiments.models.querysets import OwnedQuerySet


class ApiToken(models.Model):
    """A token for the API. Only its hash is stored: the token itself is shown once, when it is made."""

    PREFIX = "cbw_"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: "models.Manager[ApiToken]" = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def digest(secret: str) -> str:
        # The secret is 256 random bits: a plain hash cannot be reversed, a slow one would only cost time.
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, *, user: Any, name: str) -> tuple["ApiToken", str]:
        """A new token and its secret, which cannot be read again."""
        secret = cls.PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(user=user, name=name, prefix=secret[:12], sha256=cls.digest(secret))
        return token, secret
