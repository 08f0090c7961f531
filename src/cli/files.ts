// Files that commands read and write: documents in strict JSON, secrets for their owner alone, and a sentence
// instead of an error number when that fails.

import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { failed, type Refusal, type World } from "./terminal.ts";

/** The folder of profiles, keys and open uploads (XDG Base Directory Specification). */
export function configFolder({ environment, home }: Pick<World, "environment" | "home">): string {
  return join(environment["XDG_CONFIG_HOME"] || join(home, ".config"), "concordat");
}

/** A file's text. */
export async function readText(path: string): Promise<Result<string, Refusal>> {
  const text = await readTextIfAny(path);
  if (!text.ok) return text;
  return text.value === null ? err(failed(`\`${path}\` cannot be read: ${REASONS["ENOENT"]}`)) : ok(text.value);
}

/** A file's text, or null when there is no such file. */
export async function readTextIfAny(path: string): Promise<Result<string | null, Refusal>> {
  try {
    return ok(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return ok(null);
    return err(failed(`\`${path}\` cannot be read: ${reasonOf(error)}`));
  }
}

/** A file's bytes. */
export async function readBytes(path: string): Promise<Result<Uint8Array, Refusal>> {
  try {
    return ok(new Uint8Array(await readFile(path)));
  } catch (error) {
    return err(failed(`\`${path}\` cannot be read: ${reasonOf(error)}`));
  }
}

/** Whether a file's first bytes are these, in ASCII. */
export async function beginsWith(path: string, beginning: string): Promise<Result<boolean, Refusal>> {
  try {
    const file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning.length), 0, beginning.length, 0);
    await file.close();
    return ok(buffer.toString("latin1", 0, bytesRead) === beginning);
  } catch (error) {
    return err(failed(`\`${path}\` cannot be read: ${reasonOf(error)}`));
  }
}

const PIECE_BYTES = 1_048_576;

/** A file's text piece by piece, for one that no text of this language could hold. @throws where it cannot be read */
export function* textPieces(path: string): Generator<string> {
  const file = openSync(path, "r");
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const bytes = new Uint8Array(PIECE_BYTES);
    for (let count = readSync(file, bytes); count > 0; count = readSync(file, bytes))
      yield decoder.decode(bytes.subarray(0, count), { stream: true });
    yield decoder.decode();
  } finally {
    closeSync(file);
  }
}

/** A file's JSON, read strictly: no duplicate names. */
export async function readJson(path: string): Promise<Result<Json, Refusal>> {
  const text = await readText(path);
  if (!text.ok) return text;
  const json = parseStrictJson(text.value);
  if (json.ok) return ok(json.value);
  const line = text.value.slice(0, json.error.at).split("\n").length;
  return err(failed(`\`${path}\` is not JSON: ${json.error.kind.replaceAll("-", " ")} on line ${line}`));
}

/** Writes a file that only its owner may read, whole or not at all. An existing one is replaced. */
export async function writePrivately(path: string, content: string | Uint8Array): Promise<Result<string, Refusal>> {
  const unfinished = `${path}.unfinished`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(unfinished, content, { mode: 0o600 });
    await rename(unfinished, path);
    return ok(path);
  } catch (error) {
    return err(failed(`\`${path}\` cannot be written: ${reasonOf(error)}`));
  }
}

/** What the file system says, in words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  EACCES: "permission is denied",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EEXIST: "it exists already",
  ENOTDIR: "a part of its path is a file, not a folder",
  EROFS: "the file system is read-only",
  EPERM: "it is not permitted",
  ENAMETOOLONG: "the name is too long",
  EADDRINUSE: "another program listens at this address already: choose another PORT, or stop that program",
  EADDRNOTAVAIL: "this machine has no such address: mend HOST",
};
