"""Guess the encoding of bytes that are not UTF-8. A guess is only offered to a person, never used by itself."""

import codecs
import re
import unicodedata
from typing import Any

from charset_normalizer import from_bytes

from experiments.ingest.packed import Source, skip

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
WESTERN = "cp1252"
"""By far the commonest encoding of files that are not Unicode: always among the choices."""
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_FEW_SIGNS = 4
_WESTERN_SIGNS = frozenset(
    ("€…‘’“”„–—•™ŠšŒœŽžŸ\xa0¡¢£¥§©ª«®°±²³´µ·º»¼½¾¿" + "".join(map(chr, range(0xC0, 0x100))))
    .translate(dict.fromkeys(map(ord, "ÐÞ×÷")))
    .encode(WESTERN)
)
_PAIRS_SHARE = 0.6
_ODD_SHARE = 0.01
"""Of the characters of a text, those that no text has, such as unassigned ones."""


def hints(path: Source, *, line: int, offset: int) -> dict[str, Any]:
    """What helps a person choose, judged by the file from the bad byte on.

    `guess` is an encoding or None, `preview` the lines that depend on it as `{line, text}`, `alternatives` further
    encodings to choose from, each as `{encoding, preview}`; `WESTERN` is always among them.
    """
    window = _window(path, offset)
    found = guesses(window)
    others = found[1:] if WESTERN in found else [*found[1:_ALTERNATIVES], WESTERN]
    shown, *alternatives = (
        {"encoding": name, "preview": preview(window, name, first_line=line) if name else []}
        for name in (found[0] if found else None, *others)
    )
    return {"guess": shown["encoding"], "preview": shown["preview"], "alternatives": alternatives}


def guesses(window: bytes) -> list[str]:
    """Encodings that fit the lines that are not ASCII, the likeliest first."""
    telling = b"\n".join(line for line in _LINE_END.split(window) if not line.isascii())
    matches = list(from_bytes(telling, cp_isolation=list(_COMMON_CHARSETS)))
    # Short texts fit several relatives equally well.
    western = any(match.chaos <= matches[0].chaos and WESTERN in match.could_be_from_charset for match in matches)
    names = [WESTERN] if western or _is_sprinkled_with_signs(telling) else []
    names += [match.encoding for match in matches]
    return list(dict.fromkeys(names))[: 1 + _ALTERNATIVES]


def _is_sprinkled_with_signs(telling: bytes) -> bool:
    """A few Western signs or letters, each alone among ASCII: too little for statistics of languages."""
    runs = _NOT_ASCII.findall(telling)
    return len(runs) <= _FEW_SIGNS and all(len(run) == 1 and run[0] in _WESTERN_SIGNS for run in runs)


def unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte-order mark, by the zero bytes: other texts have none.

    In Western text every other byte is one. In a text of any other script at least line ends have one: read in the
    wrong order they are no characters, and in the right order nearly all others are.
    """
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    fitting = [name for name in ("utf-16-le", "utf-16-be") if even + odd and _is_lines_of_text(head, name)]
    return fitting[0] if len(fitting) == 1 else None


def _is_lines_of_text(head: bytes, encoding: str) -> bool:
    try:
        text = text_of_beginning(head, encoding)
    except UnicodeDecodeError:
        return False
    if "\0" in text or not ("\n" in text or "\r" in text) or sum(map(_is_odd, text)) > len(text) * _ODD_SHARE:
        return False
    # ASCII text with stray zero bytes: most pairs are two signs of it, and most of these signs have no zero byte.
    others = [char for char in text if not char.isascii()]
    pairs = sum(all(0x20 <= byte < 0x7F for byte in divmod(ord(char), 256)) for char in others)
    dividing, found = sum(map(text.count, "\r\n,;")), sum(map(head.count, b"\r\n,;"))
    return pairs <= len(others) * _PAIRS_SHARE or dividing * 2 > found


def _is_odd(char: str) -> bool:
    return unicodedata.category(char) in ("Cn", "Co", "Cs", "Cc") and char not in "\t\r\n"


def text_of_beginning(head: bytes, encoding: str) -> str:
    """The text; what its end cuts is left out. `UnicodeDecodeError` where anything else is not of the encoding."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(head, final=False)


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


def _window(path: Source, offset: int) -> bytes:
    """The file from the beginning of the line that holds `offset`, whole lines of it."""
    with path.open("rb") as file:
        start = max(0, offset - _LOOK_BACK_BYTES)
        skip(file, start)
        before = file.read(offset - start)
        beginning = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
        return before[beginning:] + _whole_lines(file.read(_WINDOW_BYTES + 1))


def _whole_lines(raw: bytes) -> bytes:
    """Up to the last line end that the window holds: elsewhere it may end inside of a character.

    Where a line is longer, up to the last sign that is never the second byte of a character.
    """
    if len(raw) <= _WINDOW_BYTES:
        return raw
    raw = raw[:_WINDOW_BYTES]
    end = max(raw.rfind(b"\n"), raw.rfind(b"\r")) + 1
    return raw[: end or max(map(raw.rfind, (b",", b";", b"\t", b" "))) + 1] or raw
