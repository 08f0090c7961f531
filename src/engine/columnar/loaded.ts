// The columns of sealed versions in the arena, loaded when a question first wants them and kept as long as there is
// room.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { attributeColumn, CONSENTS, measureColumn, type RowColumn, sortedColumns } from "../../wire/segment/shape.ts";
import type { Engine } from "./engine.ts";
import { frameBytesOf } from "./frame-bytes.ts";
import type { LoadedFrame } from "./loading.ts";
import type { TableAt } from "./matching.ts";
import { type ReadSameRows, readSameRows } from "./same-rows.ts";
import type { Stay, Take } from "./shelf.ts";
import { inTurns } from "./turns.ts";
import { startsOf, type Version } from "./version.ts";

/** A table with what questions ask of it beside who shares its tokens. */
export type LoadedTable = TableAt & {
  readonly tokens: number;
  /** A byte a token: 1 where it is the least of its person's; 0 where nobody holds two. */
  readonly firsts: number;
};

/** Everybody's columns by name, each with its width. */
export type LoadedColumns = ReadonlyMap<string, { readonly at: number; readonly width: 1 | 2 | 4 }>;

const NOBODY: ReadSameRows = (() => {
  const none = new Uint32Array(0);
  return { merged: none, repeated: none, records: none, further: [] };
})();

/** Which rows are one person. */
export async function sameRowsOf(stay: Stay, version: Version): Promise<ReadSameRows> {
  const { same } = version.manifest;
  if (same === null) return NOBODY;
  return stay.hold(`same ${version.name}`, async () => {
    return readSameRows(frameBytesOf({ ...version.place(same), spot: same }));
  });
}

/** Which table is wanted. */
export type TableName = { readonly version: Version; readonly kind: IdentifierKind };

export function tableOf(engine: Engine, stay: Stay, { version, kind }: TableName): Promise<LoadedTable | null> {
  const table = version.manifest.tables.find((one) => one.kind === kind);
  if (table === undefined) return Promise.resolve(null);
  return stay.hold(`table ${kind} ${version.name}`, (take) => loadTable(engine, stay, { version, table, take }));
}

type Loading = {
  readonly version: Version;
  readonly table: Version["manifest"]["tables"][number];
  readonly take: Take;
};

async function loadTable(engine: Engine, stay: Stay, { version, table, take }: Loading): Promise<LoadedTable> {
  const { manifest } = version;
  const isFirst = manifest.tables[0] === table;
  const starts = startsOf(table.bucketTokens);
  const tokens = starts[BUCKETS] ?? 0;
  const same = await sameRowsOf(stay, version);
  const keys = take(tokens * 4);
  const rest = take(tokens * 12);
  const hasRows = !isFirst || tokens !== manifest.rows || same.merged.length > 0;
  const rows = hasRows ? take(tokens * 4) : 0;
  const width = BUCKETS / manifest.sections;
  const frames = table.frames.map((spot, section): LoadedFrame => {
    const first = starts[section * width] ?? 0;
    const count = (starts[(section + 1) * width] ?? 0) - first;
    const stretches = [
      { to: keys + first * 4, bytes: count * 4 },
      { to: rest + first * 12, bytes: count * 12 },
      ...(isFirst ? [] : [{ to: rows + first * 4, bytes: count * 4 }]),
    ];
    return { ...version.place(spot), spot, stretches };
  });
  await load(engine, frames, tokens);
  const { buffer } = engine.arena.memory;
  const people = new Uint32Array(buffer, rows, hasRows ? tokens : 0);
  if (hasRows && isFirst) numberRows(people, { version, starts, repeated: same.repeated });
  if (same.merged.length > 0) speakFor(people, same.merged, manifest.rows);
  const firsts = same.merged.length > 0 ? firstsOf(people, manifest.rows) : null;
  const marked = firsts === null ? 0 : take(tokens);
  if (firsts !== null) new Uint8Array(buffer, marked, tokens).set(firsts);
  return { tokens, keys, rest, people: rows, firsts: marked, starts };
}

async function load(engine: Engine, frames: readonly LoadedFrame[], rows: number): Promise<void> {
  const job = engine.crew.begin("load", undefined, { scratchBytes: 0, isLarge: rows >= engine.largeRows });
  try {
    await inTurns(frames, job.width, async (frame) => void (await job.run(frame)));
  } finally {
    job.end();
  }
}

type Numbering = { readonly version: Version; readonly starts: Uint32Array; readonly repeated: Uint32Array };

/** The rows of the first kind's tokens: in their order, but for those whose token is that of the row before. */
function numberRows(rows: Uint32Array, { version, starts, repeated }: Numbering): void {
  let next = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    let row = version.rowStarts[bucket] ?? 0;
    for (let at = starts[bucket] ?? 0; at < (starts[bucket + 1] ?? 0); at++) {
      while ((repeated[next] ?? Number.POSITIVE_INFINITY) < row) next++;
      for (; repeated[next] === row; next++) row++;
      rows[at] = row++;
    }
  }
}

/** Puts speaking rows in place of those that others speak for. */
function speakFor(people: Uint32Array, merged: Uint32Array, rows: number): void {
  const speakers = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) speakers[row] = row;
  for (let at = 0; at < merged.length; at += 2) speakers[merged[at] ?? 0] = merged[at + 1] ?? 0;
  for (let at = 0; at < people.length; at++) people[at] = speakers[people[at] ?? 0] ?? 0;
}

/** Marks each person's first token; null when nobody holds two. */
function firstsOf(people: Uint32Array, rows: number): Uint8Array | null {
  const seen = new Uint8Array(rows);
  const firsts = new Uint8Array(people.length);
  let count = 0;
  for (let at = 0; at < people.length; at++) {
    const person = people[at] ?? 0;
    if (seen[person] === 1) continue;
    seen[person] = 1;
    firsts[at] = 1;
    count++;
  }
  return count === people.length ? null : firsts;
}

/** The columns of a version's rows: attributes, measures and consents. */
export function loadedColumns(engine: Engine, stay: Stay, version: Version): Promise<LoadedColumns> {
  return stay.hold(`columns ${version.name}`, async (take) => {
    const { manifest } = version;
    const columns = namedColumns(version).map((column) => ({ ...column, at: take(manifest.rows * column.width) }));
    const width = BUCKETS / manifest.sections;
    const frames = manifest.columns.map((spot, section): LoadedFrame => {
      const first = version.rowStarts[section * width] ?? 0;
      const count = (version.rowStarts[(section + 1) * width] ?? 0) - first;
      const stretches = columns.map((one) => ({ to: one.at + first * one.width, bytes: count * one.width }));
      return { ...version.place(spot), spot, stretches };
    });
    await load(engine, frames, manifest.rows);
    const { merged } = await sameRowsOf(stay, version);
    const consents = columns.find(({ name }) => name === CONSENTS);
    if (consents !== undefined)
      consentTogether(engine.arena.memory.buffer, { ...consents, rows: manifest.rows, merged });
    return new Map(columns.map(({ name, at, width: bytes }) => [name, { at, width: bytes }]));
  });
}

function namedColumns({ manifest }: Version): readonly RowColumn[] {
  return sortedColumns({
    attributes: manifest.attributes.map(({ name, values }) => ({ name: attributeColumn(name), values: values.length })),
    measures: manifest.measures.map(measureColumn),
    consents: manifest.consents.length,
  });
}

type Consents = {
  readonly at: number;
  readonly width: 1 | 2 | 4;
  readonly rows: number;
  readonly merged: Uint32Array;
};

/** A person consents to what all of its rows consent to. */
function consentTogether(buffer: SharedArrayBuffer, { at, width, rows, merged }: Consents): void {
  const column = columnView(buffer, { at, width }, rows);
  for (let pair = 0; pair < merged.length; pair += 2) {
    const speaker = merged[pair + 1] ?? 0;
    column[speaker] = (column[speaker] ?? 0) & (column[merged[pair] ?? 0] ?? 0);
  }
}

/** A column of the arena as numbers. */
export function columnView(
  buffer: SharedArrayBuffer,
  { at, width }: { readonly at: number; readonly width: 1 | 2 | 4 },
  count: number,
): Uint8Array | Uint16Array | Uint32Array {
  if (width === 1) return new Uint8Array(buffer, at, count);
  return width === 2 ? new Uint16Array(buffer, at, count) : new Uint32Array(buffer, at, count);
}
