"""What the headers of an answer say is left: so many requests or tokens until some time.

Known names, whose prefix may be `x-ratelimit-`, `ratelimit-` or `anthropic-ratelimit-`:
    x-ratelimit-remaining-requests, -limit-requests, -reset-requests, the same with -tokens (OpenAI, Groq, LiteLLM)
    anthropic-ratelimit-requests-remaining, -limit, -reset; -tokens-, -input-tokens-, -output-tokens- (Anthropic)
    x-ratelimit-remaining, -limit, -reset (GitHub, OpenRouter); ratelimit-remaining, -limit, -reset
    (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, its versions up to 05)
A reset is a duration ("6m0s", "20ms"), seconds, a time in seconds or milliseconds of Unix, or a date of RFC 3339.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import floor

from experiments.run_client.retry_after import duration_s, plain_number

FURTHEST_S = 24 * 3600.0
"""A reset that is further away is taken for a mistake."""
MOST = 10**12
SAME_S = 1.5
"""Resets that are told no further apart are the same."""
_NAME = re.compile(r"(?:x-|anthropic-)?ratelimit-([a-z-]+)", re.ASCII)
_PARTS = ("limit", "remaining", "reset")
_UNITS = {
    "": "requests",
    "requests": "requests",
    "tokens": "tokens",
    "input-tokens": "tokens",
    "output-tokens": "tokens",
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Left:
    """`remaining` requests or tokens may be used in the next `reset_s` seconds; `most`: after that, None: not said."""

    remaining: int
    reset_s: float
    most: int | None = None

    def after(self, seconds: float) -> "Left":
        """The same, so much later."""
        return replace(self, reset_s=max(0.0, self.reset_s - seconds))

    def then(self, later: "Left") -> "Left":
        """Both as one. Answers may overtake each other on their way."""
        is_same = abs(later.reset_s - self.reset_s) <= SAME_S
        return replace(later, remaining=min(self.remaining, later.remaining)) if is_same else later


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of requests and of tokens; None: nothing is said."""

    requests: Left | None = None
    tokens: Left | None = None

    def calls(self, unit: float) -> int:
        """How many are left for calls of `unit` tokens."""
        left = [floor(one.remaining / of) for one, of in ((self.requests, 1.0), (self.tokens, unit)) if one is not None]
        return min(left, default=MOST)

    def used_up_s(self) -> float | None:
        """Seconds until there is something of what is used up again; None: nothing is."""
        resets = [one.reset_s for one in (self.requests, self.tokens) if one is not None and not one.remaining]
        return max((reset_s for reset_s in resets if reset_s > 0), default=None)

    def after(self, seconds: float) -> "Allowance":
        return Allowance(*(one and one.after(seconds) for one in (self.requests, self.tokens)))

    def then(self, later: "Allowance") -> "Allowance":
        return Allowance(_then(self.requests, later.requests), _then(self.tokens, later.tokens))


def _then(one: Left | None, later: Left | None) -> Left | None:
    return one.then(later) if one is not None and later is not None else later or one


def allowance_of(headers: Iterable[tuple[str, str]], *, now: datetime) -> Allowance | None:
    """None where no header says anything that can be read. Of several limits of one sort the tightest counts."""
    found: dict[str, dict[str, str]] = {}
    for name, value in headers:
        match = _NAME.fullmatch(name.lower())
        if match is not None:
            words = match[1].split("-")
            parts = [word for word in words if word in _PARTS]
            unit = "-".join(word for word in words if word not in _PARTS)
            if len(parts) == 1 and unit in _UNITS:
                found.setdefault(unit, {})[parts[0]] = value
    if not found:
        return None
    read = {unit: left for unit, values in found.items() if (left := _left(values, now)) is not None}
    tightest = {
        kind: min((left for unit, left in read.items() if _UNITS[unit] == kind), key=_tightness, default=None)
        for kind in ("requests", "tokens")
    }
    return Allowance(**tightest) if any(tightest.values()) else None


def _tightness(left: Left) -> float:
    return left.remaining / left.most if left.most else left.remaining


def _left(values: Mapping[str, str], now: datetime) -> Left | None:
    remaining, most = _count(values.get("remaining")), _count(values.get("limit"))
    reset_s = _reset_s(values.get("reset", "").strip(), now)
    if remaining is None or reset_s is None or not 0 <= reset_s <= FURTHEST_S:
        return None
    return Left(remaining, reset_s, most if most else None)


def _count(text: str | None) -> int | None:
    number = plain_number(text)
    return int(number) if number is not None and number <= MOST else None


def _reset_s(text: str, now: datetime) -> float | None:
    number = plain_number(text)
    if number is not None:
        # Seconds, or a moment: in seconds since 2001 or later, or in milliseconds.
        if number < 1e9:
            return number
        return (number if number < 1e11 else number / 1000) - now.timestamp()
    if _DATE.fullmatch(text):
        try:
            return (datetime.fromisoformat(text.upper()) - now).total_seconds()
        except ValueError:
            return None
    return duration_s(text)
