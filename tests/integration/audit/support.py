"""What the history says."""

from typing import Any

from experiments.models import AuditEntry


def acts(kind: str | None = None) -> list[tuple[str, str, str]]:
    """Who, how and what, the oldest first; without log-ins."""
    found = AuditEntry.objects.exclude(action="log_in").order_by("id")
    if kind:
        found = found.filter(object_kind=kind)
    return list(found.values_list("user_name", "channel", "action"))


def newest() -> Any:
    return AuditEntry.objects.latest("id")
