"""Warnings about something that lasts: said when it begins, then once in a while, not each time it is noticed."""

import logging
import time

SAY_EVERY_S = 60.0
_said_at: dict[tuple[str, str], float] = {}


def warn_once_in_a_while(logger: logging.Logger, text: str) -> None:
    """The same text of the same logger again after `SAY_EVERY_S`, in this process."""
    now, key = time.monotonic(), (logger.name, text)
    if now - _said_at.get(key, -SAY_EVERY_S) >= SAY_EVERY_S:
        _said_at[key] = now
        logger.warning(text)
