// One signed request from first byte to last: who asks, what is sent, whether it was sent before, the use case, the
// reply. The boundary at which a bug or a broken adapter becomes a problem with nothing but a reference in it.

import { behindProblem } from "../app/log-standing.ts";
import { type SignableRequest, soleField } from "../crypto/signature-base.ts";
import { textDigest } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Reply } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type Admitted, type Arrived, admitRequest } from "./admit-request.ts";
import { becauseOf } from "./because.ts";
import { beginRecord, forgetRecord } from "./idempotency-record.ts";
import { incomingBody, type RoomContext, readJsonBody, signableRequest } from "./incoming.ts";
import { jsonReply, problemReply, type TimedReply } from "./problem-reply.ts";
import type { RateFields } from "./rate-limits.ts";
import type { Keep, Presented, RawCall, Route } from "./route.ts";
import type { Served, Serving } from "./serving.ts";
import { streamOf } from "./stream-text.ts";

/** Serves one call of a route. Whatever is refused is refused as a problem; only a bug throws. */
export async function serveRoute(
  serving: Serving,
  route: Route,
  c: RoomContext,
): Promise<{ readonly response: Response; readonly served: Served }> {
  const request = signableRequest(c, serving.publicOrigin);
  const { fields, outcome: admitted } = await admitRequest(serving, route, { c, request });
  const partner = admitted.ok && admitted.value.signer.presented === null ? admitted.value.signer.caller.partner : null;
  const outcome = admitted.ok ? await served(serving, route, { c, request, ...admitted.value }) : admitted;
  if (!outcome.ok) {
    const response = toResponse(problemReply(outcome.error, c.var.requestId));
    return { response: withRates(response, fields), served: refusalServed(partner, outcome.error) };
  }
  const response = isReply(outcome.value) ? toResponse(outcome.value) : presentedResponse(outcome.value);
  return { response: withRates(response, fields), served: { partner, outcome: String(response.status) } };
}

type Received = { readonly call: RawCall; readonly digest: string };

async function served(
  serving: Serving,
  route: Route,
  arrived: Arrived & Admitted,
): Promise<Result<Presented | Reply, Problem>> {
  const received = await receive(route, arrived);
  if (!received.ok) return received;
  const fault = behindFault(serving, route);
  if (fault !== null) return err(fault);
  const { request, c } = arrived;
  const posted = { ...received.value, request, requestId: c.var.requestId };
  return route.method === "post" ? post(serving, route, posted) : plain(serving, route, received.value.call);
}

async function receive(route: Route, arrived: Arrived & Admitted): Promise<Result<Received, Problem>> {
  const { c, request, signer } = arrived;
  const rest = { params: c.req.param(), query: c.req.query() };
  if (route.takesStream === true) {
    const stream = incomingBody(c, request, LIMITS.partBytes);
    if (!stream.ok) return stream;
    return ok({ call: { ...signer, ...rest, body: undefined, stream: stream.value }, digest: stream.value.digest });
  }
  const body = arrived.body ?? (await readJsonBody(c, request));
  if (!body.ok) return body;
  const call = { ...signer, ...rest, body: body.value.json, stream: null };
  const fault = audienceFault(route, call);
  return fault === null ? ok({ call, digest: body.value.digest }) : err(fault);
}

function audienceFault(route: Route, call: RawCall): Problem | null {
  if (route.audience !== "operator" || call.caller.partner === OPERATOR) return null;
  return problem("operator-only", "the room's operator alone may do this");
}

// What would write is refused at once, before anything is begun that the log would have to record.
function behindFault({ ports }: Serving, route: Route): Problem | null {
  const contradiction = ports.standing.of();
  const changesNothing = route.method === "get" || route.readsOnly === true;
  return contradiction === null || changesNothing ? null : behindProblem(contradiction);
}

async function plain(serving: Serving, route: Route, call: RawCall): Promise<Result<Presented, Problem>> {
  return route.answer(call, serving.ports, async () => undefined);
}

type Posted = Received & { readonly request: SignableRequest; readonly requestId: string };

async function post(serving: Serving, route: Route, posted: Posted): Promise<Result<Presented | Reply, Problem>> {
  const key = soleField(posted.request.headers, "idempotency-key");
  if (!key.ok || !/^[\x21-\x7e]{8,128}$/.test(key.value)) {
    return err(problem("idempotency-key-missing", "send one `Idempotency-Key` of 8 to 128 visible characters"));
  }
  // What keeps no outcome is done again when it is sent again: a record would be forgotten as soon as it was begun.
  return route.readsOnly === true
    ? plain(serving, route, posted.call)
    : once(serving, route, { ...posted, key: key.value });
}

// An idempotent call: begun once, its outcome kept in the transaction of its effect, forgotten when it had no effect.
async function once(
  serving: Serving,
  route: Route,
  { call, digest, request, requestId, key }: Posted & { readonly key: string },
): Promise<Result<Presented | Reply, Problem>> {
  const { store } = serving.ports;
  // An enrolling partner may have no row yet, so its records lie with the room.
  const partner = call.presented === null ? call.caller.partner : OPERATOR;
  const fingerprint = textDigest(`${request.method}\n${request.targetUri}\n${digest}`);
  const start = await beginRecord(store, { partner, key, fingerprint });
  if (start.kind === "finished") return ok(start.reply);
  if (start.kind === "reused") return err(problem("idempotency-key-reused", "the key belongs to another request"));
  if (start.kind === "in-flight") return err(problem("idempotency-in-flight", "the first try has not ended"));
  const attempt = { partner, key, attempt: start.attempt };
  let isKept = false;
  const keep: Keep = async (tx: Transaction, outcome) => {
    const reply = outcome.ok ? keptReply(outcome.value) : problemReply(outcome.error, requestId);
    isKept = await tx.idempotency.finish(attempt, reply);
    if (!isKept) throw new Error("another attempt at the same request has taken over");
  };
  const forget = () => forgetRecord(store, attempt);
  const outcome = await route.answer(call, serving.ports, keep).catch(async (failure: unknown) => {
    await forget();
    throw failure;
  });
  if (!isKept) await forget();
  return outcome;
}

function keptReply(presented: Presented): Reply {
  if (!("json" in presented)) throw new Error("JSON alone can be kept under an idempotency key");
  return jsonReply(presented.status, presented.json);
}

function isReply(value: Presented | Reply): value is Reply {
  return "body" in value;
}

function presentedResponse(presented: Presented): Response {
  if ("json" in presented) return toResponse(jsonReply(presented.status, presented.json));
  if ("immutable" in presented) return immutableResponse(presented);
  const body = streamOf(presented.text);
  return new Response(body, { status: presented.status, headers: { ...SAFE, "content-type": presented.contentType } });
}

// The same for ever, and for this caller alone: a cache that others share does not see who signed.
const IMMUTABLE = { "cache-control": "private, max-age=31536000, immutable", "x-content-type-options": "nosniff" };

function immutableResponse({ status, contentType, immutable }: Extract<Presented, { readonly immutable: Uint8Array }>) {
  const headers = { ...IMMUTABLE, "content-type": contentType };
  return new Response(new Uint8Array(immutable), { status, headers });
}

const SAFE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** A kept or made reply as it leaves. */
export function toResponse({ status, body, contentType, retryAfterSeconds }: TimedReply): Response {
  const wait = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return new Response(body, { status, headers: { ...SAFE, ...wait, "content-type": contentType } });
}

/** The same response, with what is left of whoever asked. */
export function withRates(response: Response, fields: RateFields): Response {
  for (const [name, value] of Object.entries(fields)) response.headers.set(name, value);
  return response;
}

/** What the server notes of a refusal. */
export function refusalServed(partner: string | null, told: Problem): Served {
  const because = becauseOf(told);
  return because.length === 0 ? { partner, outcome: told.kind } : { partner, outcome: told.kind, because };
}
