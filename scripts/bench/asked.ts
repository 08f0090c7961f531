// How often contenders are asked. Postgres takes most of a run and hardly varies: it is asked fewer times in a row, and
// on large lists in fewer rounds.

const LARGE_ROWS = 500_000;
const FEW_ROUNDS = 2;

/** Questions in a row, in each round. */
export const ASKED_IN_A_ROW = 9;
export const POSTGRES_IN_A_ROW = 3;

type Size = { readonly rows: number; readonly rounds: number };

/** What makes the turns of Postgres fewer, where they are. `warming`: rounds before those that count. */
export function fewOf(
  { rows }: Size,
  warming: number,
): { readonly few?: { readonly rounds: number; readonly warming: number } } {
  return rows > LARGE_ROWS ? { few: { rounds: FEW_ROUNDS, warming } } : {};
}

/** What the output says of it. */
export function postgresNote({ rows, rounds }: Size): string {
  const counted = rows > LARGE_ROWS ? Math.min(rounds, FEW_ROUNDS) : rounds;
  const warming = rows > LARGE_ROWS ? ", one to warm up what it is asked" : "";
  const inARow = `${POSTGRES_IN_A_ROW} questions in a row; the others ${ASKED_IN_A_ROW}`;
  return `rounds of Postgres: ${counted}${warming}, ${inARow}`;
}
