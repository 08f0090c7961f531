// Uploads that were begun and not finished, so that a client that was killed goes on where it stopped. Kept by room,
// dataset and the digest of the list, and forgotten when the upload is done.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Change } from "../client/upload.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { configFolder, readTextIfAny, writePrivately } from "./files.ts";
import { failed, type Refusal, type World } from "./terminal.ts";

/** Which list goes where, and what for. `digest`: SHA-256 of the file as it goes up, hex. */
export type UploadPlace = {
  readonly url: string;
  readonly partner: string;
  readonly dataset: string;
  readonly change: Change;
  readonly digest: string;
};

const fileSchema = z.record(z.string(), z.string());

/** The id of the upload that an earlier run began for this list, if any. */
export async function openUploadOf(world: World, place: UploadPlace): Promise<Result<string | undefined, Refusal>> {
  const file = await readUploads(world);
  return file.ok ? ok(file.value[keyOf(place)]) : file;
}

/** Keeps an upload's id, or forgets it when there is none. */
export async function keepUpload(
  world: World,
  place: UploadPlace,
  upload: string | null,
): Promise<Result<string, Refusal>> {
  const file = await readUploads(world);
  if (!file.ok) return file;
  const { [keyOf(place)]: _, ...others } = file.value;
  const next = upload === null ? others : { ...others, [keyOf(place)]: upload };
  return writeUploads(world, next);
}

function writeUploads(world: World, uploads: z.output<typeof fileSchema>): Promise<Result<string, Refusal>> {
  return writePrivately(uploadsPath(world), `${JSON.stringify(uploads, null, 2)}\n`);
}

/** Forgets an upload that was given up, whichever list it is of. */
export async function forgetOpenUpload(world: World, upload: string): Promise<Result<string, Refusal>> {
  const file = await readUploads(world);
  if (!file.ok) return file;
  const others = Object.entries(file.value).filter(([, id]) => id !== upload);
  return writeUploads(world, Object.fromEntries(others));
}

/** SHA-256 of a file's bytes, hex; about 1 GB a second. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(chunk);
  return hash.digest("hex");
}

async function readUploads(world: World): Promise<Result<z.output<typeof fileSchema>, Refusal>> {
  const text = await readTextIfAny(uploadsPath(world));
  if (!text.ok) return text;
  if (text.value === null) return ok({});
  const json = parseStrictJson(text.value);
  const file = fileSchema.safeParse(json.ok ? json.value : null);
  const says = `\`${uploadsPath(world)}\` is not a file of open uploads`;
  return file.success ? ok(file.data) : err(failed(says, "move it away: uploads begun before start anew"));
}

function uploadsPath(world: World): string {
  return join(configFolder(world), "uploads.json");
}

function keyOf({ url, partner, dataset, change, digest }: UploadPlace): string {
  return `${url} ${partner} ${dataset} ${change} ${digest}`;
}
