"""Answers that say "not now": how long to wait, and whether a quota is used up.

Pure functions of a status and a body. What the headers say is read in `retry_after` and `allowance`.
"""

import re
from collections.abc import Iterator
from typing import Any

from experiments.core.json_text import parse
from experiments.run_client.retry_after import LONGEST_S, duration_s

MAY_SAY_SO = frozenset({400, 402, 403, 429})
"""Statuses with which providers say that a quota or a balance is used up."""
QUOTA_CODES = frozenset(
    {
        # OpenAI, and what speaks like it: https://platform.openai.com/docs/guides/error-codes
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        # Anthropic: https://docs.anthropic.com/en/api/errors
        "billing_error",
        # DeepSeek, Moonshot and gateways
        "insufficient_balance",
        "exceeded_current_quota_error",
        "insufficient_credits",
        "budget_exceeded",
        "payment_required",
    }
)
"""Of an error's `code` or `type`."""
QUOTA_PHRASES = (
    "exceeded your current quota, please check your plan",
    "credit balance is too low",
    "insufficient credits",
    "insufficient balance",
    "insufficient_quota",
    "requires more credits",
    "billing hard limit has been reached",
    "budget has been exceeded",
)
"""In the text of an error, in small letters. "quota" alone says nothing: limits a minute are called so too."""
_AGAIN_IN = re.compile(
    r"(?:try again|retry) (?:in|after) ((?:\d{1,9}(?:\.\d{1,9})?(?:ms|[hms]))+)(?![a-z0-9])", re.ASCII
)
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_DEPTH = 8


def quota_is_used_up(status: int, body: Any) -> bool:
    """Whether it says that a person must act: pay, or raise a limit. 402 says so by itself (RFC 9110, 15.5.3)."""
    if status not in MAY_SAY_SO:
        return False
    if status == 402:
        return True
    for key, text in _texts(body):
        if key in ("code", "type") and text.lower() in QUOTA_CODES:
            return True
        if any(phrase in text.lower() for phrase in QUOTA_PHRASES):
            return True
    return False


def told_wait_s(body: Any) -> float | None:
    """Seconds to wait that stand in the body of a refusal, where no header says it.

    Google's APIs send `{"@type": "…RetryInfo", "retryDelay": "17s"}` among the details of an error
    (https://cloud.google.com/apis/design/errors); OpenAI's error says "Please try again in 1.2s".
    """
    for key, text in _texts(body):
        if key == "retryDelay":
            found = duration_s(text)
        else:
            said = _AGAIN_IN.search(text[:2000].lower())
            found = duration_s(said[1]) if said else None
        if found is not None and found <= LONGEST_S:
            return found
    return None


def _texts(value: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The texts of an error and their keys, the outer ones first. A text may be the JSON of the error it passes on."""
    if depth > _DEPTH:
        return
    if isinstance(value, str):
        yield key, value
        if value.lstrip()[:1] in ("{", "["):
            yield from _texts(_parsed(value), key, depth + 1)
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _texts(item, key, depth + 1)
    elif isinstance(value, dict):
        for name, item in list(value.items())[:50]:
            yield from _texts(item, name, depth + 1)


def _parsed(text: str) -> Any:
    try:
        return parse(text)
    except (ValueError, RecursionError):
        return None
