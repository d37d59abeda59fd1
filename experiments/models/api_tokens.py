"""API tokens: how programs sign in."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from experiments.models.querysets import OwnedQuerySet


class ApiTokenQuerySet(OwnedQuerySet):
    owner_field = "user"

    def in_force(self) -> Self:
        """Neither revoked nor expired, by the clock of the database."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=Now()), revoked_at=None)


class ApiToken(models.Model):
    """A token for the API. Only its hash is stored: the token itself is shown once, when it is made."""

    PREFIX = "cbw_"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @staticmethod
    def digest(secret: str) -> str:
        # The secret is 256 random bits: a plain hash cannot be reversed, a slow one would only cost time.
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, *, user: Any, name: str, expires_at: datetime | None = None) -> tuple["ApiToken", str]:
        """A new token and its secret, which cannot be read again."""
        secret = cls.PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user, name=name, prefix=secret[:12], sha256=cls.digest(secret), expires_at=expires_at
        )
        return token, secret
