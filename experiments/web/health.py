"""Endpoints for monitoring."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from experiments.selectors import health


@require_safe
@never_cache
def health_live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers; it checks nothing else."""
    return JsonResponse({"status": "live"})


@require_safe
@never_cache
def health_ready(request: HttpRequest) -> JsonResponse:
    """200 where rows can be processed: database, tables, a worker; otherwise 503 with what is missing."""
    found = health.current_health()
    return JsonResponse(found.shown(), status=200 if found.ready else 503)
