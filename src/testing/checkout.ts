// This checkout, and what its tests keep in the system's folder for temporary files.

import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the checkout lies; ends with a slash. */
export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

/** A folder of this user and checkout alone, which the runs of its tests share; nothing makes it here. */
export function sharedFolder(name: string): string {
  const key = createHash("sha256").update(CHECKOUT).digest("hex").slice(0, 8);
  return join(tmpdir(), `concordat-${name}-${process.getuid?.()}-${key}`);
}
