"""Text that PostgreSQL can store: it takes neither NUL nor half of a surrogate pair, in `text` and `jsonb` alike."""

import re

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` with U+FFFD in place of each character that cannot be stored."""
    return UNSTORABLE.sub("\ufffd", text)
