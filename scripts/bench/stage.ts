// What one run has: its lists on disk, made when they are first wanted, and the contenders, started when they are.

import { mkdtempSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnar, type Ours } from "./columnar.ts";
import type { Contender } from "./contender.ts";
import { type DuckDb, duckdb } from "./duckdb.ts";
import { embeddedPostgres } from "./embedded-postgres.ts";
import { incrementRows, rowsAfterIncrement, rowsOfList, type Side, writeLines } from "./lists.ts";
import type { Limits } from "./machine.ts";
import { notice } from "./rounds.ts";

const FILES = {
  left: (rows: number) => rowsOfList("left", rows),
  right: (rows: number) => rowsOfList("right", rows),
  third: (rows: number) => rowsOfList("third", rows),
  "left-tenth": (rows: number) => rowsOfList("left", tenthOf(rows)),
  "right-tenth": (rows: number) => rowsOfList("right", tenthOf(rows)),
  increment: incrementRows,
  "left-after": rowsAfterIncrement,
};
export type FileName = keyof typeof FILES;

export function tenthOf(rows: number): number {
  return Math.floor(rows / 10);
}

export type Stage = {
  readonly rows: number;
  readonly rounds: number;
  readonly directory: string;
  readonly limits: Limits;
  readonly ours: Ours;
  duckdb(): Promise<DuckDb>;
  postgres(): Promise<Contender>;
  /** The path of a list. */
  file(name: FileName): Promise<string>;
  /** Sees to it that a contender has these lists; what it took in before, it is not made to take in again. */
  loaded(contender: Contender, sides: readonly Side[]): Promise<void>;
  /** Says that a contender has this list. */
  noteLoaded(contender: Contender, side: Side): void;
  end(): Promise<void>;
};

/** An empty folder, which Postgres, who runs as its own user, can read lists in. */
export async function openFolder(): Promise<{ readonly path: string; readonly remove: () => void }> {
  const path = mkdtempSync(join(tmpdir(), "concordat-bench-"));
  await chmod(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

type Setting = Pick<Stage, "rows" | "rounds" | "directory" | "limits">;

export function openStage(setting: Setting): Stage {
  const { rows, directory } = setting;
  const ours = columnar(join(directory, "rooms"));
  const files = new Map<FileName, Promise<string>>();
  const had = new Map<string, Set<Side>>();
  const started: Contender[] = [ours];
  const starting = async <Peer extends Contender>(start: Promise<Peer>): Promise<Peer> => {
    const peer = await start;
    started.push(peer);
    return peer;
  };
  let [duck, postgres]: [Promise<DuckDb> | null, Promise<Contender> | null] = [null, null];
  const file = (name: FileName) => {
    const known = files.get(name) ?? makeFile(join(directory, `${name}.csv`), name, rows);
    files.set(name, known);
    return known;
  };
  const noteLoaded = ({ name }: Contender, side: Side) => had.set(name, (had.get(name) ?? new Set()).add(side));
  return {
    ...setting,
    ours,
    file,
    noteLoaded,
    duckdb: () => {
      duck ??= starting(Promise.resolve(duckdb()));
      return duck;
    },
    postgres: () => {
      postgres ??= starting(embeddedPostgres(join(directory, "postgres")));
      return postgres;
    },
    loaded: async (contender, sides) => {
      for (const side of sides) {
        if (had.get(contender.name)?.has(side) === true) continue;
        notice(`${contender.name} takes in the ${side} list ...`);
        await contender.load(side, await file(side));
        noteLoaded(contender, side);
      }
    },
    end: async () => {
      for (const contender of started) await contender.end();
    },
  };
}

async function makeFile(path: string, name: FileName, rows: number): Promise<string> {
  notice(`making the list ${name} ...`);
  await writeLines(path, FILES[name](rows));
  return path;
}
