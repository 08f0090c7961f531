// The cookies of the console as a request brings them.

import { getCookie } from "hono/cookie";
import type { RoomContext } from "../http/incoming.ts";
import { COOKIE } from "./reply.ts";

/** A cookie of a request, the session's where no other is named; null where it brings none. */
export function cookieOf(c: RoomContext, name = COOKIE): string | null {
  return getCookie(c, name) ?? null;
}
