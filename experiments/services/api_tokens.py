"""Making and revoking API tokens."""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from experiments.core.choices import AuditAction, ErrorCode
from experiments.core.errors import Gone, InvalidInput
from experiments.models import ApiToken
from experiments.services import audit

logger = logging.getLogger(__name__)

MOST_TOKENS = 50
"""Of one user, not counting those that ended."""
MOST_DAYS = 3650


def create(*, user: Any, name: str, days: int | None = None) -> tuple[ApiToken, str]:
    """A token and its key, which cannot be read again. `InvalidInput` for a name in use, and beyond `MOST_TOKENS`.

    `days`: how long it is in force; None: until it is revoked.
    """
    in_force = ApiToken.objects.filter(user=user).in_force()
    if in_force.filter(name=name).exists():
        # Also reached by a form that is sent twice by mistake.
        raise InvalidInput(
            f"You have a token “{name}” already. Choose another name, or revoke that one first.",
            code=ErrorCode.UNIQUE,
            attr="name",
        )
    if in_force.count() >= MOST_TOKENS:
        raise InvalidInput(
            f"You have {MOST_TOKENS} tokens. Revoke those that nothing uses any more.",
            code=ErrorCode.TOO_MANY,
            attr="name",
        )
    return issue(user=user, name=name, days=days)


def issue(*, user: Any, name: str, days: int | None = None) -> tuple[ApiToken, str]:
    """The same for a command, which may make as many of one name as it likes."""
    with transaction.atomic():
        expires_at = timezone.now() + timedelta(days=days) if days else None
        token, key = ApiToken.issue(user=user, name=name, expires_at=expires_at)
        audit.record_token(token, AuditAction.CREATE, days=days)
    logger.info("token %s made for %s", token.pk, user.get_username())
    return token, key


def revoke(*, user: Any, token_id: int) -> ApiToken:
    """Ends a token of `user`'s at once; one that was revoked before stays as it is. `Gone` where there is none."""
    token = ApiToken.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise Gone("There is no such token.", code=ErrorCode.NOT_FOUND)
    _revoke(token)
    return token


def revoke_all(*, user: Any) -> int:
    """Ends all tokens of `user`; how many were in force."""
    return sum(_revoke(token) for token in ApiToken.objects.filter(user=user).in_force().select_related("user"))


def _revoke(token: ApiToken) -> bool:
    with transaction.atomic():
        changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now())
        if changed:
            audit.record_token(token, AuditAction.REVOKE)
            logger.info("token %s of %s revoked", token.pk, token.user.get_username())
    return bool(changed)
