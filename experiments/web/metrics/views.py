"""`/metrics`, as Prometheus reads it. The numbers come from the database: web servers and workers are many."""

import logging
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from experiments.kinds import registered_kinds
from experiments.selectors.health import UNREACHABLE
from experiments.selectors.metrics import current_numbers
from experiments.web.metrics.exposition import SiteMetrics

logger = logging.getLogger(__name__)

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
"""What proxies add. Behind one that runs beside it everybody would seem to ask from this machine."""
MAY_NOT = (
    "You can't see the metrics. Send METRICS_TOKEN as Authorization: Bearer, sign in as staff, or, where no such token "
    "is set, ask from this machine.\n"
)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_see(request):
        return HttpResponse(MAY_NOT, status=403, content_type="text/plain; charset=utf-8")
    try:
        numbers = current_numbers()
    except UNREACHABLE as error:
        logger.warning("metrics: the database doesn't answer (%s)", type(error).__name__)
        return HttpResponse("The database doesn't answer.\n", status=503, content_type="text/plain; charset=utf-8")
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    kinds = [kind.name for kind in registered_kinds()]
    return HttpResponse(encode(SiteMetrics(numbers, kinds)), content_type=content_type)


def may_see(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bool(settings.METRICS_TOKEN) and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if not settings.METRICS_TOKEN and is_this_machine(request):
        return True
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))


def is_this_machine(request: HttpRequest) -> bool:
    """Asked from here, and by nobody's order: no proxy has passed it on."""
    if settings.BEHIND_PROXY or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
