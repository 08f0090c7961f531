// What a schema finds wrong with a draft, in words: the place, what is wrong there, and what to write instead.

import type { z } from "zod";
import { listed } from "./words.ts";

/** One place that does not fit. */
export type SchemaIssue = { readonly path: string; readonly says: string; readonly instead: string };

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Every place of a draft that its schema refuses, in the order in which the schema reads. */
export function schemaIssues(draft: unknown, issues: readonly Issue[]): readonly SchemaIssue[] {
  return issues.flatMap((issue) => told(draft, issue, issue.path));
}

function told(draft: unknown, issue: Issue, path: Path): SchemaIssue[] {
  const place = pointerOf(path);
  const name = nameOf(path);
  if (isMissing(draft, path)) {
    return [
      { path: place, says: `${quoted(name)} is missing`, instead: `add it: ${recommended(name) ?? expectedOf(issue)}` },
    ];
  }
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: pointerOf([...path, key]),
        says: `\`${key}\` is not known here`,
        instead: "leave it out, or look for its right name in `policies/README.md`",
      }));
    case "invalid_union":
      return unionIssues(draft, issue, path);
    case "invalid_key":
      return [{ path: place, says: `${quoted(name)} is no name`, instead: NAME_WORDS }];
    case "custom": {
      const instead = recommended(name) ?? "write it so that the sentence holds";
      return [{ path: place, says: `${quoted(name)} does not fit: ${issue.message}`, instead }];
    }
    default:
      return [{ path: place, says: `${quoted(name)} does not fit`, instead: expectedOf(issue) }];
  }
}

// The branch that fits best is the one that complains of something inside; where all complain of the whole, each says
// what it would take.
function unionIssues(draft: unknown, issue: Extract<Issue, { code: "invalid_union" }>, path: Path): SchemaIssue[] {
  const branches = issue.errors.map((errors) => [...errors]);
  const inside = branches.find((errors) => errors.length > 0 && errors.every((error) => error.code !== "invalid_type"));
  const deeper = branches.find((errors) => errors.some((error) => error.path.length > 0)) ?? inside;
  if (deeper !== undefined) return deeper.flatMap((error) => told(draft, error, [...path, ...error.path]));
  const ways = [...new Set(branches.flat().map(expectedOf))];
  return [{ path: pointerOf(path), says: `${quoted(nameOf(path))} does not fit`, instead: listed(ways, "or") }];
}

function nameOf(path: Path): string | number | null {
  const name = path.at(-1);
  if (name === undefined) return null;
  return typeof name === "number" ? name : String(name);
}

function quoted(name: string | number | null): string {
  if (name === null) return "the document";
  return typeof name === "number" ? `entry ${name + 1}` : `\`${name}\``;
}

const NAME_WORDS = "write lowercase letters and digits, with single dashes between words";

function expectedOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `write ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `write ${listed(
        issue.values.map((value) => `\`${String(value)}\``),
        "or",
      )}`;
    case "too_small":
      return bounded("at least", Number(issue.minimum), issue);
    case "too_big":
      return bounded("at most", Number(issue.maximum), issue);
    case "invalid_format":
      return `write ${issue.message}`;
    default:
      return issue.message;
  }
}

// A schema's own sentence, where it has one, tells more than the number.
function bounded(how: string, bound: number, { message, origin }: Issue & { readonly origin: string }): string {
  const of = origin === "array" ? ` ${bound === 1 ? "entry" : "entries"}` : origin === "string" ? " characters" : "";
  const own = /^Too (?:small|big)/.test(message) ? "" : `: ${message}`;
  return `write ${how} ${bound}${of}${own}`;
}

const TYPE_WORDS: { readonly [type: string]: string | undefined } = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  array: "a list, in square brackets",
  object: "an object, in curly brackets",
  record: "an object, in curly brackets",
};

// What `policies/README.md` recommends, for the members that have no default.
const RECOMMENDED: { readonly [member: string]: string | undefined } = {
  concordat: "`policy/1`",
  mode: "`noise`, or `gaussian-noise` for tables of many cells",
  k: "`50` for insight, `100` for sensitive or cross-industry use",
  rounding: "`10`",
  minimumAudience: "`300` to `1000`, not below `k`",
  maximumAudience: "`20000`, not below `minimumAudience`",
  perRelease: '`"0.5"`, at most `"1"`',
  perRecipient: '`"10"` in three months',
  lineage: '`"20"`',
  delta: '`"1e-7"`',
  period: '`"P30D"` or `"P3M"`',
  requestsPerPeriod: '`{ "analysis": "overlap", "count": 20, "period": "P30D" }` for each analysis that a grant allows',
  versionsPerPeriod: '`{ "count": 10, "period": "P30D" }`',
  approval: '`["audience"]`, or `[]` for none',
  retention: '`"P90D"`',
  audienceValidity: '`"P30D"`',
  deniability: '`"1"`, or leave it out where entries may be certain',
  contactsPerPerson: '`[{ "count": 3, "period": "P30D" }]`, or leave it out',
  grants: "a list of grants; `[]` permits nothing",
  prohibitions: "a list of prohibitions; `[]` for none",
  examples: "a list of examples; `[]` for none",
  terms: "`{}` for the defaults alone",
  until: "a day not before the first",
};

function recommended(name: string | number | null): string | undefined {
  return typeof name === "string" && Object.hasOwn(RECOMMENDED, name) ? RECOMMENDED[name] : undefined;
}

function isMissing(draft: unknown, path: Path): boolean {
  if (path.length === 0) return false;
  let value = draft;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return true;
    value = Reflect.get(value, step);
  }
  return value === undefined;
}

/** JSON Pointer (RFC 6901). */
function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
