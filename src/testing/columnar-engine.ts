// An engine in a directory of its own, as its tests beside the matcher's own suite need it: what memory is left, what
// lies on disk, and what a sealed version says once its frames are opened.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatasetSchema } from "../domain/dataset/schema.ts";
import type { Part } from "../engine/columnar/chunks.ts";
import type { Engine } from "../engine/columnar/engine.ts";
import { frameBytesOf } from "../engine/columnar/frame-bytes.ts";
import { layoutOf } from "../engine/columnar/layout.ts";
import { sealUpload } from "../engine/columnar/seal.ts";
import { type ColumnarOptions, engineOf } from "../engine/columnar/sealed-lists.ts";
import type { Upload } from "../engine/columnar/sealing.ts";
import { stagePart } from "../engine/columnar/stage.ts";
import { openVersion } from "../engine/columnar/version.ts";
import type { SealedVersion } from "../ports/matcher.ts";
import { bodyOf } from "./matcher-suite/lists.ts";

export type EngineWorld = {
  readonly engine: Engine;
  readonly directory: string;
  end(): Promise<void>;
};

export function engineWorld(options: Partial<ColumnarOptions> = {}): EngineWorld {
  const directory = mkdtempSync(join(tmpdir(), "concordat-engine-"));
  const layout = layoutOf(directory);
  for (const path of [layout.segments, layout.stagings]) mkdirSync(path, { recursive: true });
  const own = { directory, roomKey: new Uint8Array(32).fill(9), memoryBytes: 1, threads: 0 };
  const engine = engineOf(layout, { ...own, ...options });
  const end = async () => {
    await engine.crew.end();
    rmSync(directory, { recursive: true });
  };
  return { engine, directory, end };
}

export const KEY = new Uint8Array(randomBytes(32));

export type SentUpload = { readonly schema: DatasetSchema; readonly parts: readonly string[] } & Partial<
  Pick<Part, "change" | "dataKey"> & Pick<Upload, "base" | "signal" | "onProgress">
>;

/** Stages and keeps parts of CSV, the first with its header, and answers what is to be sealed. */
export async function stageParts(engine: Engine, sent: SentUpload): Promise<Upload> {
  const { parts, change = "replace", dataKey = KEY, schema, ...others } = sent;
  const staging = randomBytes(8).toString("hex");
  let columns: readonly string[] | undefined;
  for (const [index, text] of parts.entries()) {
    const staged = await stagePart(engine, {
      ...{ staging, number: index + 1, change, dataKey, schema, body: bodyOf(text) },
      ...(columns === undefined ? {} : { columns }),
    });
    if (!staged.ok) throw new Error(staged.error.says);
    columns = staged.value.part.columns;
    await staged.value.keep();
  }
  return { staging, parts: parts.length, change, dataKey, schema, ...others };
}

export async function sealParts(engine: Engine, sent: SentUpload): Promise<SealedVersion> {
  return await sealUpload(engine, await stageParts(engine, sent));
}

/** Everything that a version says, its frames in the order of what they hold and not of where they lie. */
export async function plaintextOf({ layout }: Engine, name: string, dataKey = KEY) {
  const version = await openVersion(layout, name, dataKey);
  const { manifest } = version;
  const opened = (spots: (typeof manifest)["columns"]) =>
    spots.map((spot) => Buffer.from(frameBytesOf({ ...version.place(spot), spot })).toString("hex"));
  const { tables, columns, records, same, ...rest } = manifest;
  return {
    ...rest,
    tables: tables.map(({ frames, ...table }) => ({ ...table, frames: opened(frames) })),
    columns: opened(columns),
    records: opened(records),
    same: same === null ? [] : opened([same]),
  };
}

export function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return names
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}
