// The staged rows of an upload as they are sealed: from numbers, where all references are numbers of one form, else
// from texts. Frames of numbers among others are spelt out first, into a file that goes when the sealing ends.

import { REFERENCES } from "../../wire/segment/shape.ts";
import type { Engine } from "./engine.ts";
import { laidOut, openStaged, type StagedRows } from "./gather.ts";
import { formOfAll } from "./numbers-form.ts";
import { numbersFit } from "./passes.ts";
import { createSealedFile, type SealedFileWriter } from "./sealed-file.ts";
import type { Upload } from "./sealing.ts";
import { type SpeltFrame, spellingScratchBytes } from "./spelling.ts";
import { partLabel, type StagedFrame, stagedShape } from "./staged-part.ts";
import { largest, sumOf } from "./sums.ts";
import { inTurns } from "./turns.ts";

type Opened = {
  readonly rows: StagedRows;
  /** The references of rows without any identifier, which an upsert clears. */
  readonly blanks: StagedRows;
  end(): Promise<void>;
};

export async function stagedRows(engine: Engine, upload: Upload): Promise<Opened> {
  const shape = stagedShape(upload);
  const all = await openStaged(engine, upload, shape);
  const frames = all.filter(({ isBlank }) => !isBlank);
  const blanks = laidOut(
    REFERENCES,
    all.filter(({ isBlank }) => isBlank),
    null,
  );
  const form = formOfAll(frames.map(({ numbers }) => numbers));
  const numbers = form !== null && numbersFit(engine.arena, sumOf(frames.map(({ rows }) => rows))) ? form : null;
  if (numbers !== null || frames.every((frame) => frame.numbers === null))
    return { rows: laidOut(shape, frames, numbers), blanks, end: async () => {} };
  const label = partLabel({ staging: upload.staging, number: 0, shape });
  const file = await createSealedFile({
    directory: engine.layout.staging(upload.staging),
    dataKey: upload.dataKey,
    label,
  });
  try {
    const spelt = await spellOut(engine, { upload, file }, frames);
    return { rows: laidOut(shape, spelt, null), blanks, end: file.abandon };
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

type Spelling = { readonly upload: Upload; readonly file: SealedFileWriter };

async function spellOut(
  engine: Engine,
  { upload, file }: Spelling,
  frames: readonly StagedFrame[],
): Promise<StagedFrame[]> {
  const shape = stagedShape(upload);
  const spelt = [...frames];
  const inNumbers = [...frames.entries()].filter(([, { numbers }]) => numbers !== null);
  const most = {
    rows: largest(inNumbers.map(([, { rows }]) => rows)),
    recordBytes: largest(inNumbers.map(([, { recordBytes }]) => recordBytes)),
  };
  const settings = { shape, sink: file.sink, recordKey: engine.recordKeyOf(upload.dataKey) };
  const isLarge = sumOf(inNumbers.map(([, { rows }]) => rows)) >= engine.largeRows;
  const job = engine.crew.begin("spell", settings, { scratchBytes: spellingScratchBytes(shape, most), isLarge });
  try {
    await inTurns(inNumbers, job.width, async ([index, frame]) => {
      const piece: SpeltFrame = { ...frame, number: index };
      const entry = await job.run(piece);
      spelt[index] = { ...entry, path: file.temporary, fileKey: file.sink.fileKey };
      upload.signal?.throwIfAborted();
    });
  } finally {
    job.end();
  }
  return spelt;
}
