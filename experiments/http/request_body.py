"""Request bodies are read completely or not at all.

Django reads as many bytes of a body as `Content-Length` says, and takes it for complete where fewer come. A body that
is sent in chunks (RFC 9112 §7.1) has no such header, so Django reads nothing of it. In both cases a client would be
answered as if it had sent less, and "run the first ten" would run all.
"""

import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest

from experiments.core.disk_space import is_disk_full

CHUNK_BYTES = 64 * 1024
IN_MEMORY_BYTES = 1024 * 1024
NO_ROOM = "workbench.no_room"
"""In the environment of a request: whether its body could not be measured for want of room on the disk."""

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class TruncatedBody(BadRequest):
    """The body is shorter than its `Content-Length`.

    Not an OSError, as Django would raise: the check for a CSRF token ignores that, and the next one who reads the form
    finds an empty one.
    """


class LengthRequired(BadRequest):
    """A body without a length, which is too large to be measured here or broke off."""


class CompleteBodies:
    """Wraps the WSGI application. A body in chunks gets the length that it has, up to `DATA_UPLOAD_MAX_MEMORY_SIZE`
    bytes; reading a body that ends too early raises `TruncatedBody`."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = StreamOfLength(environ["wsgi.input"], int(environ["CONTENT_LENGTH"]))
        elif has_no_length(environ):
            measure_body(environ)
        return self._application(environ, start_response)


def has_no_length(environ: Environ) -> bool:
    """Whether there is a body whose length nobody knows."""
    return bool(environ.get("HTTP_TRANSFER_ENCODING")) and not environ.get("CONTENT_LENGTH")


def measure_body(environ: Environ) -> None:
    """Reads the body and sets its length; leaves `environ` as it is where the body is too large or breaks off."""
    # Not closed here: the view reads it.
    body = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(settings.FILE_UPLOAD_TEMP_DIR))  # noqa: SIM115
    length = 0
    try:
        while piece := environ["wsgi.input"].read(CHUNK_BYTES):
            length += len(piece)
            if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                body.close()
                return
            body.write(piece)
    except OSError as error:
        # So the server reports malformed chunks, and those that end too early.
        environ[NO_ROOM] = is_disk_full(error)
        # On a full disk the rest of it cannot be written either.
        with suppress(OSError):
            body.close()
        return
    body.seek(0)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
    del environ["HTTP_TRANSFER_ENCODING"]


class StreamOfLength:
    """A stream that raises `TruncatedBody` where it ends before `length` bytes."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        pieces = []
        while wanted:
            piece = self._counted(self._stream.read(wanted))
            wanted -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        if not self._left or size == 0:
            return b""
        return self._counted(self._stream.readline(self._left if size < 0 else min(size, self._left)))

    def _counted(self, piece: bytes) -> bytes:
        if not piece:
            raise TruncatedBody("The body did not come whole. Nothing was changed; send it again.")
        self._left -= len(piece)
        return piece
