"""The largest body with files: what is larger is refused before anything of it is written to disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParserError

AROUND = 1024 * 1024
"""Bytes that the other fields of a form and the boundaries between them may take."""


class UploadTooBig(RequestDataTooBig):
    """Says how large the body is and how large a file may be. Refused like any other body that is too large."""


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Files go to disk, unless the body is larger than the largest file that is taken.

    A form is read as early as its CSRF token is looked for, before anybody is asked who sends it: without this, a
    stranger could fill the disk. A body without a length does not come so far, so the header is enough.

    A file of which the end did not come is none: the form is refused, and not taken for one without a file.
    """

    _unfinished = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        most: int = settings.UPLOAD_MAX_BYTES
        if content_length > most + AROUND:
            raise UploadTooBig(f"The body has {content_length:,} bytes; a file can have at most {most:,}. Split it.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._unfinished = True

    def file_complete(self, file_size: int) -> UploadedFile | None:
        self._unfinished = False
        return super().file_complete(file_size)

    def upload_complete(self) -> None:
        if self._unfinished:
            raise MultiPartParserError("the boundary after the file is missing, so it may not be whole. Send it again.")
