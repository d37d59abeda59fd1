"""Rows that were left out because they can't be read: a CSV of line, reason and text beside the file of the batch."""

import csv
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from uuid import uuid4

from django.http import FileResponse

from csv_batches.models import FOLDER, REJECTS_SUFFIX, CsvBatch
from experiments.core.secret_files import PRIVATE_FILE, private_folder
from experiments.ingest import Reject

HEADER = ("line", "reason", "text")
LINE_END = "\n"
CONTENT_TYPE = "text/csv; charset=utf-8"
WITHOUT_ANY = (",".join(HEADER) + LINE_END).encode()


class RejectsFile:
    """Written while the file is read, so that a million of them need no memory. No file where no row is left out.

    A context: where its block fails, the file is deleted. One that a killed process left mentions no batch and goes as
    every such file does.
    """

    def __init__(self) -> None:
        self._storage = CsvBatch._meta.get_field("rejects").storage
        self._file: IO[str] | None = None
        self._writer: Any = None
        self.name = ""
        """Under which the storage knows it."""
        self.count = 0

    def add(self, reject: Reject) -> None:
        if self._file is None:
            self._begin()
        self._writer.writerow((reject.line, reject.reason, reject.text))
        self.count += 1

    def _begin(self) -> None:
        self.name = f"{FOLDER}/{uuid4()}{REJECTS_SUFFIX}"
        path = Path(self._storage.path(self.name))
        private_folder(path.parent)
        # Half of a surrogate pair, which a file may hold, is no UTF-8.
        self._file = open(path, "x", opener=_private, encoding="utf-8", errors="replace", newline="")  # noqa: SIM115
        self._writer = csv.writer(self._file, lineterminator=LINE_END)
        self._writer.writerow(HEADER)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        finally:
            if error is not None and self.name:
                self._storage.delete(self.name)


def rejects_response(batch: CsvBatch) -> FileResponse:
    """The list as a download; its header alone where no row was left out, or the list is gone."""
    found: IO[bytes] = BytesIO(WITHOUT_ANY)
    if batch.rejects:
        with suppress(FileNotFoundError):
            found = batch.rejects.open("rb")
    return FileResponse(
        found,
        as_attachment=True,
        filename=f"{Path(batch.source_name).stem}.rejects.csv",
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)
