"""Tasks for django-q2: each takes a key and calls one service, and does no harm when it is delivered twice."""

from uuid import UUID


def read_upload(upload_id: str) -> None:
    from csv_batches.services import background_upload
    from experiments.worker import shutdown

    background_upload.read(UUID(upload_id), stopping=shutdown.stopping)
