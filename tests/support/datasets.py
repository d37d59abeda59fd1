"""Data sets as files, and experiments of them."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import TemporaryUploadedFile

from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, uploads
from experiments.ingest import ReadOptions
from experiments.models import Network

ANSWER = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


def jsonl(objects: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in objects).encode()


def uploaded(content: bytes, name: str) -> TemporaryUploadedFile:
    file = TemporaryUploadedFile(name, "text/plain", len(content), "utf-8")
    file.write(content)
    file.flush()
    file.seek(0)
    return file


def draft(**values: Any) -> Experiment:
    """An experiment of user `ann`."""
    ann, _ = get_user_model().objects.get_or_create(username="ann", defaults={"is_staff": True})
    return drafts.create(user=ann, values={"name": "experiment", **values})


def upload(
    experiment: Experiment, content: bytes | str, name: str = "x.csv", *, needs_message: bool = True, **options: Any
) -> Experiment:
    with uploaded(content.encode() if isinstance(content, str) else content, name) as file:
        stored = uploads.upload(
            experiment_id=experiment.pk, file=file, options=ReadOptions(**options), needs_message=needs_message
        )
    return stored.experiment


def with_items(content: bytes | str, filename: str = "x.csv", **values: Any) -> Experiment:
    """A draft with a network and these items."""
    network, _ = Network.objects.get_or_create(name="net", defaults={"run_url": "http://127.0.0.1:9/run"})
    return upload(draft(network=network.name, **values), content, filename)


def answered(experiment: Experiment, answers: Iterable[dict[str, Any] | None]) -> Experiment:
    """As if the network had answered so, item by item; None for one that failed."""
    counts = {"succeeded": 0, "failed": 0}
    for index, answer in enumerate(answers):
        status = "succeeded" if answer is not None else "failed"
        counts[status] += 1
        experiment.rows.filter(row_index=index).update(
            status=status, result_payload=answer, error_code="" if answer is not None else "timeout"
        )
    left = experiment.total - sum(counts.values())
    status = "running" if left else "completed"
    Experiment.objects.filter(pk=experiment.pk).update(status=status, queued=left, **counts)
    return Experiment.objects.get(pk=experiment.pk)
