"""What stands before a runtime and lets so many calls through in a time.

A limiter is a JSON object:
    calls, window_s     so many in so long
    kind                `fixed` (windows from the first call on; with `into_s`, that is so far into one) or `sliding`
    counts_refused      what it refuses counts as well
    retry_after         it says how long to wait
    headers             it says with each answer what is left, and until when (as OpenAI does)
    status, json        of a refusal (429, an error in words)
"""

import json
import math
from collections import deque
from typing import Any


class Limiter:
    def __init__(self, source: dict[str, Any]) -> None:
        self._calls, self._window_s = int(source["calls"]), float(source["window_s"])
        self._is_sliding = source.get("kind", "sliding") == "sliding"
        self._counts_refused = bool(source.get("counts_refused"))
        self._tells_wait, self._tells_left = bool(source.get("retry_after")), bool(source.get("headers"))
        self._status = int(source.get("status", 429))
        self._body = source.get("json", {"error": {"message": "Rate limit reached.", "type": "requests"}})
        self._into_s = float(source.get("into_s", 0))
        self._began: float | None = None
        self._seen: deque[float] = deque()

    def admit(self, now: float) -> tuple[bool, dict[str, str]]:
        """Whether a call at `now` may pass, and the headers of its answer."""
        self._forget(now)
        is_free = len(self._seen) < self._calls
        if is_free or self._counts_refused:
            self._seen.append(now)
        wait_s = self._wait_s(now)
        headers: dict[str, str] = {}
        if not is_free and self._tells_wait:
            headers["Retry-After"] = str(math.ceil(wait_s))
        if self._tells_left:
            headers["x-ratelimit-limit-requests"] = str(self._calls)
            headers["x-ratelimit-remaining-requests"] = str(max(0, self._calls - len(self._seen)))
            headers["x-ratelimit-reset-requests"] = f"{math.ceil(wait_s * 1000)}ms"
        return is_free, headers

    def refusal(self, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        return self._status, json.dumps(self._body).encode(), headers

    def _forget(self, now: float) -> None:
        if self._began is None:
            self._began = now - self._into_s
        start = now - self._window_s if self._is_sliding else now - (now - self._began) % self._window_s
        while self._seen and self._seen[0] <= start:
            self._seen.popleft()

    def _wait_s(self, now: float) -> float:
        """Until there is room for one more; of a fixed window until the next one."""
        assert self._began is not None
        if not self._is_sliding:
            return self._window_s - (now - self._began) % self._window_s
        first = self._seen[max(0, len(self._seen) - self._calls)] if self._seen else now
        return first + self._window_s - now
