// Documents that a partner writes: read from a file, checked by their schema on this machine, every fault named by its
// place (JSON Pointer, RFC 6901).

import type { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import { readJson } from "./files.ts";
import { EXIT, misused, type Refusal } from "./terminal.ts";

/** A value as JSON has it: an optional member is there or is not, and is never undefined. */
export type Whole<Value> = Value extends string | number | boolean | null
  ? Value
  : Value extends readonly (infer Item)[]
    ? Whole<Item>[]
    : { [Name in keyof Value]: Whole<Exclude<Value[Name], undefined>> };

/** Reads a document and checks it. */
export async function documentAt<Schema extends z.ZodType>(
  path: string | undefined,
  schema: Schema,
): Promise<Result<Whole<z.output<Schema>>, Refusal>> {
  if (path === undefined) return err(misused("which file is it?"));
  const json = await readJson(path);
  return json.ok ? documentIn(path, json.value, schema) : json;
}

/** Checks what was read of a file, or made from it. */
export function documentIn<Schema extends z.ZodType>(
  path: string,
  value: unknown,
  schema: Schema,
): Result<Whole<z.output<Schema>>, Refusal> {
  const document = schema.safeParse(value);
  // SAFETY: JSON has no undefined, so neither has what was parsed from it.
  if (document.success) return ok(document.data as Whole<z.output<Schema>>);
  return err(unsound(path, document.error.issues));
}

/** A place in a document, with what is wrong there. */
type Issue = { readonly path: string; readonly says: string };

/** The refusal of a document with these issues. */
function issuesRefusal(says: string, issues: readonly Issue[]): Refusal {
  const lines = issues.map((issue) => `  ${issue.path === "" ? "the document" : issue.path}: ${issue.says}`);
  const next = "next: mend each place and try again";
  return { exit: EXIT.failed, json: { error: says, issues }, lines: [`error: ${says}`, ...lines, next] };
}

function unsound(path: string, issues: readonly z.core.$ZodIssue[]): Refusal {
  const places = issues.map((issue) => ({ path: pointerOf(issue.path), says: issue.message }));
  return issuesRefusal(`\`${path}\` does not fit its schema`, places);
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
