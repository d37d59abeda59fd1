"""Signatures of webhooks, as Standard Webhooks has them (https://www.standardwebhooks.com), and when to try again."""

import base64
import hashlib
import hmac
import os

SECRET_PREFIX = "whsec_"  # noqa: S105  what every secret begins with
SECRET_BYTES = 32
FEWEST_BYTES, MOST_BYTES = 24, 64
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 6 * 3600.0
GIVE_UP_S = 3 * 24 * 3600.0
"""After so long a delivery that still fails is given up."""


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def secret_problem(secret: str) -> str:
    """Why this is not a secret, as a sentence; "" where it is one."""
    try:
        size = len(_key(secret)) if secret.startswith(SECRET_PREFIX) else 0
    except ValueError:
        size = 0
    if FEWEST_BYTES <= size <= MOST_BYTES:
        return ""
    return f"A secret is {SECRET_PREFIX} and {FEWEST_BYTES} to {MOST_BYTES} bytes in base64."


def signature(secret: str, *, message_id: str, moment: int, body: bytes) -> str:
    """The value of `webhook-signature`. `moment`: Unix time, which is sent beside it."""
    signed = b".".join((message_id.encode(), str(moment).encode(), body))
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def wait_s(attempts: int, *, jitter: float, told_s: float | None = None) -> float:
    """Until the next attempt, after `attempts` that failed: 5, 10, 20 … seconds, at most six hours, at least as long as
    the receiver asked for. `jitter` from 0 to 1 spreads what failed together by a quarter."""
    grown = min(FIRST_WAIT_S * 2.0 ** min(attempts - 1, 30), LONGEST_WAIT_S)
    return max(grown * (1 + jitter / 4), min(told_s or 0.0, LONGEST_WAIT_S))


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
