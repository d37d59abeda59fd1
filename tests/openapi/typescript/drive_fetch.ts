// A whole batch by openapi-typescript's types and openapi-fetch.

import createClient from "openapi-fetch";
import type { components, paths } from "./build/generated/fetch.js";
import { AUTHORIZATION, BASE, ended, file, given, SETTINGS, tell } from "./check.js";

const api = createClient<paths>({ baseUrl: BASE, headers: { Authorization: AUTHORIZATION } });

const created = await api.POST("/api/csv_batches", { body: SETTINGS });
const draft: components["schemas"]["Batch"] = given(created.data, created.error);
const path = { batch_id: draft.id };

const uploaded = await api.POST("/api/csv_batches/{batch_id}/upload", {
  params: { path },
  body: { file: file() as unknown as string, header: 1, delimiter: ",", ragged: "reject" },
  bodySerializer(body) {
    const form = new FormData();
    for (const [name, value] of Object.entries(body ?? {})) {
      form.append(name, value as unknown as Blob instanceof Blob ? (value as unknown as Blob) : String(value));
    }
    return form;
  },
});
const stored = given(uploaded.data, uploaded.error) as components["schemas"]["Uploaded"];

const changed = await api.PATCH("/api/csv_batches/{batch_id}", {
  params: { path },
  body: { columns: [{ name: "id", mode: "system_param", key: "order.id" }] },
});
const modes: ("ignore" | "prompt" | "system_param")[] = given(changed.data, changed.error).columns.map((one) => one.mode);
if (modes[0] !== "system_param") throw new Error(`the column did not change: ${modes}`);

const preview = await api.POST("/api/csv_batches/{batch_id}/preview", { params: { path }, body: { row_index: 0 } });
const started = await api.POST("/api/csv_batches/{batch_id}/run", {
  params: { path },
  body: { confirm_schema_change: true },
});
given(started.data, started.error);
const batch = await ended(async () => {
  const found = await api.GET("/api/csv_batches/{batch_id}", { params: { path } });
  return given(found.data, found.error);
});

const page = await api.GET("/api/csv_batches/{batch_id}/rows", { params: { path, query: { limit: 2, status: "succeeded" } } });
const row = await api.GET("/api/csv_batches/{batch_id}/rows/{row_index}", { params: { path: { ...path, row_index: 0 } } });
const trace = given(given(row.data, row.error).run_trace_id);
const run = await api.GET("/api/runs/{trace_id}", { params: { path: { trace_id: trace } } });
const csv = await api.GET("/api/csv_batches/{batch_id}/export", { params: { path, query: { metadata: false } }, parseAs: "text" });
const jsonl = await api.GET("/api/csv_batches/{batch_id}/export", { params: { path, query: { format: "jsonl" } }, parseAs: "text" });

// @ts-expect-error the types know no such key
const wrong = await api.POST("/api/csv_batches/{batch_id}/retry", { params: { path }, body: { rows: [3] } });
const refused = given(wrong.error).errors.map((one) => `${one.code} ${one.attr}`);
const deleted = await api.DELETE("/api/csv_batches/{batch_id}", { params: { path } });
if (deleted.response.status !== 204) throw new Error(`not deleted: ${deleted.response.status}`);

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
