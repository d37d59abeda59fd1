"""The texts that the cells of an XLSX workbook share: read as far as they are asked for, and kept in a file."""

import os
import re
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from contextlib import closing

from experiments.ingest.errors import Limits
from experiments.ingest.workbook.parts import Parts, damaged
from experiments.ingest.workbook.xml_stream import TextHandler, feed, local_name

CACHED = 4096
CACHED_CHARS = 100
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """`_x000D_` is a character that XML can't hold, `_x005F_` an underscore that would seem to begin one."""
    return _ESCAPE.sub(lambda match: _character(match[0], int(match[1], 16)), text)


def _character(escape: str, code: int) -> str:
    """What no database stores stays as it is written."""
    return escape if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


class SharedStrings:
    """By index. `name` is the part that has them; None where the workbook has none."""

    def __init__(self, parts: Parts, name: str | None, limits: Limits) -> None:
        self._store = _Store()
        self._loading = _load(parts, name, limits, self._store) if name else iter(())
        self._cache: dict[int, str] = {}

    def __getitem__(self, index: int) -> str:
        text = self._cache.get(index)
        if text is None:
            while index >= len(self._store):
                if next(self._loading, False) is False:
                    raise damaged(f"a cell asks for shared text {index:,}, and there are {len(self._store):,}")
            text = self._store[index]
            if len(text) <= CACHED_CHARS and len(self._cache) < CACHED:
                self._cache[index] = text
        return text


class _Store:
    """Texts one behind the other in a file without a name, and where each ends."""

    def __init__(self) -> None:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed with this object
        weakref.finalize(self, file.close)
        self._fd = file.fileno()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        start = self._ends[index]
        return os.pread(self._fd, self._ends[index + 1] - start, start).decode()

    def add(self, texts: list[str]) -> None:
        content, end = bytearray(), self._ends[-1]
        for text in texts:
            content += text.encode()
            self._ends.append(end + len(content))
        written = 0
        while written < len(content):
            written += os.write(self._fd, memoryview(content)[written:])


def _load(parts: Parts, name: str, limits: Limits, store: _Store) -> Iterator[None]:
    with parts.open(name) as part:
        handler = _StringHandler(limits)
        with closing(feed(part, handler)) as pieces:  # type: ignore[type-var]  # a generator
            for _ in pieces:
                store.add(handler.texts)
                handler.texts.clear()
                yield


class _StringHandler(TextHandler):
    """Gathers `si`: its text, or its runs without the phonetic ones."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.texts: list[str] = []
        self._kinds: dict[str, str] = {}
        self._phonetic = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.level += 1
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = local_name(name)
        if kind == "t":
            self.taking = not self._phonetic
        elif kind == "rPh":
            self._phonetic += 1

    def end(self, name: str) -> None:
        self.level -= 1
        kind = self._kinds[name]
        if kind == "t":
            self.taking = False
        elif kind == "si":
            text, self.taken = self.taken, ""
            self.texts.append(unescaped(text) if "_x" in text else text)
        elif kind == "rPh":
            self._phonetic -= 1
