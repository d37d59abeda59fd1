"""Guess the encoding of bytes that are not UTF-8. A guess is only offered to a person, never used by itself."""

import re
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

_WINDOW_BYTES = 64 * 1024
_LOOK_BACK_BYTES = 4 * 1024
_PREVIEW_LINES = 5
_PREVIEW_CHARS = 200
_ALTERNATIVES = 3
# Those that tables are exported in around the world; rarer ones only make guesses worse.
_COMMON_CHARSETS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "koi8_r", "koi8_u", "mac_roman", "cp850", "cp852", "cp866"),
)
_LINE_END = re.compile(rb"\r\n|\r|\n")


def hints(path: Path, *, line: int, offset: int) -> dict[str, Any]:
    """What helps a person choose, judged by the file from the bad byte on.

    `guess` is an encoding or None, `preview` the lines that depend on it as `{line, text}`, `alternatives` further
    encodings that fit as well, each as `{encoding, preview}`.
    """
    window = _window(path, offset)
    found = guesses(window)
    previews = [{"encoding": name, "preview": preview(window, name, first_line=line)} for name in found]
    if not previews:
        return {"guess": None, "preview": [], "alternatives": []}
    return {"guess": found[0], "preview": previews[0]["preview"], "alternatives": previews[1:]}


def guesses(window: bytes) -> list[str]:
    """Encodings that fit the lines that are not ASCII, the likeliest first."""
    telling = b"\n".join(line for line in _LINE_END.split(window) if not line.isascii())
    matches = list(from_bytes(telling, cp_isolation=list(_COMMON_CHARSETS)))
    # Short texts fit several relatives equally well; by far the commonest of them in files is Windows-1252.
    western = any(match.chaos <= matches[0].chaos and "cp1252" in match.could_be_from_charset for match in matches)
    names = (["cp1252"] if western else []) + [match.encoding for match in matches]
    return list(dict.fromkeys(names))[: 1 + _ALTERNATIVES]


def unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte-order mark, recognized by the zero byte that every other byte of Western text is."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.1 else None


def preview(window: bytes, encoding: str, *, first_line: int) -> list[dict[str, Any]]:
    """The first lines that are not ASCII, decoded with this encoding (of UTF-16 simply the first lines)."""
    if encoding.startswith("utf-16"):
        lines = window.decode(encoding, "replace").replace("\r\n", "\n").split("\n")
    else:
        lines = ["" if raw.isascii() else raw.decode(encoding, "replace") for raw in _LINE_END.split(window)]
    numbered = (
        {"line": number, "text": text[:_PREVIEW_CHARS]} for number, text in enumerate(lines, first_line) if text
    )
    return list(numbered)[:_PREVIEW_LINES]


def _window(path: Path, offset: int) -> bytes:
    """The file from the beginning of the line that holds `offset`."""
    with path.open("rb") as file:
        start = max(0, offset - _LOOK_BACK_BYTES)
        file.seek(start)
        before = file.read(offset - start)
        beginning = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
        return before[beginning:] + file.read(_WINDOW_BYTES)
