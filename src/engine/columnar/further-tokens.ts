// The tokens of further kinds by the rows that hold them, for a window of rows: a table tells which row has a token,
// and pairs tell which others share it.

import { TOKEN_WORDS } from "../../domain/identifier/token-kernel.ts";
import type { Engine } from "./engine.ts";
import type { OpenFrames } from "./frame-bytes.ts";
import { sharersOf } from "./lent-tokens.ts";
import { NoRoom } from "./no-room.ts";
import { breath } from "./pace.ts";
import type { ReadSameRows } from "./same-rows.ts";
import type { Version } from "./version.ts";
import { wordList } from "./word-list.ts";

/** By further kind: four words a row of the window, and whether it has the token. In the arena until given back. */
export type FurtherTokens = {
  readonly firstRow: number;
  readonly tokens: (index: number) => Uint32Array;
  readonly present: (index: number) => Uint8Array;
  giveBack(): void;
};

/** Bytes of a row, for each further kind. */
const ROW_BYTES = TOKEN_WORDS * 4 + 1;

/** How many rows an eighth of the arena has room for. */
export function windowRows({ arena }: Pick<Engine, "arena">, furtherKinds: number): number {
  return furtherKinds === 0 ? Number.POSITIVE_INFINITY : Math.floor(arena.bytes / 8 / (ROW_BYTES * furtherKinds));
}

type Reading = { readonly version: Version; readonly same: ReadSameRows; readonly open: OpenFrames };

/** Rows from one to before another. */
type Window = { readonly first: number; readonly end: number };

/** Reads the tables of further kinds through. O(tokens) time. */
export async function furtherTokens(engine: Engine, reading: Reading, window: Window): Promise<FurtherTokens> {
  const { buffer } = engine.arena.memory;
  const rows = window.end - window.first;
  const further = reading.version.manifest.tables.slice(1);
  const taken = further.length === 0 ? null : engine.arena.take(rows * ROW_BYTES * further.length);
  if (further.length > 0 && taken === null) throw new NoRoom("the rows of a list");
  const start = taken ?? 0;
  const present = (index: number) =>
    new Uint8Array(buffer, start + rows * (16 * further.length + index), further.length === 0 ? 0 : rows);
  const tokens = (index: number) => new Uint32Array(buffer, start + rows * 16 * index, rows * TOKEN_WORDS);
  for (const index of further.keys()) {
    tokens(index).fill(0);
    present(index).fill(0);
    await readTable(reading, index, { ...window, tokens: tokens(index), present: present(index) });
  }
  const giveBack = () => {
    if (taken !== null) engine.arena.giveBack(taken);
  };
  return { firstRow: window.first, tokens, present, giveBack };
}

type Filling = Window & { readonly tokens: Uint32Array; readonly present: Uint8Array };

async function readTable({ version, same, open }: Reading, index: number, filling: Filling): Promise<void> {
  const sharers = sharersOf(pairsWithin(same.further[index], filling));
  for (const spot of version.manifest.tables[index + 1]?.frames ?? []) {
    const words = new Uint32Array(open.bytesOf({ ...version.place(spot), spot }).buffer);
    const count = words.length / 5;
    for (let at = 0; at < count; at++) {
      const row = words[count * 4 + at] ?? 0;
      put(filling, row, { words, count, at });
      for (const other of sharers.get(row) ?? NOBODY) put(filling, other, { words, count, at });
    }
    await breath();
  }
}

const NOBODY: readonly number[] = [];

/** A token of a table: its keys, their rest, and rows. */
type Standing = { readonly words: Uint32Array; readonly count: number; readonly at: number };

function put({ first, end, tokens, present }: Filling, row: number, { words, count, at }: Standing): void {
  if (row < first || row >= end) return;
  const place = row - first;
  present[place] = 1;
  tokens[place * TOKEN_WORDS] = words[at] ?? 0;
  tokens.set(words.subarray(count + at * 3, count + at * 3 + 3), place * TOKEN_WORDS + 1);
}

/** The pairs whose second row lies in a window: only these rows take a token from another's. */
function pairsWithin(pairs: Uint32Array | undefined, { first, end }: Window): Uint32Array {
  const found = wordList();
  for (let at = 0; at < (pairs?.length ?? 0); at += 2) {
    const row = pairs?.[at + 1] ?? 0;
    if (row < first || row >= end) continue;
    found.push(pairs?.[at] ?? 0);
    found.push(row);
  }
  return found.words();
}
