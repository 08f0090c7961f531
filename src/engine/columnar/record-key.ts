// The key under which a partner's record references are hashed: with it, nobody can write references whose hashes
// collide. It follows from the data key, so that all parts of a list are hashed alike.

import { hkdfSync } from "node:crypto";

/** 8 bytes; Secret. */
export function recordKeyOf(dataKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", dataKey, new Uint8Array(0), "concordat record hash 1", 8));
}
