// Rows of a CSV list (RFC 4180), strictly: comma, double quote, CRLF or LF; a quote stands at the ends of a cell or
// doubled inside a quoted one, nowhere else. What cannot be read one way only is refused, with its line.

import { LIMITS } from "../../domain/limits.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** One row: its cells as they stand, unquoted, and the line on which it begins; the header is line 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

type Reading = { text: string; at: number; line: number };

/**
 * Rows in batches, one for each block of text. Ends after the first problem. Memory: one block and one row.
 * @param blocks  text that ends in a line feed, except in the last block
 */
export async function* csvRows(
  blocks: AsyncIterable<Result<string, Problem>>,
): AsyncGenerator<Result<readonly CsvRow[], Problem>> {
  const reading: Reading = { text: "", at: 0, line: 1 };
  for await (const block of blocks) {
    if (!block.ok) return yield block;
    reading.text = reading.text.slice(reading.at) + block.value;
    reading.at = 0;
    const rows = takeRows(reading);
    yield rows;
    if (!rows.ok) return;
  }
  if (reading.at < reading.text.length) yield err(unclosed(reading.line));
}

/** Takes every whole row; stops before one whose quoted cell goes on in the next block. */
function takeRows(reading: Reading): Result<readonly CsvRow[], Problem> {
  const rows: CsvRow[] = [];
  const { text } = reading;
  let quote = nextQuote(text, reading.at);
  while (reading.at < text.length) {
    const feed = text.indexOf("\n", reading.at);
    const end = feed < 0 ? text.length : feed;
    if (quote < reading.at) quote = nextQuote(text, reading.at);
    if (quote < end) {
      const taken = takeQuotedRow(reading, rows);
      if (!taken.ok) return taken;
      if (taken.value === "open") break;
      continue;
    }
    if (end - reading.at > LIMITS.rowBytes) return err(tooLong(reading.line));
    rows.push({ line: reading.line++, cells: withoutReturn(text.slice(reading.at, end)).split(",") });
    reading.at = end + 1;
  }
  return ok(rows);
}

function takeQuotedRow(reading: Reading, rows: CsvRow[]): Result<"taken" | "open", Problem> {
  const row = quotedRow(reading.text, reading.at);
  if (row.kind === "open") {
    return reading.text.length - reading.at > LIMITS.rowBytes ? err(unclosed(reading.line)) : ok("open");
  }
  if (row.kind === "stray") return err(stray(reading.line));
  if (row.end - reading.at > LIMITS.rowBytes) return err(tooLong(reading.line));
  rows.push({ line: reading.line, cells: row.cells });
  reading.line += reading.text.slice(reading.at, row.end).split("\n").length - 1;
  reading.at = row.end;
  return ok("taken");
}

type QuotedRow =
  | { readonly kind: "row"; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: "open" }
  | { readonly kind: "stray" };

function quotedRow(text: string, start: number): QuotedRow {
  const cells: string[] = [];
  for (let at = start; ; at++) {
    const isQuoted = text[at] === '"';
    const close = isQuoted ? closingQuote(text, at + 1) : cellEnd(text, at);
    if (close < 0) return { kind: "open" };
    const cell = text.slice(isQuoted ? at + 1 : at, close);
    if (!isQuoted && cell.includes('"')) return { kind: "stray" };
    cells.push(isQuoted ? cell.replaceAll('""', '"') : cell);
    at = isQuoted ? close + 1 : close;
    if (text[at] === ",") continue;
    const end = rowEnd(text, at);
    if (end < 0) return { kind: "stray" };
    if (!isQuoted) cells.push(withoutReturn(cells.pop() ?? ""));
    return { kind: "row", cells, end };
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function cellEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
  return at;
}

/** Where the next row begins, when the cell that ends at `at` is a row's last; -1 when something else follows it. */
function rowEnd(text: string, at: number): number {
  if (at >= text.length) return at;
  if (text[at] === "\n") return at + 1;
  return text[at] === "\r" && (text[at + 1] === "\n" || at + 1 === text.length) ? at + 2 : -1;
}

function nextQuote(text: string, from: number): number {
  const at = text.indexOf('"', from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

function withoutReturn(cell: string): string {
  return cell.endsWith("\r") ? cell.slice(0, -1) : cell;
}

function unclosed(line: number): Problem {
  const sentence = `the quote opened in the row that begins on line ${line} is not closed`;
  return problem("list-unreadable", sentence, { reason: "unclosed-quote", line });
}

function stray(line: number): Problem {
  const sentence = `line ${line} has a quote in the middle of a cell; quote the whole cell and double the quote inside`;
  return problem("list-unreadable", sentence, { reason: "stray-quote", line });
}

function tooLong(line: number): Problem {
  const sentence = `the row that begins on line ${line} is longer than ${LIMITS.rowBytes} characters`;
  return problem("list-unreadable", sentence, { reason: "row-too-long", line });
}
