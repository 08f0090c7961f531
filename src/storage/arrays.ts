// Arrays as Postgres writes them (PostgreSQL 18, §8.15.2 and §8.15.6), of one dimension and without nulls. Known
// beforehand, the driver need not ask the server for them when a connection begins: a connection that is lost while it
// asks leaves it with a failure that nobody can catch, and ends the process.

import type postgres from "postgres";
import { safeInteger } from "./int8.ts";

/** `text[]` by its number in every Postgres (`pg_type.dat`). */
export const TEXT_ARRAY = 1009;
/** `int8[]`. */
export const NUMBER_ARRAY = 1016;
const INT4_ARRAY = 1007;

export const textArray: postgres.PostgresType<readonly string[]> = {
  to: TEXT_ARRAY,
  from: [TEXT_ARRAY],
  serialize: (texts: readonly string[]) => `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join()}}`,
  parse: (literal: string) => elementsOf(literal).map(unquoted),
};

export const numberArray: postgres.PostgresType<readonly number[]> = {
  to: NUMBER_ARRAY,
  from: [NUMBER_ARRAY, INT4_ARRAY],
  serialize: (numbers: readonly number[]) => `{${numbers.join()}}`,
  parse: (literal: string) => elementsOf(literal).map(safeInteger),
};

// Quoted with a backslash before quotes and backslashes, or bare where nothing in it needs quotes.
const ELEMENT = /"(?:[^"\\]|\\[\s\S])*"|[^,"]+/g;

function elementsOf(literal: string): string[] {
  return literal.slice(1, -1).match(ELEMENT) ?? [];
}

function unquoted(element: string): string {
  return element.startsWith('"') ? element.slice(1, -1).replace(/\\([\s\S])/g, "$1") : element;
}
