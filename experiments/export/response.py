"""An export as an HTTP response, for the API and the pages."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from django.http import FileResponse, StreamingHttpResponse

CHUNKED_SINCE = "HTTP/1.1"
"""From this version the end of a stream is marked, so that a client notices when it breaks off."""


@dataclass(frozen=True)
class Download:
    """A file that is generated while it is sent, and two of its headers."""

    pieces: Iterator[bytes]
    content_type: str
    content_disposition: str


def export_response(download: Download, *, protocol: str) -> StreamingHttpResponse:
    """The file as a stream; for a client of HTTP/1.0, often a proxy, it is written to disk first.

    In HTTP/1.0 the end of the connection is the end of the file: only a Content-Length shows that one is incomplete.
    `protocol` is the request's `SERVER_PROTOCOL`.
    """
    kind = download.content_type
    if protocol < CHUNKED_SINCE:
        response: StreamingHttpResponse = FileResponse(_on_disk(download.pieces), content_type=kind)
    else:
        response = StreamingHttpResponse(download.pieces, content_type=kind)
    response["Content-Disposition"] = download.content_disposition
    response["Cache-Control"] = "no-store"
    return response


def _on_disk(pieces: Iterator[bytes]) -> IO[bytes]:
    """A temporary file with all pieces, at its beginning; it is deleted when it is closed."""
    with ExitStack() as at_an_error:
        file = at_an_error.enter_context(tempfile.TemporaryFile())
        file.writelines(pieces)
        file.seek(0)
        at_an_error.pop_all()
        return file
