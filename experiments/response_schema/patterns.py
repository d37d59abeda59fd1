"""Regular expressions of schemas, in linear time: RE2 (https://github.com/google/re2/wiki/Syntax) does not step back.

As in JSON Schema, a pattern may match anywhere in a text unless it says `^` and `$`.
"""

import re
from functools import lru_cache
from typing import Any

LONGEST_PATTERN = 1_000  # characters
KEPT = 512
_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9A-Fa-f]{4})")


class BadPattern(Exception):
    """RE2 does not take it; says why."""


@lru_cache(maxsize=KEPT)
def _compiled(pattern: str) -> Any:
    # 5 MB, which few processes need.
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        # The one escape of JavaScript that RE2 writes otherwise.
        return re2.compile(_UNICODE_ESCAPE.sub(r"\1\\x{\2}", pattern), options)
    except re2.error as error:
        said = error.args[0]
        raise BadPattern(said.decode(errors="replace") if isinstance(said, bytes) else str(said)) from error


def problem_of_pattern(pattern: str) -> str:
    """Why it cannot be used, as a part of a sentence; "" where it can."""
    if len(pattern) > LONGEST_PATTERN:
        return f"the pattern has {len(pattern):,} characters; {LONGEST_PATTERN:,} are allowed"
    try:
        _compiled(pattern)
    except (BadPattern, UnicodeEncodeError) as error:
        reason = str(error) if isinstance(error, BadPattern) else "it is not text"
        unknown = "lookahead, lookbehind and references to groups are not known here, since they can take forever"
        return f"the pattern cannot be used ({reason}); {unknown}"
    return ""


def matches(pattern: str, text: str) -> bool:
    try:
        return _compiled(pattern).search(text) is not None
    except UnicodeEncodeError:
        # Half of a character: no text that a pattern could mean.
        return False
