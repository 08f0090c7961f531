// The name of one request, by which its reply, its line in the server's log, its problem and its entry are found
// together. A client's own is taken where it cannot be mistaken for somebody: names are kept for ever in the log of
// acts, and an advertising id (a UUID of version 4) or a digest is of a person.

import type { RandomBytes } from "../domain/privacy/random.ts";
import type { Clock } from "../ports/clock.ts";

/** What a client may say of its request: `X-Request-Id`, and `traceparent` of W3C Trace Context. */
type Said = { readonly requestId: string | undefined; readonly traceparent: string | undefined };

/** A name for each request. */
export type NameRequest = (said: Said) => string;

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const DAY_MILLIS = 86_400_000;

/**
 * Names requests: by the client's UUID of version 7 (RFC 9562 §5.7) where its time lies within a day of the room's, as
 * nothing but a name made just now does; else by the trace of its `traceparent`; else by a UUID of the room's own.
 */
export function requestNames({ clock, random }: { readonly clock: Clock; readonly random: RandomBytes }): NameRequest {
  return ({ requestId, traceparent }) => {
    const own = requestId?.toLowerCase();
    if (own !== undefined && isOfToday(own, clock())) return own;
    return TRACEPARENT.exec(traceparent ?? "")?.[1] ?? uuid7(clock(), random(10));
  };
}

function isOfToday(name: string, now: number): boolean {
  const [, high, low] = UUID_V7.exec(name) ?? [];
  if (high === undefined || low === undefined) return false;
  return Math.abs(Number.parseInt(high + low, 16) - now) < DAY_MILLIS;
}

function uuid7(now: number, random: Uint8Array): string {
  const time = now.toString(16).padStart(12, "0");
  const drawn = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = (8 + ((random[2] ?? 0) & 3)).toString(16);
  const groups = [time.slice(0, 8), time.slice(8), `7${drawn.slice(0, 3)}`, `${variant}${drawn.slice(5, 8)}`];
  return [...groups, drawn.slice(8)].join("-");
}
