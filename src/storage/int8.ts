// Counts of the database, which come as numbers as long as a number holds them exactly.

import type postgres from "postgres";

export const int8: postgres.PostgresType<number | bigint> = {
  to: 20,
  from: [20],
  serialize: (value) => value.toString(),
  parse: safeInteger,
};

/** @throws RangeError for what no double holds exactly */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("an int8 of the database is beyond the safe integers");
  return value;
}
