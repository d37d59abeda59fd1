"""The documents as they are read: blocks of code, the commands in them, links, headings, and words in code."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(str(one.relative_to(ROOT)) for one in (ROOT / "docs").rglob("*.md"))]
SHELL = ("sh", "console")

_FENCED = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"!?\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.M)
_HERE = re.compile(r"<<-?\s*'?(\w+)'?")
_COMMENT = re.compile(r"(?:^|\s)#.*")


@dataclass(frozen=True)
class Block:
    language: str
    text: str


def text_of(page: str) -> str:
    return (ROOT / page).read_text()


def blocks_of(page: str) -> list[Block]:
    return [Block(language, text) for language, text in _FENCED.findall(text_of(page))]


def prose_of(page: str) -> str:
    """Without blocks of code."""
    return _FENCED.sub("", text_of(page))


def commands_of(page: str) -> list[str]:
    return [one for block in blocks_of(page) if block.language in SHELL for one in commands_in(block.text)]


def commands_in(text: str) -> Iterator[str]:
    """Each with the lines that belong to it: continued ones, open quotes, here-documents. Without comments."""
    lines = iter(text.splitlines())
    for line in lines:
        command = line
        while _is_open(command):
            command += "\n" + next(lines)
        if here := _HERE.search(command):
            for further in lines:
                command += "\n" + further
                if further == here[1]:
                    break
        if _COMMENT.sub("", command, count=1).strip():
            yield command


def _is_open(command: str) -> bool:
    if command.endswith("\\"):
        return True
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return True
    return False


def links_of(page: str) -> list[str]:
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", prose_of(page)))


def anchors_of(page: str) -> set[str]:
    """As code hosts and MkDocs make them from headings."""
    return {_slug(heading) for heading in _HEADING.findall(prose_of(page))}


def _slug(heading: str) -> str:
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def words_in_code(page: str) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", prose_of(page))
