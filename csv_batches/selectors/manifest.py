"""Reads: the manifest of a batch, from which the same batch is made anywhere."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from csv_batches.models import CsvBatch
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.manifest import HEAD, options_of_reading, use_of_column
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.selectors.trials import BATCH_SETTINGS
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import to_json
from experiments.models import queue_settings
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.fields import shown_fields

CONTENT_TYPE = "application/json"
SCHEMA_PATH = "/api/csv_batches/manifest/schema"


def manifest_of(batch: CsvBatch) -> dict[str, Any]:
    """All settings that a duplicate takes, in the words of the API, without what belongs to this site."""
    plain = {setting.name: setting.shown(batch) for setting in queue_settings.SETTINGS if setting.in_duplicate}
    own: dict[str, Any] = {}
    for name in BATCH_SETTINGS:
        own |= _WRITTEN[name](batch) if name in _WRITTEN else {name: getattr(batch, name)}
    return {
        "$schema": f"{settings.SITE_URL}{SCHEMA_PATH}",
        **HEAD,
        "name": batch.name,
        **({"file": _file(batch)} if batch.source_sha256 else {}),
        "reading": {
            name: batch.options_in_force[name] for name in options_of_reading() if name in batch.options_in_force
        },
        **own,
        **plain,
    }


def manifest_text(batch: CsvBatch) -> str:
    return to_json(manifest_of(batch), indent=2) + "\n"


def _file(batch: CsvBatch) -> dict[str, Any]:
    return {"name": batch.source_name, "sha256": batch.source_sha256, "rows": batch.total}


def _network(batch: CsvBatch) -> dict[str, Any]:
    """By its name: addresses and credentials are another site's own."""
    return {"network": batch.network.name if batch.network else None}


def _mapping(batch: CsvBatch) -> dict[str, Any]:
    used = (column for column in batch.columns if mode_of_column(column).is_sent)
    return {"mapping": {column["name"]: use_of_column(column) for column in used}}


def _fields(batch: CsvBatch) -> dict[str, Any]:
    """With the mode `keep` the network's schema too, where the start has copied it: it must be the same again."""
    fields = {"response_fields": shown_fields(batch.response_fields)}
    if batch.schema_mode != SchemaMode.KEEP:
        return fields
    try:
        check_fields(fields["response_fields"])
    except InvalidInput:
        # The start made them of the network's schema, and makes them again; no person could name them so.
        fields = {}
    return {**fields, **({"json_schema": batch.schema_json} if batch.schema_json else {})}


_WRITTEN: dict[str, Callable[[CsvBatch], dict[str, Any]]] = {
    "network": _network,
    "columns": _mapping,
    "response_fields": _fields,
    # Made of the fields, or at the start of the network's schema.
    **dict.fromkeys(("schema_json", "schema_guidance", "schema_example"), lambda batch: {}),
}
"""Settings that are not written as they are stored."""
