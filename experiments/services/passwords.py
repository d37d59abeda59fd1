"""What follows from a new password. Django ends a user's other sessions by itself."""

from typing import Any

from django.db import transaction

from experiments.core.choices import AuditAction
from experiments.services import api_tokens, audit


def set_password(*, user: Any, password: str, end_tokens: bool) -> int:
    """Stores it; with `end_tokens` also ends the user's API tokens. How many tokens ended."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        return changed(user=user, end_tokens=end_tokens)


def changed(*, user: Any, end_tokens: bool) -> int:
    """The same after Django's admin has stored it, in the caller's transaction."""
    ended = api_tokens.revoke_all(user=user) if end_tokens else 0
    audit.record_user(user, AuditAction.PASSWORD, tokens_ended=ended)
    return ended
