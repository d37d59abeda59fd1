"""An export as the answer to a request, for the API and the pages alike."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from django.http import FileResponse, StreamingHttpResponse

CAN_BREAK_OFF = "HTTP/1.1"
"""The version from which on the end of a stream is marked, so that a broken one looks broken."""


@dataclass(frozen=True)
class Download:
    """A file that is made while it is sent, and two of its headers."""

    pieces: Iterator[bytes]
    content_type: str
    content_disposition: str


def export_response(download: Download, *, protocol: str) -> StreamingHttpResponse:
    """The file in a stream; for a client of HTTP/1.0, a proxy most often, first put together on disk.

    There the end of the connection is the end of the file: only a Content-Length tells a broken one from a whole one.
    `protocol` is the request's `SERVER_PROTOCOL`.
    """
    kind = download.content_type
    if protocol < CAN_BREAK_OFF:
        response: StreamingHttpResponse = FileResponse(_on_disk(download.pieces), content_type=kind)
    else:
        response = StreamingHttpResponse(download.pieces, content_type=kind)
    response["Content-Disposition"] = download.content_disposition
    response["Cache-Control"] = "no-store"
    return response


def _on_disk(pieces: Iterator[bytes]) -> IO[bytes]:
    """All of it in a file that nobody else sees, at its beginning; it is gone when it is closed."""
    with ExitStack() as at_an_error:
        file = at_an_error.enter_context(tempfile.TemporaryFile())
        file.writelines(pieces)
        file.seek(0)
        at_an_error.pop_all()
        return file
