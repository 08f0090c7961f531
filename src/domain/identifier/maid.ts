// The canonical form of a mobile advertising id (IDFA, AAID) under the profile `concordat-1`: the UUID (RFC 9562 §4) in
// lowercase with its dashes. A spelling without dashes is refused: 32 hex digits may as well be an MD5 digest.

import { err, ok, type Result } from "../result.ts";
import { trimWhiteSpace } from "./white-space.ts";

/** Why a text is no advertising id that can be matched. */
export type MaidRefusal = "maid-not-uuid" | "maid-all-zeros";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** What a phone gives whose owner said no to tracking. */
const ALL_ZEROS = "00000000-0000-0000-0000-000000000000";

/** The one spelling of an advertising id. Idempotent; O(length). */
export function canonicalMaid(text: string): Result<string, MaidRefusal> {
  const id = trimWhiteSpace(text).toLowerCase();
  if (!UUID.test(id)) return err("maid-not-uuid");
  return id === ALL_ZEROS ? err("maid-all-zeros") : ok(id);
}
