// The cookie of a session as a request brings it.

import { getCookie } from "hono/cookie";
import type { RoomContext } from "../http/incoming.ts";
import { COOKIE } from "./reply.ts";

/** The session's cookie of a request; null where it brings none. */
export function cookieOf(c: RoomContext): string | null {
  return getCookie(c, COOKIE) ?? null;
}
