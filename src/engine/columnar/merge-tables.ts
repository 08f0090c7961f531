// Tables of further kinds in an increment, made section by section from those of the base and from what came.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { PLANES } from "../../wire/segment/bucket-counts.ts";
import { planeExtent } from "./gather.ts";
import { type Laying, placed } from "./laying.ts";
import { type MergeTablePiece, type MergeTableSettings, mergeTableScratchBytes } from "./merging-tables.ts";
import { keepTable, sectionsWithin, toFinals } from "./sealing-steps.ts";
import { largest, sumOf } from "./sums.ts";
import { inTurns } from "./turns.ts";

export async function mergeTables(laying: Laying): Promise<void> {
  for (let index = 0; index + 1 < laying.shape.kinds.length; index++) await mergeTable(laying, index);
}

async function mergeTable(laying: Laying, index: number): Promise<void> {
  const { engine, file, base, same, draft, staged, finals, baseFinals, gathered } = laying;
  const kind = index + 1;
  const table = base.manifest.tables[kind];
  if (table === undefined) throw new Error("the base has other kinds of identifiers");
  const { buffer } = engine.arena.memory;
  const room = gathered.room.tables[index] ?? null;
  if (room !== null) toFinals(buffer, room, new Uint32Array(buffer, finals.offset, staged.rows));
  const pieces = sectionsWithin(draft.sections, [0, BUCKETS]).map(
    ({ number, buckets }): MergeTablePiece => ({
      number,
      frame: (2 + kind) * BUCKETS + number,
      base: placed(base, table.frames[number]),
      baseTokens: buckets.map((bucket) => table.bucketTokens[bucket] ?? 0),
      added: buckets.map((bucket) => {
        if (room === null) return null;
        const { first, count } = planeExtent(staged, PLANES.furtherKinds + index, [bucket, bucket + 1]);
        const at = first - room.first;
        return { count, keys: room.keys + at * 4, rest: room.rest + at * 12, rows: room.rows + at * 4 };
      }),
    }),
  );
  const pairs = same.further[index] ?? new Uint32Array(0);
  const most = (piece: MergeTablePiece) => sumOf(piece.baseTokens) + sumOf(piece.added.map((one) => one?.count ?? 0));
  const tokens = largest(pieces.map(most)) + pairs.length / 2;
  const settings: MergeTableSettings = {
    sink: file.sink,
    size: { tokens, bucketTokens: tokens },
    baseTokens: tokens,
    finals: { offset: baseFinals.offset, rows: base.manifest.rows },
    same: pairs,
  };
  const isLarge = staged.rows + base.manifest.rows >= engine.largeRows;
  const job = engine.crew.begin("merge tables", settings, { scratchBytes: mergeTableScratchBytes(settings), isLarge });
  try {
    await inTurns(pieces, job.width, async (piece) => {
      keepTable(laying, kind, await job.run(piece));
      laying.progress.check();
    });
  } finally {
    job.end();
  }
}
