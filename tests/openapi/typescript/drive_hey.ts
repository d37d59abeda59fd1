// A whole batch by the functions that hey-api generates.

import { client } from "./build/generated/hey/client.gen.js";
import * as api from "./build/generated/hey/sdk.gen.js";
import type { Uploaded } from "./build/generated/hey/types.gen.js";
import { AUTHORIZATION, BASE, ended, file, given, SETTINGS, tell } from "./check.js";

client.setConfig({ baseUrl: BASE, auth: () => AUTHORIZATION });

const created = await api.csvBatchesCreate({ body: SETTINGS });
const path = { batch_id: given(created.data, created.error).id };
const uploaded = await api.csvBatchesUpload({ path, body: { file: file(), header: 1, delimiter: ",", ragged: "reject" } });
const stored = given(uploaded.data, uploaded.error) as Uploaded;
const changed = await api.csvBatchesUpdate({
  path,
  body: { columns: [{ name: "id", mode: "system_param", key: "order.id" }] },
});
if (given(changed.data, changed.error).columns[0]?.mode !== "system_param") throw new Error("the column did not change");

const preview = await api.csvBatchesPreview({ path, body: { row_index: 0 } });
const started = await api.csvBatchesRun({ path, body: { confirm_schema_change: true } });
given(started.data, started.error);
const batch = await ended(async () => {
  const found = await api.csvBatchesRetrieve({ path });
  return given(found.data, found.error);
});

const page = await api.csvBatchesRowsList({ path, query: { limit: 2, status: "succeeded" } });
const row = await api.csvBatchesRowsRetrieve({ path: { ...path, row_index: 0 } });
const run = await api.runsRetrieve({ path: { trace_id: given(given(row.data, row.error).run_trace_id) } });
const csv = await api.csvBatchesExport({ path, query: { metadata: false }, parseAs: "text" });
const jsonl = await api.csvBatchesExport({ path, query: { format: "jsonl" }, parseAs: "text" });

// @ts-expect-error the types know no such key
const wrong = await api.csvBatchesRetry({ path, body: { rows: [3] } });
const refused = given(wrong.error).errors.map((one) => `${one.code} ${one.attr}`);
const deleted = await api.csvBatchesDelete({ path });
if (deleted.response?.status !== 204) throw new Error(`not deleted: ${deleted.response?.status}`);

const rows = given(page.data, page.error);
tell({
  rows: stored.rows,
  columns: stored.columns,
  preview: given(preview.data, preview.error).user_message,
  status: batch.status,
  succeeded: batch.progress.succeeded,
  first_page: rows.results.length,
  next: rows.next !== null,
  attempts: given(row.data).attempt_log.length,
  steps: given(run.data, run.error).execution_log.length,
  csv: given(csv.data, csv.error),
  jsonl: given(jsonl.data, jsonl.error),
  refused,
});
