"""Two encodings in one file: whether the lines around the first one that is not UTF-8 change from one to the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.ingest.packed import Source, skip

LOOK_BYTES = 4 * 1024**2
"""That are looked at above the first bad byte, and as many from it on."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
# A character of these can be valid UTF-8 by chance; of one byte for each character hardly any line can.
_MANY_BYTES = {"cp932", "euc_jp", "gb18030", "big5", "cp949"}
_RARE = 10


@dataclass(frozen=True, slots=True)
class Neighbors:
    """Lines that are not ASCII: how many above the first bad one, which are all UTF-8, and those from it on, each with
    its number and whether it is UTF-8."""

    above: int
    below: Sequence[tuple[int, bool]]
    is_first_bad_mostly_utf8: bool

    @property
    def good(self) -> int:
        return self.above + sum(is_good for _, is_good in self.below)

    @property
    def bad(self) -> int:
        return sum(not is_good for _, is_good in self.below)

    def is_chance(self, guess: str | None) -> bool:
        """Whether the few lines that are UTF-8 may as well be of the guessed encoding, as all others are."""
        return guess in _MANY_BYTES and self.good * 4 < self.bad

    def change(self) -> str | None:
        """Where the encoding changes, in words; None where that is no more than damage, or there is one encoding."""
        if self.good < 2 - bool(self.above) or self.bad < 2:
            return None
        first_bad = self.below[0][0]
        good_again = next((number for number, is_good in self.below if is_good), None)
        if self.above:
            if good_again is None:
                return f"UTF-8 up to line {first_bad - 1:,}, another one from line {first_bad:,} on"
        elif good_again and all(is_good for number, is_good in self.below if number >= good_again):
            return f"one that isn’t UTF-8 up to line {good_again - 1:,}, UTF-8 from line {good_again:,} on"
        if self.bad * _RARE < self.good:
            return None
        return f"lines {_some(self.below, is_good=False)} aren’t UTF-8, others are"


def _some(lines: Sequence[tuple[int, bool]], *, is_good: bool) -> str:
    found = [f"{number:,}" for number, good in lines if good == is_good]
    return ", ".join(found[:3]) + (" …" if len(found) > 3 else "")


def neighbors(path: Source, *, line: int, offset: int) -> Neighbors:
    """Of the line that holds the first bad byte, which is at `offset`."""
    start = max(0, offset - LOOK_BYTES)
    with path.open("rb") as file:
        skip(file, start)
        before, after = file.read(offset - start), file.read(LOOK_BYTES)
        is_cut = bool(file.read(1))
    begins = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    above = _LINE_END.split(before[:begins])[bool(start) :]
    below = _LINE_END.split(before[begins:] + after)
    if is_cut and len(below) > 1:
        below.pop()
    first_bad = next((raw for raw in below if not raw.isascii()), b"")
    kinds = [(number, _is_utf8(raw)) for number, raw in enumerate(below, line) if not raw.isascii()]
    return Neighbors(sum(not raw.isascii() for raw in above), kinds, _is_mostly_utf8(first_bad))


def _is_mostly_utf8(raw: bytes) -> bool:
    text = raw.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= char <= "\udcff" for char in text)
    return sum(char > "\x7f" for char in text) >= 2 * bad


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
