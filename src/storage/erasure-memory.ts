// The room's memory of erasures: a file of mode 0600 in the data directory, beside and never in the database. Lines are
// added at its end and synced, and none is changed but by a rotation of the room key, which writes the file anew under
// another name first. What a crash left of a line goes before the next one.

import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fromBase64, toBase64 } from "../domain/bytes.ts";
import { canonicalJson, parseStrictJson } from "../domain/canonical-json.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ErasureMemory, RememberedErasure } from "../ports/erasure-memory.ts";
import type { ErasureRow } from "../ports/rights.ts";
import type { InTurn, Turn } from "../ports/servers.ts";
import { hasCode } from "./error-code.ts";
import { writeSecret } from "./secret-file.ts";

const FILE = "erasure-memory.jsonl";

const lineSchema = z.strictObject({
  partner: partnerIdSchema,
  number: z.int().positive(),
  sealed: z.string(),
  checkpoint: z.string(),
});

/** Opens the memory of a data directory. A file that does not read is refused: whom it names must not be forgotten. */
export async function openErasureMemory(directory: string, inTurn: InTurn): Promise<Result<ErasureMemory, string>> {
  const path = join(directory, FILE);
  const read = readLines(wholeLines(await bytesOf(path)));
  if (read === null) return err(`${path} does not hold what the room remembers of erasures: bring it back as it was`);
  const known = new Set(read.map(nameOf));
  return ok({
    knows: (erasure) => known.has(nameOf(erasure)),
    remember: async (erasures) => {
      if (erasures.every((erasure) => known.has(nameOf(erasure)))) return;
      await inTurn(FILE, async ({ confirm }) => {
        // Another server may have added its own since.
        for (const erasure of readLines(wholeLines(await bytesOf(path))) ?? []) known.add(nameOf(erasure));
        const added = erasures.filter((erasure) => !known.has(nameOf(erasure)));
        if (added.length > 0) await append(path, added.map(lineOf).join(""), confirm);
        for (const erasure of added) known.add(nameOf(erasure));
      });
    },
    replace: async (erasures) => {
      await writeSecret(path, erasures.map(lineOf).join(""));
      known.clear();
      for (const erasure of erasures) known.add(nameOf(erasure));
    },
    recall: async () => readLines(wholeLines(await bytesOf(path))) ?? [],
  });
}

function nameOf({ partner, number, sealed }: ErasureRow): string {
  return `${partner} ${number} ${createHash("sha256").update(sealed).digest("hex")}`;
}

function lineOf({ partner, number, sealed, checkpoint }: RememberedErasure): string {
  return `${canonicalJson({ partner, number, sealed: toBase64(sealed), checkpoint })}\n`;
}

function readLines(text: string): RememberedErasure[] | null {
  const erasures = text.split("\n").slice(0, -1).map(readLine);
  const known = erasures.filter((erasure) => erasure !== null);
  return known.length === erasures.length ? known : null;
}

function readLine(text: string): RememberedErasure | null {
  const json = parseStrictJson(text);
  const line = lineSchema.safeParse(json.ok ? json.value : null);
  const sealed = line.success ? fromBase64(line.data.sealed) : null;
  return line.success && sealed?.ok === true ? { ...line.data, sealed: sealed.value } : null;
}

function wholeLines(bytes: Buffer): string {
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1).toString("utf8");
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return Buffer.alloc(0);
    throw error;
  }
}

// What others add later must not be taken for what a crash left, so that goes only while this server may write.
async function append(path: string, text: string, confirm: Turn["confirm"]): Promise<void> {
  const before = await bytesOf(path);
  const whole = before.lastIndexOf(0x0a) + 1;
  const file = await open(path, "a", 0o600);
  try {
    await confirm();
    if (whole < before.length) await file.truncate(whole);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
