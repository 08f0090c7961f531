// The lists that are compared: rows of `record,sha256hex,tier,region,category`, 5, 50 and 500 values, 30 % of the
// digests on both sides, row order permuted. Made from a seed, row by row, so that any size can be streamed.

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type DatasetSchema, datasetSchemaSchema } from "../../src/domain/dataset/schema.ts";

/** How many of a hundred rows are on both sides. */
const SHARED_PERCENT = 30;

const valuesOf = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);
const ATTRIBUTES = { tier: valuesOf("tier", 5), region: valuesOf("region", 50), category: valuesOf("category", 500) };

export const SCHEMA: DatasetSchema = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "bench",
  record: { column: "record" },
  identifiers: { email: { column: "sha256hex", profile: "concordat-1", encoding: "hex" } },
  attributes: Object.fromEntries(
    Object.entries(ATTRIBUTES).map(([name, values]) => [name, { column: name, type: "category", values }]),
  ),
  consents: {},
  rejects: "0",
});

export type Side = "left" | "right";

/** People on both lists of a size. */
export function sharedOf(rows: number): number {
  return Math.floor((rows * SHARED_PERCENT) / 100);
}

const ROWS_A_CHUNK = 1_000;

/** The bytes of one list, a thousand rows at a time. */
export function* listChunks(side: Side, rows: number): Generator<Uint8Array> {
  yield Buffer.from("record,sha256hex,tier,region,category\n");
  const shared = sharedOf(rows);
  const step = stepFor(rows);
  let lines = "";
  for (
    let row = 0, index = side === "left" ? 0 : Math.floor(rows / 2);
    row < rows;
    row++, index = (index + step) % rows
  ) {
    const person = index < shared ? `both ${index}` : `${side} ${index}`;
    const digest = createHash("sha256").update(person).digest("hex");
    lines += `c${row},${digest},tier${index % 5},region${(index * 7) % 50},category${(index * 11) % 500}\n`;
    if (row % ROWS_A_CHUNK === ROWS_A_CHUNK - 1) {
      yield Buffer.from(lines);
      lines = "";
    }
  }
  if (lines !== "") yield Buffer.from(lines);
}

export async function writeList(path: string, side: Side, rows: number): Promise<void> {
  await pipeline(Readable.from(listChunks(side, rows)), createWriteStream(path, { mode: 0o644 }));
}

// A step without a common divisor with the number of rows visits each of them once, far apart.
function stepFor(rows: number): number {
  for (let step = Math.floor(rows * 0.618) + 1; ; step++) if (divisorOf(step, rows) === 1) return step;
}

function divisorOf(left: number, right: number): number {
  return right === 0 ? left : divisorOf(right, left % right);
}
