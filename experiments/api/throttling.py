"""How often one user may call the API."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_S = 60.0


class UserThrottle(BaseThrottle):
    """`API_REQUESTS_PER_MINUTE` of a user, all at once or evenly; 0: as many as they like.

    Per web process, because the cache is: it stops a client that has run wild, and is no quota. Keeps one number a
    user, the time at which all that was asked would be worked off at the even pace (the generic cell rate algorithm).
    Requests without a user are refused before this is asked.
    """

    def __init__(self) -> None:
        self._wait_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        rate = settings.API_REQUESTS_PER_MINUTE
        if not rate or not request.user.is_authenticated:
            return True
        key, now = f"throttle.api.{request.user.pk}", time.time()
        worked_off = max(cache.get(key, 0.0), now) + WINDOW_S / rate
        if worked_off - now > WINDOW_S:
            self._wait_s = worked_off - now - WINDOW_S
            return False
        cache.set(key, worked_off, timeout=2 * WINDOW_S)
        return True

    def wait(self) -> float | None:
        """Seconds until one more is allowed."""
        return self._wait_s
