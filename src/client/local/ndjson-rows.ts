// Rows of a raw NDJSON list (RFC 8259, one object a line) in the shape of CSV rows: the columns asked for, each cell as
// text. Texts lose their escapes, numbers stay as they are spelt, null and what is left out are empty cells.

import { LIMITS } from "../../domain/limits.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { CsvRow } from "./csv-rows.ts";

/** Which columns to read, and the names of others that were met. */
export type NdjsonColumns = { readonly wanted: readonly string[]; readonly others: Set<string> };

/** Names of columns that are kept to be told; a list that has more is no table. */
const OTHERS_KEPT = 100;

const SPACE = String.raw`[ \t\r]*`;
const CHARACTERS = String.raw`[^"\\\u0000-\u001f]*`;
const TEXT = String.raw`"${CHARACTERS}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${CHARACTERS})*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;

const BLANK_LINE = new RegExp(`^${SPACE}$`);
const OPENING = new RegExp(String.raw`${SPACE}\{${SPACE}`, "y");
const CLOSING = new RegExp(String.raw`\}${SPACE}$`, "y");
const NAME = `${SPACE}(${TEXT})${SPACE}:${SPACE}`;
/** A name and a value that is no object and no list, with the comma or brace behind them (RFC 8259 §4, §6, §7). */
const MEMBER = new RegExp(`${NAME}(?:(${TEXT})|(${NUMBER}|true|false)|null)${SPACE}([,}])`, "y");
const NESTED = new RegExp(`${NAME}[{[]`, "y");

/**
 * Rows in batches, one for each block of text; the first row is the wanted columns, as a header would be. Ends after
 * the first problem, which names its line. Blank lines are passed over. Memory: one block.
 * @param blocks  text that ends in a line feed, except in the last block
 */
export async function* ndjsonRows(
  blocks: AsyncIterable<Result<string, Problem>>,
  columns: NdjsonColumns,
): AsyncGenerator<Result<readonly CsvRow[], Problem>> {
  let line = 1;
  yield ok([{ line, cells: columns.wanted }]);
  for await (const block of blocks) {
    if (!block.ok) return yield block;
    const lines = block.value.split("\n");
    if (lines.at(-1) === "") lines.pop();
    const rows: CsvRow[] = [];
    for (const text of lines) {
      const cells = BLANK_LINE.test(text) ? ok(null) : cellsOf(text, columns);
      if (!cells.ok) return yield err(unreadable(line, cells.error));
      if (cells.value !== null) rows.push({ line, cells: cells.value });
      line++;
    }
    yield ok(rows);
  }
}

type Fault = "row-too-long" | "no-object" | "not-json" | "nested" | "column-twice";

function cellsOf(text: string, { wanted, others }: NdjsonColumns): Result<readonly string[], Fault> {
  if (text.length > LIMITS.rowBytes) return err("row-too-long");
  const members = membersOf(text);
  if (!members.ok) return members;
  for (const name of members.value.keys()) {
    if (others.size < OTHERS_KEPT && !wanted.includes(name)) others.add(name);
  }
  return ok(wanted.map((column) => members.value.get(column) ?? ""));
}

function membersOf(text: string): Result<Map<string, string>, Fault> {
  const members = new Map<string, string>();
  const opened = endOf(OPENING, text, 0);
  if (opened < 0) return err("no-object");
  if (endOf(CLOSING, text, opened) >= 0) return ok(members);
  for (let at = opened; ; ) {
    MEMBER.lastIndex = at;
    const [whole, nameLiteral, textLiteral, plain = "", mark] = MEMBER.exec(text) ?? [];
    if (whole === undefined || nameLiteral === undefined)
      return err(endOf(NESTED, text, at) < 0 ? "not-json" : "nested");
    const name = decoded(nameLiteral);
    const value = textLiteral === undefined ? plain : decoded(textLiteral);
    if (name === null || value === null) return err("not-json");
    if (members.has(name)) return err("column-twice");
    members.set(name, value);
    at += whole.length;
    if (mark === "}") return endOf(CLOSING, text, at - 1) < 0 ? err("not-json") : ok(members);
  }
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** The text of a literal that fits the pattern; null for half of a surrogate pair. */
function decoded(literal: string): string | null {
  const text: unknown = JSON.parse(literal);
  return typeof text === "string" && text.isWellFormed() ? text : null;
}

const SENTENCES: Readonly<Record<Fault, string>> = {
  "row-too-long": `is longer than ${LIMITS.rowBytes} characters`,
  "no-object": 'is no JSON object, such as `{"column":"value"}`',
  "not-json": "is not JSON (RFC 8259)",
  nested: "holds an object or a list, where one value may stand",
  "column-twice": "names a column twice",
};

function unreadable(line: number, reason: Fault): Problem {
  return problem("list-unreadable", `line ${line} ${SENTENCES[reason]}`, { reason, line });
}
