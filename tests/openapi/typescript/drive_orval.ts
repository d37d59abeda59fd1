// A whole batch by the functions that orval generates, over axios.

import axios, { isAxiosError } from "axios";
import * as api from "./build/generated/orval/api.js";
import { AUTHORIZATION, BASE, ended, file, given, SETTINGS, tell } from "./check.js";

axios.defaults.baseURL = BASE;
axios.defaults.headers.common["Authorization"] = AUTHORIZATION;

const id = (await api.csvBatchesCreate(SETTINGS)).data.id;
const uploaded = await api.csvBatchesUpload(id, { file: file(), header: 1, delimiter: ",", ragged: "reject" });
const stored = uploaded.data as api.Uploaded;
const changed = await api.csvBatchesUpdate(id, { columns: [{ name: "id", mode: "system_param", key: "order.id" }] });
if (changed.data.columns[0]?.mode !== "system_param") throw new Error("the column did not change");

const preview = await api.csvBatchesPreview(id, { row_index: 0 });
await api.csvBatchesRun(id, { confirm_schema_change: true });
const batch = await ended(async () => (await api.csvBatchesRetrieve(id)).data);

const page = await api.csvBatchesRowsList(id, { limit: 2, status: "succeeded" });
const row = await api.csvBatchesRowsRetrieve(id, 0);
const run = await api.runsRetrieve(given(row.data.run_trace_id));
const csv = await api.csvBatchesExport(id, { metadata: false });
const jsonl = await api.csvBatchesExport(id, { format: "jsonl" });

const refused: string[] = [];
try {
  // @ts-expect-error the types know no such key
  await api.csvBatchesRetry(id, { rows: [3] });
} catch (error) {
  if (!isAxiosError<api.Error>(error)) throw error;
  refused.push(...given(error.response).data.errors.map((one) => `${one.code} ${one.attr}`));
}
const deleted = await api.csvBatchesDelete(id);
if (deleted.status !== 204) throw new Error(`not deleted: ${deleted.status}`);

tell({
  rows: stored.rows,
  columns: stored.columns,
  preview: preview.data.user_message,
  status: batch.status,
  succeeded: batch.progress.succeeded,
  first_page: page.data.results.length,
  next: page.data.next !== null,
  attempts: row.data.attempt_log.length,
  steps: run.data.execution_log.length,
  // A file of another format would be a Blob.
  csv: String(csv.data),
  jsonl: String(jsonl.data),
  refused,
});
