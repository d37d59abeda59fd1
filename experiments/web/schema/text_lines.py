"""The choices of a response field as the lines of a text area, one per line, and back without loss.

A choice with line breaks, or with a space at its beginning or end, is written as a JSON string.
"""

import json
import re
from collections.abc import Iterable


def lines_of(choices: Iterable[str]) -> str:
    return "\n".join(json.dumps(choice, ensure_ascii=False) if _needs_quotes(choice) else choice for choice in choices)


def choices_of(text: str) -> list[str]:
    """Blank lines and the space around a choice are ignored."""
    lines = (line.strip() for line in re.split(r"\r\n|\r|\n", text))
    return [_unquoted(line) if _needs_quotes(_unquoted(line)) else line for line in lines if line]


def _needs_quotes(choice: str) -> bool:
    if choice != choice.strip() or "\n" in choice or "\r" in choice:
        return True
    inner = _unquoted(choice)
    # Without quotes of its own, a choice that looks like a quoted one would be read back without them.
    return inner != choice and _needs_quotes(inner)


def _unquoted(line: str) -> str:
    """The text of a line that is a JSON string; any other line as it is."""
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return line
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return value if isinstance(value, str) else line
