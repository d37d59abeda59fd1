"""The lock after too many wrong passwords: the page that says how long to wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None) -> HttpResponse:
    """The page in place of the login form; the same whether the name exists or not."""
    wait_s = max(1, ceil(_wait_of(request, credentials).total_seconds()))
    context = {"minutes": ceil(wait_s / 60), "limit": settings.AXES_FAILURE_LIMIT}
    page = render(request, "registration/locked.html", context, status=429)
    page["Retry-After"] = str(wait_s)
    add_never_cache_headers(page)
    return page


def _wait_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> timedelta:
    """The time until the last wrong password no longer counts."""
    handler = AxesProxyHandler.get_implementation()
    attempts = handler.get_user_attempts(request, credentials)
    latest = (found.aggregate(last=Max("attempt_time"))["last"] for found in attempts)
    last: datetime = max(filter(None, latest), default=timezone.now())
    return max(last + settings.AXES_COOLOFF_TIME - timezone.now(), timedelta(0))
