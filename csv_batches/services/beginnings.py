"""Drafts that begin with something in them: a prompt and answer fields, or the sample with all that it needs."""

import shutil
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.rules import sample
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.draft_templates import DraftTemplate
from csv_batches.services import drafts, uploads
from experiments.models import Network


def start_from_template(*, user: Any, template: DraftTemplate) -> CsvBatch:
    """Without a file yet."""
    values = {
        "name": template.name,
        "schema_mode": SchemaMode.BATCH,
        "skip_empty": True,
        "prompt_template": template.prompt,
        "response_fields": [dict(field) for field in template.fields],
    }
    return drafts.create(user=user, values=values)


def start_sample(*, user: Any) -> CsvBatch:
    """The sample file, mapped, with its prompt and fields; with its network where the site has that.

    In one transaction: nobody sees half a sample.
    """
    with transaction.atomic():
        batch = drafts.create(user=user, values={"name": sample.BATCH["name"]})
        with sample_file() as file:
            uploads.receive(batch_id=batch.pk, file=file)
        settings = dict(sample.BATCH)
        if not Network.objects.filter(name=sample.NETWORK["name"]).exists():
            del settings["network"]
        # After the file: the mapping names its columns.
        return drafts.update(
            batch_id=batch.pk, values={**settings, "schema_mode": SchemaMode.BATCH, "skip_empty": True}
        )


def sample_file() -> TemporaryUploadedFile:
    path = sample.SAMPLE_CSV
    file = TemporaryUploadedFile(path.name, "text/csv", path.stat().st_size, "utf-8")
    with path.open("rb") as source:
        shutil.copyfileobj(source, file)
    file.flush()
    file.seek(0)
    return file
