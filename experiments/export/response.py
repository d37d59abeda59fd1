"""An export as an HTTP response, for the API and the pages."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.http import FileResponse, HttpRequest, StreamingHttpResponse

CHUNKED_SINCE = "HTTP/1.1"
"""From this version the end of a stream is marked, so that a client notices when it breaks off."""


@dataclass(frozen=True)
class Download:
    """A file that is generated while it is sent, and two of its headers. `when_sent` is called when it has arrived."""

    pieces: Iterator[bytes]
    content_type: str
    content_disposition: str
    when_sent: Callable[[], None]


def export_response(download: Download, request: HttpRequest) -> StreamingHttpResponse:
    """The file as a stream; for a client of HTTP/1.0, often a proxy, it is written to disk first.

    In HTTP/1.0 the end of the connection is the end of the file: only a Content-Length shows that one is incomplete.
    """
    try:
        return _response(download, request)
    except BaseException:
        download.when_sent()
        raise


def _response(download: Download, request: HttpRequest) -> StreamingHttpResponse:
    kind = download.content_type
    if request.META["SERVER_PROTOCOL"] < CHUNKED_SINCE:
        response: StreamingHttpResponse = FileResponse(_on_disk(download.pieces), content_type=kind)
    else:
        response = StreamingHttpResponse(download.pieces, content_type=kind)
    response["Content-Disposition"] = download.content_disposition
    response["Cache-Control"] = "no-store"
    # Our web server goes on sending when the response is closed (`http.server`); for others that is the end.
    at_its_end = response._resource_closers.append  # type: ignore[attr-defined]
    getattr(request.META.get("gunicorn.socket"), "when_sent", at_its_end)(download.when_sent)
    return response


def _on_disk(pieces: Iterator[bytes]) -> IO[bytes]:
    """A temporary file with all pieces, at its beginning; it is deleted when it is closed."""
    with ExitStack() as at_an_error:
        file = at_an_error.enter_context(tempfile.TemporaryFile(dir=settings.SPOOL_DIR))
        file.writelines(pieces)
        file.seek(0)
        at_an_error.pop_all()
        return file
