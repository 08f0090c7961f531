// Staging: one part of a list, from the raw request to one sealed file of tokens. Nothing of a refused or broken part
// stays behind.

import { mkdir } from "node:fs/promises";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ListRefusal, ReadPart } from "../../ports/matcher.ts";
import { readBlocks } from "../../wire/list/body.ts";
import { type ChunkReading, type Part, readInChunks } from "./chunks.ts";
import type { Engine } from "./engine.ts";
import { createSealedFile, type SealedFileWriter, syncDirectory } from "./sealed-file.ts";
import { partLabel, stagedShape, writeFrameEntries } from "./staged-part.ts";

export async function stagePart(engine: Engine, part: Part): Promise<Result<ReadPart, ListRefusal>> {
  const { layout } = engine;
  const directory = layout.staging(part.staging);
  const isNew = (await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await syncDirectory(layout.stagings);
  const label = partLabel({ staging: part.staging, number: part.number, shape: stagedShape(part) });
  const file = await createSealedFile({ directory, dataKey: part.dataKey, label });
  const reading = readInChunks(engine, part, file);
  let isRead = false;
  try {
    const refusal = await readAll(part, file, reading);
    if (refusal !== null) return err(refusal);
    isRead = true;
    const rejects = reading.counts().rejects.map((reject) => ({ part: part.number, ...reject }));
    const report = { ...reading.counts(), rejects };
    const keep = () => file.publish(layout.part(part.staging, part.number));
    return ok({
      part: { number: part.number, columns: reading.columns(), report },
      keep,
      drop: () => file.abandon(),
    });
  } finally {
    await reading.stop();
    if (!isRead) await file.abandon();
  }
}

async function readAll(part: Part, file: SealedFileWriter, reading: ChunkReading): Promise<ListRefusal | null> {
  const refusal = (await readBlocks(part.body, (block) => reading.push(block))) ?? (await reading.end());
  if (refusal !== null) return refusal;
  await file.close(writeFrameEntries(reading.entries()), []);
  return null;
}
