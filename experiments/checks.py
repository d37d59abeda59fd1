"""System checks: `manage.py check` finds a wrong configuration and says what to set."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from experiments.worker.heartbeat import SLOTS

OTHERS = 8
"""Processes of a worker that run no tasks, and some that replace others before those have ended."""


@register()
def queue_settings(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """The settings of django-q2 that the worker relies on."""
    found: list[CheckMessage] = []
    conf: dict[str, Any] = settings.Q_CLUSTER
    for name in ("queue_limit", "bulk", "max_attempts"):
        if conf.get(name) != 1:
            found.append(
                Error(
                    f"Q_CLUSTER['{name}'] is {conf.get(name)!r}.",
                    hint="Set it to 1: a prefetched task would be delivered twice.",
                    id="experiments.E001",
                )
            )
    if not conf.get("ack_failures"):
        found.append(Error("Q_CLUSTER['ack_failures'] is off.", hint="Set it to True.", id="experiments.E002"))
    longest = settings.RUN_TIMEOUT_MAX
    if not longest < conf.get("timeout", 0) < conf.get("retry", 0):
        found.append(
            Error(
                "Q_CLUSTER must have RUN_TIMEOUT_MAX < timeout < retry.",
                hint=f"Use a timeout above {longest} and three times that as retry.",
                id="experiments.E003",
            )
        )
    if not settings.LEASE_RENEW_S * 2 < settings.LEASE_S:
        found.append(
            Error("LEASE_S must be more than twice LEASE_RENEW_S.", hint="Use 30 and 10.", id="experiments.E004")
        )
    return found


@register()
def workers(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Each process of a worker needs a slot for its heartbeats."""
    conf: dict[str, Any] = settings.Q_CLUSTER
    number, most = conf.get("workers", 0), SLOTS // 2 - OTHERS
    if not 1 <= number <= most:
        hint = f"Set WORKERS from 1 to {most}. A process makes many calls at a time; for more start several workers."
        return [Error(f"Q_CLUSTER['workers'] is {number}.", hint=hint, id="experiments.E006")]
    return []


@register()
def web_threads(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Our own `/run` is called by our own worker: the pages need threads of their own."""
    if settings.WEB_THREADS <= 8:
        return [Error("WEB_THREADS leaves none for /run.", hint="Use more than 8.", id="experiments.E005")]
    return []
