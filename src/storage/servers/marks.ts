// Marks in the data directory that its servers share: a file for each server with what it wrote last. Whoever finds the
// same in the database and here works in the same directory, and not in a copy of it.

import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../error-code.ts";

type Marked = { readonly number: number; readonly mark: string };

const FOLDER = "servers";

/** Writes a server's mark in the place of the one before. */
export async function writeMark(directory: string, number: number, mark: string): Promise<void> {
  const folder = join(directory, FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = join(folder, `${number}.next`);
  await writeFile(aside, mark, { mode: 0o600 });
  await rename(aside, join(folder, String(number)));
}

/** Whether a server's mark is this one, another one, or nowhere here. */
export async function isMarkThere(
  directory: string,
  { number, mark }: Marked,
): Promise<"there" | "another" | "nothing"> {
  try {
    return (await readFile(join(directory, FOLDER, String(number)), "utf8")) === mark ? "there" : "another";
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return "nothing";
  }
}

/** Takes the mark of a server that has ended away. */
export async function forgetMark(directory: string, number: number): Promise<void> {
  for (const name of [String(number), `${number}.next`]) await rm(join(directory, FOLDER, name), { force: true });
}
