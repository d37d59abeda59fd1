// What the drivers have in common: the file, the settings, and what they tell the test.

export const BASE = process.env.BASE_URL!;
export const AUTHORIZATION = process.env.AUTHORIZATION!;
export const NETWORK = "remote";
export const CSV = "id,text\n1,row 1\n2,row 2\n3,\"row 3, with ü\"\n";

export const SETTINGS = {
  name: "by a generated client",
  network: NETWORK,
  prompt_template: "{{ row.text }}",
  response_fields: [
    { name: "topic", description: "what it is about", type: "string" as const, required: true },
    { name: "score", type: "integer" as const },
  ],
};

export function file(): File {
  return new File([CSV], "rows.csv", { type: "text/csv" });
}

/** The value, which the call must have given. */
export function given<T>(value: T | undefined | null, error?: unknown): T {
  if (value === undefined || value === null) throw new Error(`no answer: ${JSON.stringify(error)}`);
  return value;
}

/** Asks until the batch has ended. */
export async function ended<B extends { status: string }>(ask: () => Promise<B>): Promise<B> {
  for (;;) {
    const batch = await ask();
    if (["completed", "paused", "cancelled"].includes(batch.status)) return batch;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface Told {
  rows: number;
  columns: string[];
  preview: string;
  status: string;
  succeeded: number;
  first_page: number;
  next: boolean;
  attempts: number;
  steps: number;
  csv: string;
  jsonl: string;
  refused: string[];
}

export function tell(told: Told): void {
  console.log(JSON.stringify(told));
}
