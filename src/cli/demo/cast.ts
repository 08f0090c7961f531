// Who takes part in a demonstration: folders of partners with their documents, and the contracts between them.

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { z } from "zod";
import { parseStrictJson } from "../../domain/canonical-json.ts";
import { type Contract, contractSchema } from "../../domain/contract/document.ts";
import { type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { type Manifest, manifestSchema } from "../../domain/partner/manifest.ts";
import { type Policy, policySchema } from "../../domain/policy/document.ts";
import { err, ok, type Result } from "../../domain/result.ts";

export type CastMember = {
  readonly manifest: Manifest;
  readonly policy: Policy;
  readonly schema: DatasetSchema;
  /** The raw list. */
  readonly customers: string;
};

export type Cast = { readonly members: readonly CastMember[]; readonly contracts: readonly Contract[] };

/**
 * Reads a folder: `<partner>/partner.json`, `policy.json`, `schema.json` and `customers.csv`, and beside the partners
 * `contract.json` or further files whose names begin with `contract`. What is wrong is said file by file.
 */
export async function readCast(folder: string): Promise<Result<Cast, string>> {
  if (!existsSync(folder)) return err(`there is no folder ${folder}`);
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const files = entries
    .filter((entry) => /^contract.*\.json$/.test(entry.name))
    .map((entry) => join(folder, entry.name));
  if (folders.length < 2) return err(`${folder} needs a folder for each of at least two partners`);
  if (files.length === 0) return err(`${folder} needs a contract.json`);
  const members = await all(folders.sort(), (path) => readMember(path, join(path, "customers.csv")));
  if (!members.ok) return members;
  const missing = members.value.find(({ customers }) => !existsSync(customers));
  if (missing !== undefined)
    return err(`there is no file ${missing.customers}: the raw list of ${missing.manifest.name}`);
  const contracts = await all(files.sort(), (path) => readJsonFile(path, contractSchema));
  return contracts.ok ? ok({ members: members.value, contracts: contracts.value }) : contracts;
}

/** Reads one partner's documents; the raw list may lie elsewhere, and need not be there yet. */
export async function readMember(folder: string, customers: string): Promise<Result<CastMember, string>> {
  const manifest = await readJsonFile(join(folder, "partner.json"), manifestSchema);
  if (!manifest.ok) return manifest;
  const policy = await readJsonFile(join(folder, "policy.json"), policySchema);
  if (!policy.ok) return policy;
  const schema = await readJsonFile(join(folder, "schema.json"), datasetSchemaSchema);
  if (!schema.ok) return schema;
  const { id } = manifest.value;
  if (policy.value.partner !== id) return err(`${folder}/policy.json: it is the policy of \`${policy.value.partner}\``);
  if (basename(folder) !== id) return err(`${folder}: the folder of \`${id}\` bears its name`);
  return ok({ manifest: manifest.value, policy: policy.value, schema: schema.value, customers });
}

/** Reads a JSON document strictly by its schema; a refusal names the file and the place. */
export async function readJsonFile<Shape extends z.ZodType>(
  path: string,
  shape: Shape,
): Promise<Result<z.output<Shape>, string>> {
  if (!existsSync(path)) return err(`there is no file ${path}`);
  const text = await readFile(path, "utf8");
  const json = parseStrictJson(text);
  if (!json.ok) return err(`${path}: ${json.error.kind.replaceAll("-", " ")} at character ${json.error.at}`);
  const parsed = shape.safeParse(json.value);
  if (parsed.success) return ok(parsed.data);
  const issues = parsed.error.issues.map(({ path: place, message }) => `/${place.join("/")}: ${message}`);
  return err(`${path}: ${issues.join("; ")}`);
}

/** Every item's outcome, or the first refusal. */
export async function all<Item, Value>(
  items: readonly Item[],
  each: (item: Item) => Promise<Result<Value, string>>,
): Promise<Result<readonly Value[], string>> {
  const values: Value[] = [];
  for (const item of items) {
    const outcome = await each(item);
    if (!outcome.ok) return outcome;
    values.push(outcome.value);
  }
  return ok(values);
}
