// Sealing: the staged parts of an upload become one immutable version, named by the digest of its sealed bytes and
// synced before anybody is told of it.

import { createHash } from "node:crypto";
import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import type { Matcher, SealedVersion } from "../../ports/matcher.ts";
import { kindsOf } from "../../wire/list/columns.ts";
import {
  bytesForConsents,
  columnsOfSegment,
  SEGMENT_LABEL,
  type SegmentHeader,
  writeHeader,
} from "../../wire/segment/segment.ts";
import { type AssembledPeople, assemblePeople } from "./assemble.ts";
import { gatherRows } from "./gather.ts";
import type { Layout } from "./layout.ts";
import { createSealedFile, type SealedFileWriter } from "./sealed-file.ts";
import { FRAME_BYTES } from "./sealed-frames.ts";

type Upload = Parameters<Matcher["seal"]>[0];

// Shares of the whole, for progress: reading, sorting and writing take about as long as this.
const GATHERED = 0.4;
const ASSEMBLED = 0.8;

export async function sealUpload(layout: Layout, scheme: string, upload: Upload): Promise<SealedVersion> {
  const tell = (share: number, rowsTotal: number) =>
    upload.onProgress?.({ rowsSealed: Math.floor(rowsTotal * share), rowsTotal });
  const gathered = await gatherRows(layout, upload, (rows, total) => tell((GATHERED * rows) / total, total));
  const { rows } = gathered;
  tell(GATHERED, rows);
  const assembled = await assemblePeople(gathered);
  tell(ASSEMBLED, rows);
  const header = headerOf(upload.schema, scheme, assembled);
  const hash = createHash("sha256");
  let bytes = 0;
  const onBytes = (piece: Uint8Array) => {
    hash.update(piece);
    bytes += piece.length;
  };
  const place = { directory: layout.segments, dataKey: upload.dataKey, label: SEGMENT_LABEL };
  const file = await createSealedFile({ ...place, onBytes });
  let isKept = false;
  try {
    file.add(writeHeader(header), false);
    await writeColumns(file, piecesOf(header, assembled));
    await file.close();
    const segment = hash.digest("hex");
    await file.publish(layout.segment(segment));
    isKept = true;
    tell(1, rows);
    return { segment, people: assembled.people, duplicates: rows - assembled.people, bytes, scheme };
  } finally {
    if (!isKept) await file.abandon();
  }
}

function headerOf(
  schema: DatasetSchema,
  scheme: string,
  { people, tables, recordBytes }: AssembledPeople,
): SegmentHeader {
  const identifiers = kindsOf(schema).map((kind, index) => {
    const table = tables[index];
    if (table === undefined) throw new Error("a schema names an identifier that was not gathered");
    return { kind, tokens: table.keys.length, hasFirsts: table.firsts.length > 0 };
  });
  return {
    layout: "concordat segment 1",
    scheme,
    people,
    recordBytes: recordBytes.length,
    identifiers,
    attributes: Object.entries(schema.attributes).map(([name, { values }]) => ({ name, values })),
    consents: Object.keys(schema.consents),
  };
}

type Column = Uint8Array | Uint16Array | Uint32Array;

/** The columns in the order that the codec states, checked against the lengths it expects. */
function piecesOf(header: SegmentHeader, assembled: AssembledPeople): readonly Column[] {
  const consents = narrowed(assembled.consents, bytesForConsents(header.consents.length));
  const pieces: readonly Column[] = [
    ...assembled.codes,
    ...(consents === null ? [] : [consents]),
    assembled.recordLengths,
    assembled.recordBytes,
    ...assembled.tables.flatMap((table) => [
      table.starts,
      table.keys,
      table.rest,
      table.people,
      ...(table.firsts.length > 0 ? [table.firsts] : []),
    ]),
  ];
  for (const [index, shape] of columnsOfSegment(header).entries()) {
    const piece = pieces[index];
    if (piece?.length !== shape.length || piece.BYTES_PER_ELEMENT !== shape.elementBytes)
      throw new Error(`the column ${shape.name} is not of its stated shape`);
  }
  return pieces;
}

function narrowed(consents: Uint32Array, bytes: 0 | 1 | 2 | 4): Column | null {
  if (bytes === 0) return null;
  if (bytes === 1) return new Uint8Array(consents);
  return bytes === 2 ? new Uint16Array(consents) : consents;
}

// The last frame must say that it is the last, so one full frame is always held back.
async function writeColumns(file: SealedFileWriter, columns: readonly Column[]): Promise<void> {
  const frame = new Uint8Array(FRAME_BYTES);
  let used = 0;
  for (const column of columns) {
    const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    for (let at = 0; at < bytes.length; ) {
      if (used === FRAME_BYTES) {
        file.add(frame, false);
        await file.flush();
        used = 0;
      }
      const take = Math.min(FRAME_BYTES - used, bytes.length - at);
      frame.set(bytes.subarray(at, at + take), used);
      used += take;
      at += take;
    }
  }
  file.add(frame.subarray(0, used), true);
}
