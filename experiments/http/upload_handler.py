"""The limit on uploads: a body that is too large is rejected before any of it is written to disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParserError

FORM_OVERHEAD_BYTES = 1024 * 1024
"""Room for the other fields of a form and the boundaries between them."""


class UploadTooLarge(RequestDataTooBig):
    """Says how large the body is and how large a file may be. Rejected like any other body that is too large."""


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes files to disk, unless the body is larger than the largest file that is allowed.

    Django reads a form to look for its CSRF token, before anything checks who sent it: without a limit here, a stranger
    could fill the disk. Bodies without a length are rejected earlier, so looking at the header is enough.

    An incomplete file is rejected: Django itself would treat the form as one without a file.
    """

    _unfinished = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        limit: int = settings.UPLOAD_MAX_BYTES
        if content_length > limit + FORM_OVERHEAD_BYTES:
            raise UploadTooLarge(f"The body has {content_length:,} bytes; a file can have at most {limit:,}. Split it.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._unfinished = True

    def file_complete(self, file_size: int) -> UploadedFile | None:
        self._unfinished = False
        return super().file_complete(file_size)

    def upload_complete(self) -> None:
        if self._unfinished:
            raise MultiPartParserError("the boundary after the file is missing, so it may not be whole. Send it again.")
