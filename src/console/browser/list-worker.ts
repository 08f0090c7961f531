// The thread of the page *Lists* that alone reads a raw list: looks at its columns, hashes it as it streams by, cuts it
// into packed parts and hands these to the page. It is served with a policy that lets it reach no address at all, so a
// raw value could not leave it for the network by any mistake in here.

import "./jitless.ts";
import { rawColumnsOf } from "../../client/local/list-plan.ts";
import { listRows } from "../../client/local/list-rows.ts";
import { listText } from "../../client/local/list-text.ts";
import { proposeSchema } from "../../client/local/propose-schema.ts";
import { recogniseColumns, type Sample } from "../../client/local/recognise-columns.ts";
import { PROBLEMS, type Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { chunksOf, hashForUpload } from "./hash-for-upload.ts";
import type { Asked, Told } from "./list-messages.ts";

/** The thread, of which Node's types know nothing. */
declare const self: {
  onmessage: ((event: { readonly data: Asked }) => void) | null;
  readonly postMessage: (told: Told, handed: readonly ArrayBuffer[]) => void;
};

/** Rows by which columns are recognised. */
const SAMPLE_ROWS = 500;
const AGAIN = "choose the file again; if it lies on a drive that is gone, copy it first";

const tell = (told: Told, handed: readonly ArrayBuffer[] = []) => self.postMessage(told, handed);
let arrived: () => void = () => undefined;
const taken = () =>
  new Promise<void>((done) => {
    arrived = done;
  });

self.onmessage = ({ data }) => {
  if (data.kind === "sent") return arrived();
  answer(data).catch((failure: unknown) => {
    tell({ kind: "failed", says: failure instanceof Error ? failure.message : "the file cannot be read", next: AGAIN });
  });
};

async function answer(asked: Exclude<Asked, { readonly kind: "sent" }>): Promise<void> {
  if (asked.kind === "hash") return hashForUpload(asked, { tell, taken });
  const sample = await sampleOf(asked.file, asked.kind === "look" ? rawColumnsOf(asked.schema) : []);
  if (!sample.ok) return tell(refusal(sample.error));
  const { header } = sample.value;
  if (asked.kind === "propose") {
    return tell({ kind: "proposed", header, draft: proposeSchema(sample.value, asked.country) });
  }
  tell({ kind: "seen", header, columns: recogniseColumns(sample.value, asked.schema, asked.country) });
}

// Reading ends with the rows that are wanted, however long the file is.
async function sampleOf(file: Blob, wanted: readonly string[]): Promise<Result<Sample, Problem>> {
  const form = { bytes: 0, isGzip: false, hasByteOrderMark: false };
  const rows: (readonly string[])[] = [];
  for await (const batch of listRows(listText(chunksOf(file.stream()), form), { wanted, others: new Set() })) {
    if (!batch.ok) return batch;
    rows.push(...batch.value.slice(0, SAMPLE_ROWS).map(({ cells }) => cells));
    if (rows.length > SAMPLE_ROWS) break;
  }
  const [header = [], ...rest] = rows;
  return ok({ header, rows: rest });
}

function refusal({ kind, detail }: Problem): Told {
  return { kind: "failed", says: detail, next: PROBLEMS[kind].next };
}
