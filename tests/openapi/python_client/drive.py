"""A whole batch by the package that openapi-python-client generates; the same as the drivers in TypeScript."""

import io
import json
import os
import time

from workbench_client import AuthenticatedClient
from workbench_client.api.csv_batches import (
    csv_batches_create,
    csv_batches_delete,
    csv_batches_export,
    csv_batches_preview,
    csv_batches_retrieve,
    csv_batches_retry,
    csv_batches_rows_list,
    csv_batches_rows_retrieve,
    csv_batches_run,
    csv_batches_update,
    csv_batches_upload,
)
from workbench_client.api.runs import runs_retrieve
from workbench_client.models import (
    Batch,
    BatchStatus,
    ColumnDraftRequest,
    CsvBatchesExportFormat,
    CsvBatchesRowsListStatus,
    DraftRequest,
    Error,
    FieldType,
    MappingMode,
    PatchedDraftRequest,
    Preview,
    PreviewRequest,
    ResponseFieldDraftRequest,
    RetryRequest,
    RowDetail,
    RowPage,
    Run,
    RunOrderRequest,
    Uploaded,
    UploadRequest,
)
from workbench_client.types import File

CSV = 'id,text\n1,row 1\n2,row 2\n3,"row 3, with ü"\n'
scheme, key = os.environ["AUTHORIZATION"].split()
client = AuthenticatedClient(base_url=os.environ["BASE_URL"], token=key, prefix=scheme, timeout=60)

fields = [
    ResponseFieldDraftRequest(name="topic", description="what it is about", type_=FieldType.STRING, required=True),
    ResponseFieldDraftRequest(name="score", type_=FieldType.INTEGER),
]
draft = csv_batches_create.sync(
    client=client,
    body=DraftRequest(
        name="by a generated client", network="remote", prompt_template="{{ row.text }}", response_fields=fields
    ),
)
assert isinstance(draft, Batch), draft
file = File(payload=io.BytesIO(CSV.encode()), file_name="rows.csv", mime_type="text/csv")
stored = csv_batches_upload.sync(draft.id, client=client, body=UploadRequest(file=file, header=1, delimiter=","))
assert isinstance(stored, Uploaded), stored
column = ColumnDraftRequest(name="id", mode=MappingMode.SYSTEM_PARAM, key="order.id")
changed = csv_batches_update.sync(draft.id, client=client, body=PatchedDraftRequest(columns=[column]))
assert isinstance(changed, Batch), changed
assert changed.columns[0].mode is MappingMode.SYSTEM_PARAM

preview = csv_batches_preview.sync(draft.id, client=client, body=PreviewRequest(row_index=0))
assert isinstance(preview, Preview), preview
started = csv_batches_run.sync(draft.id, client=client, body=RunOrderRequest(confirm_schema_change=True))
assert isinstance(started, Batch), started
while True:
    batch = csv_batches_retrieve.sync(draft.id, client=client)
    assert isinstance(batch, Batch), batch
    if batch.status in (BatchStatus.COMPLETED, BatchStatus.PAUSED, BatchStatus.CANCELLED):
        break
    time.sleep(0.1)

page = csv_batches_rows_list.sync(draft.id, client=client, limit=2, status=CsvBatchesRowsListStatus.SUCCEEDED)
assert isinstance(page, RowPage), page
row = csv_batches_rows_retrieve.sync(draft.id, 0, client=client)
assert isinstance(row, RowDetail), row
assert row.run_trace_id is not None
run = runs_retrieve.sync(row.run_trace_id, client=client)
assert isinstance(run, Run), run
csv = csv_batches_export.sync(draft.id, client=client, metadata=False)
jsonl = csv_batches_export.sync(draft.id, client=client, format_=CsvBatchesExportFormat.JSONL)

misspelled = RetryRequest()
misspelled["rows"] = [3]
wrong = csv_batches_retry.sync(draft.id, client=client, body=misspelled)
assert isinstance(wrong, Error), wrong
deleted = csv_batches_delete.sync_detailed(draft.id, client=client)
assert deleted.status_code == 204, deleted

told = {
    "rows": stored.rows,
    "columns": stored.columns,
    "preview": preview.user_message,
    "status": batch.status.value,
    "succeeded": batch.progress.succeeded,
    "first_page": len(page.results),
    "next": page.next_ is not None,
    "attempts": len(row.attempt_log),
    "steps": len(run.execution_log),
    "csv": csv,
    "jsonl": jsonl,
    "refused": [f"{error.code} {error.attr}" for error in wrong.errors],
}
print(json.dumps(told))
