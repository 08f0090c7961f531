// The lists that are compared: rows of `record,sha256hex,tier,region,category`, 5, 50 and 500 values, 30 % of the
// digests on both sides, row order permuted. Each row follows from its number, so that any size can be streamed, and
// what an increment changes is known without looking.

import { hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type DatasetSchema, datasetSchemaSchema } from "../../src/domain/dataset/schema.ts";

/** How many of a hundred rows are on both sides. */
const SHARED_PERCENT = 30;

/** An increment replaces one row in so many, and adds as many as it replaces: it has 1 % of the rows in all. */
const ROWS_A_REPLACED = 200;

const valuesOf = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);
export const TIERS = valuesOf("tier", 5);
export const REGIONS = valuesOf("region", 50);
const CATEGORIES = valuesOf("category", 500);
const ATTRIBUTES = { tier: TIERS, region: REGIONS, category: CATEGORIES };

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

export type Side = "left" | "right" | "third";

/** People on both the left and the right list of a size. */
export function sharedOf(rows: number): number {
  return Math.floor((rows * SHARED_PERCENT) / 100);
}

/** People of the third list who are also on both others, and as many who are on the left alone, and on the right. */
function thirdShareOf(rows: number): number {
  return Math.floor(sharedOf(rows) / 2);
}

/** By mask, left 1, right 2, third 4: the people on exactly these lists. */
export function regionsOfThree(rows: number): number[] {
  const [shared, share] = [sharedOf(rows), thirdShareOf(rows)];
  const alone = rows - shared - share;
  return [0, alone, alone, shared - share, rows - 3 * share, share, share, share];
}

/** The left, right or third list of a size. */
export function rowsOfList(side: Side, rows: number): Iterable<string> {
  return linesOf(rows, lineIn(side, rows));
}

/** The rows that an increment brings to the left list, and the left list that they make of it. */
export function incrementRows(rows: number): Iterable<string> {
  const replaced = Math.floor(rows / ROWS_A_REPLACED);
  return linesOf(2 * replaced, (row) =>
    row < replaced ? replacedLine(row * ROWS_A_REPLACED, rows) : addedLine(row - replaced, rows),
  );
}

export function rowsAfterIncrement(rows: number): Iterable<string> {
  const replaced = Math.floor(rows / ROWS_A_REPLACED);
  const before = lineIn("left", rows);
  const isReplaced = (row: number) => row % ROWS_A_REPLACED === 0 && row / ROWS_A_REPLACED < replaced;
  return linesOf(rows + replaced, (row) => {
    if (row >= rows) return addedLine(row - rows, rows);
    return isReplaced(row) ? replacedLine(row, rows) : before(row);
  });
}

export async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(lines, { objectMode: true }), createWriteStream(path, { mode: 0o644 }));
}

const ROWS_A_CHUNK = 1_000;

/** The header and the rows of a list, a thousand at a time. */
function* linesOf(rows: number, lineOf: (row: number) => string): Generator<string> {
  yield "record,sha256hex,tier,region,category\n";
  for (let first = 0; first < rows; first += ROWS_A_CHUNK) {
    let lines = "";
    for (let row = first; row < Math.min(rows, first + ROWS_A_CHUNK); row++) lines += lineOf(row);
    yield lines;
  }
}

const FIRST_INDEX = { left: 0, right: 1 / 2, third: 1 / 3 };
const SALTS = { left: 1, right: 2, third: 3, replaced: 4, added: 5 };

function lineIn(side: Side, rows: number): (row: number) => string {
  const step = stepFor(rows);
  const first = Math.floor(rows * FIRST_INDEX[side]);
  const person = personIn(side, rows);
  return (row) => {
    const index = (first + row * step) % rows;
    return line(`c${row}`, person(index), mixed(index, SALTS[side]));
  };
}

function personIn(side: Side, rows: number): (index: number) => string {
  const shared = sharedOf(rows);
  if (side !== "third") return (index) => (index < shared ? `both ${index}` : `${side} ${index}`);
  const share = thirdShareOf(rows);
  return (index) => {
    if (index < share) return `both ${index}`;
    if (index < shared || index >= shared + 2 * share) return `third ${index}`;
    return index < shared + share ? `left ${index}` : `right ${index}`;
  };
}

// Half of the replaced rows, and of the added ones, become people of the right list who were not on the left; who the
// other half are nobody else knows. So an increment that is lost, or laid on the wrong row, changes what is counted.
function replacedLine(row: number, rows: number): string {
  const at = row / ROWS_A_REPLACED;
  const person = at % 2 === 0 ? `right ${sharedOf(rows) + at}` : `replaced ${at}`;
  return line(`c${row}`, person, mixed(at, SALTS.replaced));
}

function addedLine(at: number, rows: number): string {
  const person = at % 2 === 0 ? `right ${sharedOf(rows) + Math.floor(rows / 2) + at}` : `added ${at}`;
  return line(`c${rows + at}`, person, mixed(at, SALTS.added));
}

function line(record: string, person: string, chance: number): string {
  const tier = TIERS[chance % 5];
  const region = REGIONS[Math.floor(chance / 5) % 50];
  const category = CATEGORIES[Math.floor(chance / 250) % 500];
  return `${record},${hash("sha256", person, "hex")},${tier},${region},${category}\n`;
}

/** A number of 32 bits that looks like chance, so that attributes of one person on two lists are independent. */
function mixed(index: number, salt: number): number {
  let value = Math.imul(index ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 15), 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 13), 0x27d4eb2f);
  return (value ^ (value >>> 16)) >>> 0;
}

// A step without a common divisor with the number of rows visits each of them once, far apart.
function stepFor(rows: number): number {
  for (let step = Math.floor(rows * 0.618) + 1; ; step++) if (divisorOf(step, rows) === 1) return step;
}

function divisorOf(left: number, right: number): number {
  return right === 0 ? left : divisorOf(right, left % right);
}
