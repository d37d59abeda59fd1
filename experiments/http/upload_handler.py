"""The limits on uploads: a body that is too large, or finds no room, is rejected before any of it is written."""

import fcntl
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParserError

from experiments.core.disk_space import LOOK_EVERY_BYTES
from experiments.core.errors import NoRoom

FORM_OVERHEAD_BYTES = 1024 * 1024
"""Room for the other fields of a form and the boundaries between them."""


class UploadTooLarge(RequestDataTooBig):
    """Says how large the body is and how large a file may be. Rejected like any other body that is too large."""


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes files to disk, unless the body is larger than the largest file that is allowed.

    Django reads a form to look for its CSRF token, before anything checks who sent it: without a limit here, a stranger
    could fill the disk. Bodies without a length are rejected earlier, so looking at the header is enough.

    Whether the disk has room is asked before, and again and again while the file comes in, which may take hours. Each
    file is locked while somebody has it open, so that what a killed process left is told from what is in use.

    An incomplete file is rejected: Django itself would treat the form as one without a file.
    """

    _unfinished = False
    _looked_at = _most_bytes = 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        limit: int = settings.UPLOAD_MAX_BYTES
        if content_length > limit + FORM_OVERHEAD_BYTES:
            raise UploadTooLarge(f"The body has {content_length:,} bytes; a file can have at most {limit:,}. Split it.")
        self._most_bytes = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        # A form without a file, a login perhaps, needs no room.
        settings.DISK_SPACE.refuse_file(self._most_bytes)
        super().new_file(*args, **kwargs)
        fcntl.flock(self.file.fileno(), fcntl.LOCK_SH)
        self._unfinished, self._looked_at = True, 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            if start - self._looked_at >= LOOK_EVERY_BYTES:
                self._looked_at = start
                settings.DISK_SPACE.refuse_when_short()
            super().receive_data_chunk(raw_data, start)
        except (NoRoom, OSError):
            # At once, not when the exception is forgotten: others need the room. The rest of it cannot be
            # written on a full disk.
            with suppress(OSError):
                self.upload_interrupted()
            raise

    def file_complete(self, file_size: int) -> UploadedFile | None:
        self._unfinished = False
        return super().file_complete(file_size)

    def upload_complete(self) -> None:
        if self._unfinished:
            raise MultiPartParserError("the boundary after the file is missing, so it may not be whole. Send it again.")
