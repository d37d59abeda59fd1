"""What the tests of uploads have in common."""

from typing import Any

from django.core.files.base import ContentFile

from csv_batches.models import CsvBatch, Upload
from tests.support.api import Api, numbered, to_csv
from tests.support.worker import eventually

LARGE = to_csv([["id", "text"], *numbered(200)])
RAGGED = LARGE + b"one cell\n"


def waiting(batch: str, content: bytes = LARGE, **values: Any) -> Upload:
    """An upload that no worker knows of."""
    owner = CsvBatch.objects.get(pk=batch).created_by
    upload = Upload(owner=owner, batch_id=batch, name="x.csv", size=len(content), state="parsing", **values)
    upload.file.save("x.csv", ContentFile(content), save=False)
    upload.save()
    return upload


def read(api: Api, batch: str, timeout_s: float = 60) -> Any:
    """What the batch says of its upload, once it has been read or refused."""

    def ended() -> Any:
        found = api.batch(batch)["upload"]
        return found if found and found["state"] in ("done", "failed") else None

    return eventually(ended, timeout_s=timeout_s, what="the upload's end")
