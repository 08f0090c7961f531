// `concordat hash`: a raw list normalised and hashed on this machine, with what the match doctor found.

import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { doctorLines } from "../client/local/doctor-lines.ts";
import { hashFile } from "../client/local/hash-file.ts";
import type { HashReport } from "../client/local/hash-list.ts";
import { type DatasetSchema, datasetSchemaSchema } from "../domain/dataset/schema.ts";
import { PROBLEMS } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { reasonOf } from "./files.ts";
import { progressLine } from "./progress-line.ts";
import { act, type Call, EXIT, failed, misused, type Outcome, type Refusal, type Terminal } from "./terminal.ts";

const COUNTRY = /^[A-Z]{2}$/;
const optionsSchema = z.object({
  schema: z.string(),
  country: z.string().optional(),
  out: z.string().optional(),
  upsert: z.boolean().optional(),
});

export function addHash(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("hash <file>"),
    "normalise and hash a raw list on this machine: CSV or NDJSON, plain or gzip",
    ["concordat hash customers.csv --schema schema.json --country GB"],
  )
    .requiredOption("-s, --schema <file>", "the dataset's schema")
    .option("-c, --country <code>", "country of phones without country code and of postal codes, such as GB")
    .option("--upsert", "of rows without identifier keep the record references, which the upload then clears")
    .option("-o, --out <file>", "the hashed list (default: FILE.hashed.csv)");
  act(terminal, command, (call) => hash(terminal, call));
}

/** A raw list and what it is to be hashed by. */
export type Hashing = {
  readonly schema: DatasetSchema;
  readonly country: string | undefined;
  /** What its rows do to the list in the room. */
  readonly change: "replace" | "upsert" | "delete";
  readonly from: string;
  readonly to: string;
};

/** Hashes one file into another, telling how far it is. */
export async function hashWithProgress(
  { world }: Terminal,
  { from, to, schema, country, change }: Hashing,
): Promise<Result<HashReport, Refusal>> {
  if (country !== undefined && !COUNTRY.test(country)) {
    return err(misused(`\`${country}\` is not a country's code`, "two capital letters, such as GB"));
  }
  const line = progressLine(world, change === "delete" ? "reading" : "hashing");
  try {
    const bytesTotal = (await stat(from)).size;
    const progress = (rows: number, bytes: number) => line.show({ rows, bytes, bytesTotal });
    const report = await hashFile({ from, to, schema, country, change, progress });
    if (report.ok) return report;
    return err(failed(`${from}: ${report.error.detail}`, PROBLEMS[report.error.kind].next));
  } catch (error) {
    return err(
      failed(`\`${from}\` cannot be ${change === "delete" ? "read" : "hashed"} to \`${to}\`: ${reasonOf(error)}`),
    );
  } finally {
    line.end();
  }
}

async function hash(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const [from = ""] = operands;
  const { schema: schemaFile, country, out, upsert } = optionsSchema.parse(options);
  const schema = await documentAt(schemaFile, datasetSchemaSchema);
  if (!schema.ok) return schema;
  const to = out ?? `${from.replace(/\.(?:csv|ndjson|jsonl)(?:\.gz)?$/i, "")}.hashed.csv`;
  if (to === from) return err(misused("the hashed list would take the raw one's place", "choose another --out"));
  const change = upsert === true ? "upsert" : "replace";
  const report = await hashWithProgress(terminal, { from, to, schema: schema.value, country, change });
  if (!report.ok) return report;
  const lines = [...doctorLines(report.value), `hashed list: ${to}`];
  const exit = report.value.rejects.isExceeded ? EXIT.failed : EXIT.done;
  return ok({ json: { out: to, report: report.value }, lines, exit });
}
