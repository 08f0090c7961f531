// Migrations are frozen once written, and what they make is walled and explained: every table has row-level security,
// forced, and a comment on itself and on each column.

import { createHash } from "node:crypto";
import type { Finding, Project, Rule, TextFile } from "../rule.ts";

const FOLDER = "src/storage/migrations/";
const DIGESTS = `${FOLDER}digests.json`;

const TABLE =
  "create table ledger (\n  id bigint primary key,\n  spent numeric(9, 3) not null,\n  unique (id, spent)\n);\n";
const WALLS = "alter table ledger enable row level security;\nalter table ledger force row level security;\n";
const WORDS =
  "comment on table ledger is 'x';\ncomment on column ledger.id is 'x';\ncomment on column ledger.spent is 'x';\n";

export const migrations: Rule = {
  name: "migrations",
  passes: [
    sample(TABLE + WALLS + WORDS),
    sample(`-- The room's own.\n${TABLE.replace("not null", "check (spent ~ ')(,' or 'it''s' = '')")}${WALLS}${WORDS}`),
    { "src/storage/other.sql": TABLE },
  ],
  fails: [
    sample(TABLE + WORDS),
    sample(TABLE + WALLS.replace("force row level security", "disable rule x") + WORDS),
    sample(TABLE + WALLS + WORDS.replace("on table", "on view")),
    sample(TABLE + WALLS + WORDS.replace("ledger.spent", "ledger.other")),
    sample(`${TABLE}${WALLS}${WORDS}alter table ledger add column since date;\n`),
    { [`${FOLDER}0001-first.sql`]: "select 1;\n", [DIGESTS]: JSON.stringify({ "0001-first.sql": "00" }) },
    { [`${FOLDER}0001-first.sql`]: "select 1;\n", [DIGESTS]: "{}" },
    {
      ...sample("select 1;\n"),
      [DIGESTS]: JSON.stringify({ "0009-gone.sql": "00", "0001-first.sql": digestOf("select 1;\n") }),
    },
  ],
  check: (project) => {
    const files = project.texts.filter((file) => file.path.startsWith(FOLDER) && file.path.endsWith(".sql"));
    const all = files.map((file) => normalised(file.text)).join("\n");
    return [...files.flatMap((file) => tables(file, all)), ...digests(project, files)];
  },
};

function sample(text: string): Record<string, string> {
  return { [`${FOLDER}0001-first.sql`]: text, [DIGESTS]: JSON.stringify({ "0001-first.sql": digestOf(text) }) };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

// Lower case, with comments and quoted text blanked. Lines stay where they are, so positions still tell them.
function normalised(text: string): string {
  return text
    .replace(/--[^\n]*|'(?:[^']|'')*'/g, (skipped) => skipped.replace(/[^\n]/g, " "))
    .toLowerCase()
    .replaceAll('"', " ");
}

function tables(file: TextFile, all: string): readonly Finding[] {
  const text = normalised(file.text);
  const created = text.matchAll(/\bcreate table\s+(?:if not exists\s+)?([\w.]+)\s*\(/g);
  return [
    ...[...created].flatMap((match) => {
      const open = match.index + match[0].length;
      const columns = columnsOf(text.slice(open, closing(text, open)));
      return table(file.path, { name: match[1] ?? "", line: lineAt(text, match.index), columns }, all);
    }),
    ...addedColumns(file, all),
  ];
}

function addedColumns(file: TextFile, all: string): readonly Finding[] {
  const text = normalised(file.text);
  const added = text.matchAll(/\balter table\s+(?:only\s+)?([\w.]+)\s+add column\s+(?:if not exists\s+)?(\w+)/g);
  return [...added].flatMap((match) => {
    const words = `comment on column ${match[1]}.${match[2]} is`;
    return says(all, words)
      ? []
      : [{ path: file.path, line: lineAt(text, match.index), instead: `add \`${words} ...\`` }];
  });
}

type Table = { readonly name: string; readonly line: number; readonly columns: readonly string[] };

function table(path: string, { name, line, columns }: Table, all: string): readonly Finding[] {
  const wanted = [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `comment on table ${name} is`,
    ...columns.map((column) => `comment on column ${name}.${column} is`),
  ];
  return wanted.filter((words) => !says(all, words)).map((words) => ({ path, line, instead: `add \`${words} ...\`` }));
}

function says(all: string, words: string): boolean {
  return new RegExp(`\\b${words.replaceAll(".", "\\.").replaceAll(" ", "\\s+")}\\b`).test(all);
}

function columnsOf(body: string): readonly string[] {
  const constraint = /^(primary|unique|foreign|check|constraint|exclude|like)\b/;
  return topLevelParts(body)
    .map((part) => part.trim())
    .filter((part) => part !== "" && !constraint.test(part))
    .flatMap((part) => /^\w+/.exec(part)?.[0] ?? []);
}

function topLevelParts(body: string): readonly string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const character of body) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function closing(text: string, open: number): number {
  let depth = 1;
  for (let index = open; index < text.length; index++) {
    if (text[index] === "(") depth++;
    if (text[index] === ")" && --depth === 0) return index;
  }
  return text.length;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

function digests(project: Project, files: readonly TextFile[]): readonly Finding[] {
  const frozen = project.texts.find((file) => file.path === DIGESTS);
  if (frozen === undefined) {
    return files.map(({ path }) => ({ path, line: 1, instead: `freeze it: write its SHA-256 into ${DIGESTS}` }));
  }
  const known = new Map(Object.entries(JSON.parse(frozen.text)));
  const changed = files
    .filter((file) => known.get(file.path.slice(FOLDER.length)) !== digestOf(file.text))
    .map(({ path }) => ({
      path,
      line: 1,
      instead: "write a new migration; this one is frozen, or freeze it in digests.json",
    }));
  const gone = [...known.keys()]
    .filter((name) => !files.some((file) => file.path === FOLDER + name))
    .map((name) => ({ path: DIGESTS, line: 1, instead: `bring ${name} back: a migration is never taken away` }));
  return [...changed, ...gone];
}
