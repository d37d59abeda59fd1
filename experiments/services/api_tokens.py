"""Making and revoking API tokens."""

import logging
from typing import Any

from django.db.models.functions import Now

from experiments.core.choices import ErrorCode
from experiments.core.errors import Gone, InvalidInput
from experiments.models import ApiToken

logger = logging.getLogger(__name__)

MOST_TOKENS = 50
"""Of one user, not counting revoked ones."""


def create(*, user: Any, name: str) -> tuple[ApiToken, str]:
    """A token and its key, which cannot be read again. `InvalidInput` for a name in use, and beyond `MOST_TOKENS`."""
    active = ApiToken.objects.filter(user=user, revoked_at=None)
    if active.filter(name=name).exists():
        # Also reached by a form that is sent twice by mistake.
        raise InvalidInput(
            f"You have a token “{name}” already. Choose another name, or revoke that one first.",
            code=ErrorCode.UNIQUE,
            attr="name",
        )
    if active.count() >= MOST_TOKENS:
        raise InvalidInput(
            f"You have {MOST_TOKENS} tokens. Revoke those that nothing uses any more.",
            code=ErrorCode.TOO_MANY,
            attr="name",
        )
    token, key = ApiToken.issue(user=user, name=name)
    logger.info("token %s made by %s", token.pk, user.get_username())
    return token, key


def revoke(*, user: Any, token_id: int) -> ApiToken:
    """Ends a token of `user`'s at once; one that was revoked before stays as it is. `Gone` where there is none."""
    token = ApiToken.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise Gone("There is no such token.", code=ErrorCode.NOT_FOUND)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
        logger.info("token %s revoked by %s", token.pk, user.get_username())
    return token
