// Publishing: a draft whose frames are written becomes a version under its name.

import { measuresOf } from "../../domain/dataset/schema.ts";
import type { Increment, SealedVersion } from "../../ports/matcher.ts";
import { type Manifest, type Spot, writeManifest } from "../../wire/segment/manifest.ts";
import type { Draft } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { addFrame } from "./frame-sink.ts";
import { joinPeople, type SameRows, writeSameRows } from "./same-rows.ts";
import type { SealedFileWriter } from "./sealed-file.ts";
import type { Progress, Sealing } from "./sealing.ts";
import { chooseSpeakers } from "./speakers.ts";
import type { Version } from "./version.ts";

/** What publishing needs beside the draft. */
export type Made = {
  readonly draft: Draft;
  readonly same: SameRows;
  readonly increment: Increment | null;
  /** The earlier version, whose frames the draft may share. */
  readonly base: Version | null;
  readonly progress: Progress;
};

/** Writes what the version says of itself, syncs the file and gives it its name. */
export async function publish(
  engine: Engine,
  sealing: Sealing,
  { draft, same, increment, base, progress }: Made,
): Promise<SealedVersion> {
  const { upload, file, shape } = sealing;
  progress.done();
  const rows = draft.bucketRows.reduce((sum, count) => sum + count, 0);
  const place = (spot: Spot) => {
    if (spot.file === 0) return { path: file.temporary, fileKey: file.sink.fileKey };
    if (base === null) throw new Error("a frame of an earlier version, and there is none");
    return base.place({ ...spot, file: spot.file - 1 });
  };
  const merged = await chooseSpeakers(joinPeople(same, rows), { draft, place, shape, repeated: same.repeated });
  const { spots, files } = namedFiles(draft, base);
  const people = rows - merged.length / 2;
  const manifest: Manifest = {
    layout: "concordat segment 2",
    scheme: engine.scheme,
    rows,
    people,
    files,
    sections: draft.sections,
    bucketRows: draft.bucketRows,
    bucketHomes: draft.bucketHomes,
    tables: shape.kinds.map((kind, index) => ({
      kind,
      bucketTokens: draft.bucketTokens[index] ?? new Uint32Array(0),
      frames: spots(draft.tables[index] ?? []),
    })),
    columns: spots(draft.columns),
    records: spots(draft.records),
    same: writeSame(file, same, merged),
    attributes: Object.entries(upload.schema.attributes).map(([name, { values }]) => ({ name, values })),
    measures: measuresOf(upload.schema).map(([name]) => name),
    consents: Object.keys(upload.schema.consents),
  };
  const { digest, bytes } = await file.close(writeManifest(manifest), files);
  upload.signal?.throwIfAborted();
  await file.publish(engine.layout.segment(digest));
  return { segment: digest, people, duplicates: rows - people, bytes, increment, scheme: engine.scheme };
}

/** The other files that frames lie in, and the frames as the version names them. */
function namedFiles(draft: Draft, base: Version | null) {
  const known = base === null ? [] : [base.name, ...base.manifest.files];
  const all = [...draft.tables.flat(), ...draft.columns, ...draft.records];
  const used = [...new Set(all.map(({ file }) => file))].filter((file) => file > 0).sort((left, right) => left - right);
  const files = used.map((file) => {
    const name = known[file - 1];
    if (name === undefined) throw new Error("a frame lies in a file that nobody names");
    return name;
  });
  const spots = (list: readonly Spot[]) => list.map((spot) => ({ ...spot, file: used.indexOf(spot.file) + 1 }));
  return { files, spots };
}

/** The number of the frame that tells which rows are one person: behind those of all sections. */
const SAME_FRAME = 0xfffffffe;

function writeSame(file: SealedFileWriter, same: SameRows, merged: Uint32Array): Spot | null {
  if (merged.length === 0) return null;
  const plain = writeSameRows(same, merged);
  return { file: 0, ...addFrame(file.sink, SAME_FRAME, [plain]) };
}
