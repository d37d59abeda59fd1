"""How much of the site one user may have: bytes of files, drafts, batches, trials at a time. Staff may have any amount.

A quota is asked twice: before the work, so that nobody waits for a refusal, and under a lock of the user just before it
is committed, so that two requests at a time cannot both have the last place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet

from experiments.core.choices import ErrorCode, QueueStatus, Quota
from experiments.core.errors import Conflict
from experiments.core.formatting import count, size_in_words
from experiments.kinds import registered_kinds
from experiments.models import Queue

CLAIMING = 0x6372
"""First key of the advisory locks under which one user takes more; the second is the user."""
NEAR = 0.8
"""From this part of a quota on pages say how much of it is used."""


@dataclass(frozen=True)
class Rule:
    """`setting` holds how much is allowed, `used` counts what a user has, `unit` and `advice` are for the sentences.

    `one` is what a single one is called.
    """

    setting: str
    used: Callable[[int, UUID | None], int]
    unit: str
    advice: str
    in_words: Callable[[int], str] = count
    one: str = ""


@dataclass(frozen=True)
class Usage:
    """`most` is None where there is no limit."""

    quota: Quota
    used: int
    most: int | None

    @property
    def is_near(self) -> bool:
        return self.most is not None and self.used >= NEAR * self.most

    @property
    def words(self) -> str:
        """`9.1 GB of 10 GB of uploaded files`"""
        rule = RULES[self.quota]
        if self.most is not None:
            return f"{rule.in_words(self.used)} of {rule.in_words(self.most)} {rule.unit}"
        return f"{rule.in_words(self.used)} {rule.one if self.used == 1 and rule.one else rule.unit}"


def _queues(owner_id: int) -> "QuerySet[Queue]":
    found: QuerySet[Queue] = Queue.objects.top_level().filter(created_by=owner_id)
    return found


def _file_bytes(owner_id: int, beside: UUID | None) -> int:
    return sum(kind.file_bytes(owner_id, beside) for kind in registered_kinds())


def _drafts(owner_id: int, beside: UUID | None) -> int:
    return _queues(owner_id).filter(status=QueueStatus.DRAFT).count()


def _batches(owner_id: int, beside: UUID | None) -> int:
    return _queues(owner_id).count()


def _trials(owner_id: int, beside: UUID | None) -> int:
    found: int = Queue.objects.running().filter(created_by=owner_id, parent__isnull=False).count()
    return found


RULES: Mapping[Quota, Rule] = {
    Quota.FILE_BYTES: Rule(
        "FILES_MAX_BYTES",
        _file_bytes,
        "of uploaded files",
        "Delete batches that you don’t need, or ask an admin for more.",
        size_in_words,
    ),
    Quota.DRAFTS: Rule("DRAFTS_MAX", _drafts, "drafts", "Start or delete some of them first.", one="draft"),
    Quota.BATCHES: Rule(
        "BATCHES_MAX",
        _batches,
        "batches and experiments",
        "Delete some that you don’t need, or ask an admin for more.",
        one="batch or experiment",
    ),
    Quota.TRIALS: Rule(
        "TRIALS_MAX", _trials, "trials running at a time", "Wait until one of them has ended.", one="trial running"
    ),
}
NEW_QUEUE = (Quota.DRAFTS, Quota.BATCHES)
"""What a new draft is one of."""


def usage_of(user: Any) -> list[Usage]:
    """What the user has of everything, in the order of `RULES`."""
    return [Usage(quota, rule.used(user.pk, None), _most(rule, user)) for quota, rule in RULES.items()]


def usage_in_words(user: Any) -> str:
    """A sentence with all of it."""
    return f"You have {', '.join(usage.words for usage in usage_of(user))}."


def near_limits(user: Any) -> str:
    """A sentence about the quotas that are nearly used up; "" where none is."""
    near = [] if user.is_staff else [usage.words for usage in usage_of(user) if usage.is_near]
    return f"You have {', '.join(near)}." if near else ""


def refuse_over(owner_id: int, *quotas: Quota, more: int = 1, beside: UUID | None = None) -> None:
    """`Conflict` where the owner has no room for so much `more` of each. Asked before the work.

    `beside`: the batch whose file goes, so that it does not count.
    """
    owner = get_user_model().objects.get(pk=owner_id)
    for quota in quotas:
        rule = RULES[quota]
        _refuse(quota, owner, used=rule.used(owner_id, beside), more=more)


def claim(owner_id: int, *quotas: Quota, more: int = 1, beside: UUID | None = None, is_written: bool = False) -> None:
    """The same just before it is committed: other claims of the owner wait until this transaction ends.

    `is_written`: what is counted has it already.
    """
    owner = get_user_model().objects.get(pk=owner_id)
    limited = [quota for quota in quotas if _most(RULES[quota], owner) is not None]
    if not limited:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CLAIMING, owner_id % 2**31])
    for quota in limited:
        used = RULES[quota].used(owner_id, beside) - (more if is_written else 0)
        _refuse(quota, owner, used=used, more=more)


def _most(rule: Rule, owner: Any) -> int | None:
    return None if owner.is_staff else getattr(settings, rule.setting) or None


def _refuse(quota: Quota, owner: Any, *, used: int, more: int) -> None:
    rule = RULES[quota]
    most = _most(rule, owner)
    if most is not None and used + more > most:
        raise Conflict(
            f"{owner.get_username()} has {rule.in_words(used)} of {rule.in_words(most)} {rule.unit}, and this needs "
            f"{rule.in_words(more)} more. {rule.advice}",
            code=ErrorCode.OVER_QUOTA,
            extra={"quota": {"name": quota, "used": used, "most": most}},
        )
