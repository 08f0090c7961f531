// A file that is there whole or not at all, whoever else makes it at the same moment.

import { link } from "node:fs/promises";
import { hasCode } from "./error-code.ts";

/** Gives a file a second name, unless the name is taken. */
export async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    return false;
  }
}
