// An opened segment: its columns in memory, every byte of its file checked against its name and its seals.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { emptyTable, repeatsOf, type TokenTable } from "../../domain/matching/token-table.ts";
import type { Codes } from "../../wire/list/batch.ts";
import {
  type ColumnShape,
  columnsOfSegment,
  readHeader,
  SEGMENT_LABEL,
  type SegmentHeader,
} from "../../wire/segment/segment.ts";
import type { Layout } from "./layout.ts";
import { framesOf } from "./sealed-file.ts";

export type OpenedSegment = {
  readonly name: string;
  readonly header: SegmentHeader;
  readonly tables: ReadonlyMap<IdentifierKind, TokenTable>;
  readonly attributes: ReadonlyMap<string, { readonly codes: Codes; readonly values: readonly string[] }>;
  readonly consents: Uint8Array | Uint16Array | Uint32Array | null;
  readonly recordLengths: Uint8Array;
  readonly recordBytes: Uint8Array;
  readonly bytes: number;
  /** Whether this is the key that the segment was opened with: being in memory opens it to nobody else. */
  isOpenedBy(dataKey: Uint8Array): boolean;
};

export async function openSegment(layout: Layout, name: string, dataKey: Uint8Array): Promise<OpenedSegment> {
  const frames = framesOf({ path: layout.segment(name), dataKey, label: SEGMENT_LABEL }, name);
  const first = await frames.next();
  if (first.done === true) throw new Error(`the segment ${name} is damaged: it has no header`);
  const header = readHeader(first.value);
  const shapes = columnsOfSegment(header);
  // In shared memory, so that a second thread can read the same columns.
  const columns = shapes.map(
    ({ length, elementBytes }) => new Uint8Array(new SharedArrayBuffer(length * elementBytes)),
  );
  await fill(columns, frames, name);
  return assembled(name, header, { shapes, columns, dataKey });
}

async function fill(columns: readonly Uint8Array[], frames: AsyncIterable<Uint8Array>, name: string): Promise<void> {
  let index = 0;
  let used = 0;
  for await (const frame of frames) {
    for (let at = 0; at < frame.length; ) {
      const column = columns[index];
      if (column === undefined) throw new Error(`the segment ${name} is damaged: it is longer than its header says`);
      const take = Math.min(column.length - used, frame.length - at);
      column.set(frame.subarray(at, at + take), used);
      used += take;
      at += take;
      while (index < columns.length && used === columns[index]?.length) {
        index++;
        used = 0;
      }
    }
  }
  if (index !== columns.length) throw new Error(`the segment ${name} is damaged: it is shorter than its header says`);
}

type Read = {
  readonly shapes: readonly ColumnShape[];
  readonly columns: readonly Uint8Array[];
  readonly dataKey: Uint8Array;
};

function assembled(name: string, header: SegmentHeader, { shapes, columns, dataKey }: Read): OpenedSegment {
  const named = new Map(shapes.map((shape, index) => [shape.name, { shape, bytes: columns[index] }]));
  const column = (wanted: string): Uint8Array => named.get(wanted)?.bytes ?? new Uint8Array(0);
  const words = (wanted: string) => new Uint32Array(column(wanted).buffer);
  const codes = (wanted: string): Codes =>
    named.get(wanted)?.shape.elementBytes === 2 ? new Uint16Array(column(wanted).buffer) : column(wanted);
  const consentBytes = named.get("consents")?.shape.elementBytes;
  const tables = header.identifiers.map(({ kind }) => [kind, tableFrom(kind, column, words)] as const);
  const keyDigest = digestOf(dataKey);
  return {
    name,
    header,
    tables: new Map(tables),
    attributes: new Map(
      header.attributes.map(({ name: attribute, values }) => [
        attribute,
        { codes: codes(`attribute ${attribute}`), values },
      ]),
    ),
    consents: consentBytes === undefined ? null : consentBytes === 4 ? words("consents") : codes("consents"),
    recordLengths: column("record lengths"),
    recordBytes: column("record bytes"),
    bytes: columns.reduce((sum, one) => sum + one.length, 0),
    isOpenedBy: (key) => timingSafeEqual(digestOf(key), keyDigest),
  };
}

function tableFrom(
  kind: IdentifierKind,
  column: (name: string) => Uint8Array,
  words: (name: string) => Uint32Array,
): TokenTable {
  const keys = words(`${kind} keys`);
  return {
    keys,
    rest: words(`${kind} rest`),
    people: words(`${kind} people`),
    firsts: column(`${kind} firsts`),
    repeats: repeatsOf(keys),
    starts: words(`${kind} starts`),
  };
}

function digestOf(key: Uint8Array): Uint8Array {
  return createHash("sha256").update(key).digest();
}

const EMPTY = emptyTable();

/** The tokens of a kind; none for a list that does not have it. */
export function tableFor(segment: OpenedSegment, kind: IdentifierKind): TokenTable {
  return segment.tables.get(kind) ?? EMPTY;
}
