"""A request's body is taken whole or not at all.

Django takes the bytes that come for the body, however few, and reads as many as `Content-Length` says: of a body that
is sent in chunks (RFC 9112 §7.1), which has none, that is nothing. A client that sent something would be answered as
if it had sent nothing, and "run the first ten" would run all.
"""

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest

PART = 64 * 1024
IN_MEMORY = 1024 * 1024

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class BodyCut(BadRequest):
    """The body is shorter than its length.

    No OSError, as Django has it: the look for a CSRF token passes over that, and who reads the form next finds none.
    """


class LengthRequired(BadRequest):
    """A body without a length that is too large to be measured here."""


class WholeBody:
    """The WSGI application, with bodies in chunks measured, up to `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes, and a `BodyCut`
    for whoever reads a body that ends too early."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = _Expected(environ["wsgi.input"], int(environ["CONTENT_LENGTH"]))
        elif is_without_length(environ):
            _measure(environ)
        return self._application(environ, start_response)


def is_without_length(environ: Environ) -> bool:
    return bool(environ.get("HTTP_TRANSFER_ENCODING")) and not environ.get("CONTENT_LENGTH")


def refuse_without_length(environ: Environ) -> None:
    """`LengthRequired` for a body that nobody would read."""
    if is_without_length(environ):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
        raise LengthRequired(
            f"The body came in chunks and could not be taken: it broke off or is larger than {most} MB. "
            "Send it with a Content-Length."
        )


def _measure(environ: Environ) -> None:
    """Gives the body its length; nothing where it is too large or breaks off."""
    # Not closed here: the view reads it.
    body = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(settings.FILE_UPLOAD_TEMP_DIR))  # noqa: SIM115
    length = 0
    try:
        while piece := environ["wsgi.input"].read(PART):
            length += len(piece)
            if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                return
            body.write(piece)
    except OSError:
        # The server's word for chunks that are none, or that end too early.
        return
    body.seek(0)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
    del environ["HTTP_TRANSFER_ENCODING"]


class _Expected:
    """A stream of which so many bytes must come."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        pieces = []
        while wanted:
            piece = self._stream.read(wanted)
            self._took(piece)
            wanted -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        if not self._left or size == 0:
            return b""
        line = self._stream.readline(self._left if size < 0 else min(size, self._left))
        self._took(line)
        return line

    def _took(self, piece: bytes) -> None:
        self._left -= len(piece)
        if not piece:
            raise BodyCut("The body did not come whole. Nothing was changed; send it again.")
