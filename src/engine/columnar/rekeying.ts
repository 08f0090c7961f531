// A version whose tokens are of an earlier scheme is keyed again: its rows are read out of its frames, the links that
// its tokens lack are applied, and the rows are staged and sealed as an upload of the whole list is. So it equals, in
// every byte, what the list would have been had it been uploaded under the whole chain. Nothing is shared with the
// version before, whose file can go at once.

import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import type { ListVersion, SealedVersion } from "../../ports/matcher.ts";
import { shapeOf } from "../../wire/segment/shape.ts";
import type { Engine } from "./engine.ts";
import { type Source, stageRowsAgain } from "./restaging.ts";
import { sealUpload } from "./seal.ts";
import { createSealedFile, syncDirectory } from "./sealed-file.ts";
import { partLabel, writeFrameEntries } from "./staged-part.ts";
import { openVersion } from "./version.ts";

export type Rekeyed = ListVersion & { readonly schema: DatasetSchema };

/** Seals a version anew under the scheme of this engine. O(rows) time, as an upload of the list. */
export async function rekeyVersion(engine: Engine, { segment, dataKey, schema }: Rekeyed): Promise<SealedVersion> {
  const version = await openVersion(engine.layout, segment, dataKey);
  const shape = shapeOf(schema);
  const kinds = version.manifest.tables.map(({ kind }) => kind);
  if (kinds.join() !== shape.kinds.join()) throw new Error("a version is keyed again under another schema");
  const linkKeys = engine.linkKeysSince(version.manifest.scheme, schema);
  const staging = `rekey_${randomBytes(16).toString("hex")}`;
  try {
    await stageAgain(engine, { version, shape, linkKeys }, { staging, dataKey });
    return await sealUpload(engine, { staging, parts: 1, change: "replace", schema, dataKey });
  } finally {
    await rm(engine.layout.staging(staging), { recursive: true, force: true });
  }
}

type Place = { readonly staging: string; readonly dataKey: Uint8Array };

async function stageAgain(engine: Engine, source: Source, { staging, dataKey }: Place): Promise<void> {
  const { layout } = engine;
  const directory = layout.staging(staging);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await syncDirectory(layout.stagings);
  const label = partLabel({ staging, number: 1, shape: source.shape });
  const file = await createSealedFile({ directory, dataKey, label });
  let isWhole = false;
  try {
    const recordKey = engine.recordKeyOf(dataKey);
    const entries = await stageRowsAgain(engine, source, { sink: file.sink, recordKey });
    await file.close(writeFrameEntries(entries), []);
    await file.publish(layout.part(staging, 1));
    isWhole = true;
  } finally {
    if (!isWhole) await file.abandon();
  }
}
