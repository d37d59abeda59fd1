"""What the schema step shows: the builder, and the schema and example that its fields make."""

from typing import Any

from csv_batches.models import CsvBatch
from experiments.core.formatting import as_text
from experiments.export.rows import export_header
from experiments.web.schema.page import Builder


def export_notes(batch: CsvBatch) -> dict[str, str]:
    """A sentence for each field that the export calls something else, as a column of the file has its name."""
    headers = batch.header_texts
    names = [stored["name"] for stored in batch.response_fields]
    columns = export_header(headers, names, run_columns=False)[len(headers) :]
    return {
        name: f"The file has a column with this name. The export calls this field “{column}”."
        for name, column in zip(names, columns, strict=True)
        if column != name
    }


def step_context(batch: CsvBatch, builder: Builder) -> dict[str, Any]:
    return {
        "builder": builder,
        "unsaved": not builder.is_stored,
        "says": builder.summary,
        "says_id": "schema-summary",
        "import_look": "btn small",
        # Never cut: what is copied must be complete.
        "schema_text": as_text(batch.schema_json) if batch.schema_json else "",
        "example_text": as_text(batch.schema_example) if batch.schema_json else "",
    }
