// What `npm run bench` can be told, and what it says of itself.

import { parseArgs } from "node:util";

/** What can be measured on its own, in the order of the table. */
export const PARTS = [
  "ingest",
  "overlap",
  "crosstab",
  "segment",
  "three",
  "select",
  "increment",
  "growth",
  "memory",
  "decide",
  "log",
  "api",
  "console",
  "sql",
] as const;

export type Part = (typeof PARTS)[number];

/** What is measured by itself alone: of the room, not of an engine. */
const OF_THE_ROOM: readonly Part[] = ["log", "console"];

/** What is measured of an engine where nothing else is said. */
const ENGINES: { readonly [engine: string]: readonly Part[] } = {
  columnar: PARTS.filter((part) => part !== "sql" && !OF_THE_ROOM.includes(part)),
  sql: ["sql"],
};

export type Options = {
  /** Rows of each list. */
  readonly rows: number;
  /** Rounds that count; two come before them. */
  readonly rounds: number;
  readonly json: boolean;
  readonly only: readonly Part[];
};

const HELP = `npm run bench -- [--rows 1e6] [--rounds 5] [--engine columnar] [--only PART,...] [--json]

  --rows    rows of each list: 1e6 takes under two minutes, 1e7 is the full run and takes about a quarter of an hour
  --rounds  rounds that count; two more warm everybody up
  --engine  columnar, or sql: beside one naive table in Postgres, on one node and over two databases
  --only    some of: ${PARTS.join(", ")};
            ${OF_THE_ROOM.join(" and ")} are measured where they are named
  --json    one JSON document on standard output in place of the table; what goes on is told on standard error

What each line measures is told in scripts/bench/README.md.
`;

/** The smallest lists whose figures mean anything, and the largest that were tried. */
const FEWEST_ROWS = 1_000;
const MOST_ROWS = 100_000_000;

/** What was asked for; null where it was help, which is printed. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", default: "1e6" },
      rounds: { type: "string", default: "5" },
      engine: { type: "string", default: "columnar" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return null;
  }
  return {
    rows: wholeNumber("--rows", values.rows, [FEWEST_ROWS, MOST_ROWS]),
    rounds: wholeNumber("--rounds", values.rounds, [1, 1_000]),
    json: values.json,
    only: values.only === undefined ? partsOf(values.engine) : partsIn(values.only),
  };
}

function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is a whole number from ${least} to ${most}, not ${text}`);
}

function partsOf(engine: string): readonly Part[] {
  const parts = ENGINES[engine];
  if (parts === undefined) throw new RangeError(`--engine takes ${Object.keys(ENGINES).join(", ")}, not ${engine}`);
  return parts;
}

function partsIn(text: string): Part[] {
  const named = text.split(",");
  const unknown = named.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new RangeError(`--only takes ${PARTS.join(", ")}, not ${unknown}`);
  return PARTS.filter((part) => named.includes(part));
}
