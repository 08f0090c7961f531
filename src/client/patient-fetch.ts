// Sending again: what may be repeated without a second effect is, after a pause, each time signed anew under the same
// idempotency key. A request that is still running is waited for, and one that was too much (429) comes again when the
// room says.

import { LIMITS } from "../domain/limits.ts";
import type { ProblemKind } from "../domain/problem.ts";
import { idempotencyKey, type Send, type Signing, signedFetch } from "./signed-fetch.ts";

/** How long pauses are; tests use shorter ones. */
export type Patience = { readonly tries: number; readonly pauseMillis: number };

/** Three tries, half a second and then a second apart; twelve in 33 seconds where a proxy has no room behind it. */
export const PATIENCE: Patience = { tries: 3, pauseMillis: 500 };

/**
 * A signing `fetch` that repeats GET, POST and DELETE when no reply comes, the room is unavailable (503), or a proxy in
 * front had no answer from it (502, 503, 504). A PUT is not repeated so: whoever sends the parts of a list asks first
 * where the room stands. Whatever is refused with 429 had no effect, and is repeated after `Retry-After`, PUT or not.
 */
export function patientFetch(signing: Signing, patience: Patience): Send {
  const send = signedFetch(signing);
  return async (request) => {
    if (request.method === "PUT") return whenAllowed(() => send(request.clone()), patience);
    const keyed = withKey(signing, request);
    // What has no body is as good as new when it was sent.
    const sent = () => whenAllowed(() => send(keyed.body === null ? keyed : keyed.clone()), patience);
    return whenSettled(() => repeated(sent, patience), patience);
  };
}

function withKey(signing: Signing, request: Request): Request {
  if (request.method !== "POST" || request.headers.has("idempotency-key")) return request;
  const headers = new Headers(request.headers);
  headers.set("idempotency-key", idempotencyKey(signing));
  return new Request(request, { headers });
}

/** Waits that long. */
export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

async function repeated(attempt: () => Promise<Response>, { tries, pauseMillis }: Patience): Promise<Response> {
  for (let count = 1; ; count++) {
    const outcome = await attempt().then(
      async (response) => ({ response, most: await mostTries(response, tries) }),
      (failure: unknown) => ({ failure, most: tries }),
    );
    if (count < outcome.most) await pause(pauseMillis * count);
    else if ("failure" in outcome) throw outcome.failure;
    else return outcome.response;
  }
}

// The room's quotas are whole again after a minute, so that is the longest that it says, and a proxy's longer words are
// the caller's to hear.
async function whenAllowed(attempt: () => Promise<Response>, { tries }: Patience): Promise<Response> {
  for (let count = 1; ; count++) {
    const response = await attempt();
    const seconds = response.status === 429 ? Number(response.headers.get("retry-after") ?? Number.NaN) : Number.NaN;
    if (!(seconds >= 0 && seconds <= LIMITS.retryAfterSeconds) || count > tries) return response;
    await response.body?.cancel();
    await pause(seconds * 1_000);
  }
}

// A room whose log was put back says 503 until somebody mends it: asking again soon is of no use. A proxy whose server
// broke off or starts (RFC 9110 §15.6.3 to §15.6.5) stands where the room does, so it is worth more patience.
// A nonce is drawn for each try: where it was spent before, a proxy sent the try twice, as many do with a GET.
async function mostTries(response: Response, tries: number): Promise<number> {
  if (response.status === 401) return (await isProblem(response, "signature-replayed")) ? tries : 1;
  if (![502, 503, 504].includes(response.status)) return 1;
  const body = await response.clone().text();
  if (!body.includes("/problems/")) return 4 * tries;
  return body.includes(problemPath("log-behind")) ? 1 : tries;
}

// The first try may still run after its connection broke. Its server is taken for gone after the lease, so waiting
// twice as long sees either its end or a fresh start.
async function whenSettled(attempt: () => Promise<Response>, { pauseMillis }: Patience): Promise<Response> {
  const mostWaits = (2 * LIMITS.idempotencyLeaseSeconds * 1_000) / (4 * pauseMillis);
  for (let waits = 0; ; waits++) {
    const response = await attempt();
    if (response.status !== 409 || waits >= mostWaits || !(await isProblem(response, "idempotency-in-flight")))
      return response;
    await pause(4 * pauseMillis);
  }
}

async function isProblem(response: Response, kind: ProblemKind): Promise<boolean> {
  return (await response.clone().text()).includes(problemPath(kind));
}

function problemPath(kind: ProblemKind): string {
  return `/problems/${kind}`;
}
