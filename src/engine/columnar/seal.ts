// Sealing: the staged parts of an upload become one immutable version, named by a digest that covers all of it, and
// synced before anybody is told of it.

import type { SealedVersion } from "../../ports/matcher.ts";
import { SEGMENT_LABEL, sectionsFor } from "../../wire/segment/manifest.ts";
import { shapeOf } from "../../wire/segment/shape.ts";
import { draftedPairs, emptyDraft, hasPairs, repeatedRows } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { type Gathered, gather, type Pass } from "./gather.ts";
import { sealIncrement } from "./increment.ts";
import { NoRoom } from "./no-room.ts";
import { passesFor } from "./passes.ts";
import { publish } from "./publish.ts";
import { createSealedFile } from "./sealed-file.ts";
import { progressOf, type Sealing, type Step, type Upload } from "./sealing.ts";
import { makeRecords, makeSameNumbers, makeSections, makeTables } from "./sealing-steps.ts";
import { stagedRows } from "./staged-rows.ts";
import { openVersion, type Version } from "./version.ts";

export async function sealUpload(engine: Engine, upload: Upload): Promise<SealedVersion> {
  upload.signal?.throwIfAborted();
  const base = await baseOf(engine, upload);
  const staged = await stagedRows(engine, upload);
  try {
    return await sealStaged(engine, upload, { staged: staged.rows, blanks: staged.blanks, base });
  } finally {
    await staged.end();
  }
}

type Staged = Pick<Sealing, "staged" | "blanks"> & { readonly base: Version | null };

async function sealStaged(engine: Engine, upload: Upload, { staged, blanks, base }: Staged): Promise<SealedVersion> {
  const place = { directory: engine.layout.segments, dataKey: upload.dataKey, label: SEGMENT_LABEL };
  const file = await createSealedFile(place);
  let isKept = false;
  try {
    const sealing = { upload, shape: shapeOf(upload.schema), staged, blanks, file };
    const version = await (base === null ? sealRows(engine, sealing) : sealIncrement(engine, sealing, base));
    isKept = true;
    return version;
  } finally {
    if (!isKept) await file.abandon();
  }
}

/** What an increment is laid over; null for a full list. */
function baseOf({ layout, scheme }: Engine, { change, base, dataKey }: Upload): Promise<Version | null> {
  if (change === "replace") return Promise.resolve(null);
  if (base === undefined) throw new Error("an increment has nothing that it is laid over");
  return openVersion(layout, base.segment, dataKey).then((version) => {
    if (version.manifest.scheme !== scheme) throw new Error("a segment's tokens were made under another room key");
    return version;
  });
}

async function sealRows(engine: Engine, sealing: Sealing): Promise<SealedVersion> {
  const { upload, shape, staged, file } = sealing;
  const draft = emptyDraft(shape, sectionsFor(staged.rows));
  const progress = progressOf(upload, staged.rows);
  const finals = { offset: 0 };
  const step = { engine, file, shape, staged, draft, finals, progress };
  try {
    for (const pass of passesFor(engine.arena, staged, draft.sections)) {
      const gathered = await gather(engine, staged, { pass, onFrame: progress.gathered });
      try {
        await makeGathered(step, gathered.room, pass);
      } finally {
        gathered.giveBack();
      }
    }
    const rows = new Uint32Array(engine.arena.memory.buffer, finals.offset, finals.offset > 0 ? staged.rows : 0);
    const same = { ...draftedPairs(draft.same, rows), repeated: repeatedRows(draft) };
    return await publish(engine, sealing, { draft, same, increment: null, base: null, progress });
  } finally {
    if (finals.offset > 0) engine.arena.giveBack(finals.offset);
  }
}

async function makeGathered(step: Step, room: Gathered["room"], pass: Pass): Promise<void> {
  if (pass.records !== null) await makeRecords(step, room, pass.records);
  const numbers = room.numbers ?? room.rows?.numbers ?? null;
  if (pass.findsSame && numbers !== null) await makeSameNumbers(step, numbers);
  takeFinals(step);
  if (pass.rows !== null) await makeSections(step, room, pass.rows);
  for (const [index, range] of pass.tables.entries())
    if (range !== null) await makeTables(step, room, { index, range });
}

function takeFinals({ engine, shape, staged, draft, finals }: Step): void {
  const isWanted = shape.kinds.length > 1 || hasPairs(draft.same.records);
  if (!isWanted || finals.offset > 0) return;
  const offset = engine.arena.take(staged.rows * 4);
  if (offset === null) throw new NoRoom("the rows of a list");
  finals.offset = offset;
}
