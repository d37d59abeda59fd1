"""The choices of a field as the lines of a text area, one a line, and back without loss.

A line is the choice itself. One that lines cannot say (it spans lines, or begins or ends with a space) stands as a JSON
string in quotes.
"""

import json
import re
from collections.abc import Iterable


def lines_of(choices: Iterable[str]) -> str:
    return "\n".join(json.dumps(choice, ensure_ascii=False) if _needs_quotes(choice) else choice for choice in choices)


def choices_of(text: str) -> list[str]:
    """Blank lines and the space around a choice do not count."""
    lines = (line.strip() for line in re.split(r"\r\n|\r|\n", text))
    return [_choice(line) for line in lines if line]


def _choice(line: str) -> str:
    quoted = _unquoted(line)
    return quoted if quoted is not None and _needs_quotes(quoted) else line


def _needs_quotes(choice: str) -> bool:
    if choice != choice.strip() or "\n" in choice or "\r" in choice:
        return True
    quoted = _unquoted(choice)
    return quoted is not None and _needs_quotes(quoted)


def _unquoted(line: str) -> str | None:
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
