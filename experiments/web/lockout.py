"""Too many wrong passwords: who is counted as one, and what somebody who has to wait is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from math import ceil
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers


def client_ip(request: HttpRequest) -> str | None:
    """The address that the outermost machine we trust saw; what a client claims about itself is not believed.

    Behind one proxy (`BEHIND_PROXY`) that is the last entry of `X-Forwarded-For`, which the proxy itself wrote.
    None where no address is known (a unix socket without a proxy).
    """
    claimed = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return _address(claimed.rpartition(",")[2]) or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None) -> HttpResponse:
    """The page instead of the login form, the same for names that exist and names that do not."""
    wait = _wait(request, credentials)
    minutes = max(1, ceil(wait.total_seconds() / 60))
    context = {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}
    page = render(request, "registration/locked.html", context, status=429)
    page["Retry-After"] = str(max(1, ceil(wait.total_seconds())))
    add_never_cache_headers(page)
    return page


def _wait(request: HttpRequest, credentials: Mapping[str, Any] | None) -> timedelta:
    """How long from now until the last wrong password is forgotten."""
    handler = AxesProxyHandler.get_implementation()
    last: datetime | None = max(
        filter(None, (_latest(attempts) for attempts in handler.get_user_attempts(request, credentials))), default=None
    )
    end = (last or timezone.now()) + settings.AXES_COOLOFF_TIME
    return max(end - timezone.now(), timedelta(0))


def _latest(attempts: Any) -> datetime | None:
    found: datetime | None = attempts.aggregate(last=Max("attempt_time"))["last"]
    return found
