"""How far a request has come, as bytes say that nobody has parsed yet. gunicorn's parser has the last word.

The head ends with an empty line; its Content-Length, or the chunks themselves, say where the body ends: RFC 9112.
"""

import re
from enum import Enum

END_OF_HEAD = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
HAS_CHUNKS = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
WANTS_TO_BE_ASKED = re.compile(rb"\r\nexpect:", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[^\r\n]{0,200}\r\n")
MOST_HEAD = 64 * 1024
BEGINNING_OF_BODY = 16 * 1024


class State(Enum):
    """`BEGUN`: more is needed before a thread may begin. `LONG`: the thread will have to wait for more of it."""

    BEGUN = "begun"
    LONG = "long"
    WHOLE = "whole"


class Incoming(bytearray):
    """The bytes of one request so far, perhaps with some of the next."""

    _body = 0
    _length: int | None = None
    _has_chunks = False
    _next_chunk = 0
    _is_asked_for = False

    def state(self) -> State:
        if not self._body and not self._is_head_there():
            return State.LONG if len(self) > MOST_HEAD else State.BEGUN
        if self._is_whole():
            return State.WHOLE
        # A client that waits to be asked for the body sends none before.
        return State.LONG if self._is_asked_for or len(self) - self._body >= BEGINNING_OF_BODY else State.BEGUN

    def _is_head_there(self) -> bool:
        end = self.find(END_OF_HEAD)
        if end < 0:
            return False
        self._body = self._next_chunk = end + len(END_OF_HEAD)
        head = self[: self._body]
        length = CONTENT_LENGTH.search(head)
        self._has_chunks = HAS_CHUNKS.search(head) is not None
        self._length = int(length[1]) if length and not self._has_chunks else 0
        self._is_asked_for = WANTS_TO_BE_ASKED.search(head) is not None
        return True

    def _is_whole(self) -> bool:
        if not self._has_chunks:
            return len(self) - self._body >= (self._length or 0)
        while (size := CHUNK_SIZE.match(self, self._next_chunk)) is not None:
            length = int(size[1], 16)
            if not length:
                # Behind the last chunk there may be trailers; then an empty line.
                return self.find(END_OF_HEAD, size.end() - len(b"\r\n")) >= 0
            if len(self) < size.end() + length:
                return False
            self._next_chunk = size.end() + length + len(b"\r\n")
        return False
