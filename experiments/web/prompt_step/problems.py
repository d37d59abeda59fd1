"""What is wrong with a template, or costs more than it must, as the prompt step shows it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core import json_text
from experiments.core.formatting import count, counted, in_one_line
from experiments.prompts import Problem
from experiments.prompts.spelling import COLUMNS, spelled
from experiments.selectors.sent_twice import SentTwice

NAMED = 3


@dataclass(frozen=True)
class ShownProblem:
    """`placeholder` does not exist: `meant` is one that is spelled alike, `instead` says which there are.

    Other problems only have a `detail`.
    """

    detail: str
    placeholder: str = ""
    line: int | None = None
    meant: str = ""
    instead: str = ""

    @classmethod
    def of(cls, problem: Problem) -> "ShownProblem":
        return cls(problem.detail, problem.placeholder, problem.line, problem.meant, problem.instead)

    @property
    def as_json(self) -> str:
        return json.dumps([self.placeholder, self.meant], ensure_ascii=False)


@dataclass(frozen=True)
class TwiceNote:
    """`paths` are the placeholders, as JSON. Without `{{ columns }}` the lines follow the text: taking it out of the
    template would not help, but columns that are no prompt columns any more are sent once.
    """

    count: int
    lines: str
    sentence: str
    paths: str


def twice_note(found: SentTwice | None) -> TwiceNote | None:
    if found is None:
        return None
    paths = [spelled(("row", name)) for name in found.names]
    return TwiceNote(
        count=len(found.names),
        lines=_lines(found.lines),
        sentence=_sentence(found),
        paths=json.dumps([*paths, *([COLUMNS] if found.placed else [])], ensure_ascii=False),
    )


def _lines(numbers: tuple[int, ...]) -> str:
    """`Line 4`, `Lines 4, 5 and 11`."""
    *first, last = map(count, numbers)
    return f"Lines {', '.join(first)} and {last}" if first else f"Line {last}"


def _sentence(found: SentTwice) -> str:
    names = [in_one_line(name, 40) for name in found.names[:NAMED]]
    more = len(found.names) - len(names)
    listed = f"{', '.join(names)} and {count(more)} more" if more else _and(names)
    where = f"in {{{{ {COLUMNS} }}}}" if found.placed else "in the lines after your text"
    verb, form = ("is", "a placeholder") if len(found.names) == 1 else ("are", "placeholders")
    price = f" This adds about {counted(found.tokens, 'token')} per row." if found.tokens else ""
    return f"{listed} {verb} sent twice, as {form} and {where}.{price}"


def _and(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def fixed(text: str, form: Mapping[str, str]) -> str:
    """The template after the fix whose button was pressed without JavaScript."""
    wrong, right = _pair(form.get("replace", ""))
    return re.sub(rf"{re.escape(wrong)}(?![\w\"'\]])", lambda _: right, text) if wrong else text


def _pair(sent: str) -> tuple[str, str]:
    try:
        wrong, right = json_text.parse_finite(sent)
    except (ValueError, TypeError, RecursionError):
        return "", ""
    return _text(wrong), _text(right)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
