"""How often one user may call the API."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_S = 60.0


class UserThrottle(BaseThrottle):
    """Allows `API_REQUESTS_PER_MINUTE` calls of a user, all at once or evenly; 0: no limit.

    Counted in the cache of each web process: it stops a client that calls in a loop, and is no exact quota. It keeps
    one number for a user: when all calls so far would be done at the even rate (the generic cell rate algorithm).
    Requests without a user are refused before this is asked.
    """

    def __init__(self) -> None:
        self._wait_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        rate = settings.API_REQUESTS_PER_MINUTE
        if not rate or not request.user.is_authenticated:
            return True
        key, now = f"throttle.api.{request.user.pk}", time.time()
        done_at = max(cache.get(key, 0.0), now) + WINDOW_S / rate
        if done_at - now > WINDOW_S:
            self._wait_s = done_at - now - WINDOW_S
            return False
        cache.set(key, done_at, timeout=2 * WINDOW_S)
        return True

    def wait(self) -> float | None:
        """Seconds until one more is allowed."""
        return self._wait_s
