// One signed request from first byte to last: who asks, what is sent, whether it was sent before, the use case, the
// reply. The boundary at which a bug or a broken adapter becomes a problem with nothing but a reference in it.

import { behindProblem } from "../app/log-standing.ts";
import type { Ports } from "../app/ports.ts";
import { type SignableRequest, soleField } from "../crypto/signature-base.ts";
import { textDigest } from "../domain/bytes.ts";
import type { Json } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Reply } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { authenticate, authenticatePresented, type KnownKeys } from "./authenticate.ts";
import { incomingBody, type RoomContext, readJsonBody, signableRequest } from "./incoming.ts";
import { jsonReply, problemReply } from "./problem-reply.ts";
import type { Keep, Presented, RawCall, Route, Signer } from "./route.ts";
import { streamOf } from "./stream-text.ts";

export type Serving = { readonly ports: Ports; readonly publicOrigin: string; readonly knownKeys: KnownKeys };

/** What happened, for the server's own log: never a body, a header or a query. */
export type Served = { readonly partner: string | null; readonly outcome: string };

/** What the server writes into its own log about a request: never a body, a header or a query. */
export type RequestLine = Served & {
  readonly method: string;
  readonly path: string;
  readonly millis: number;
  /** Present for a bug or a broken adapter: what the caller was told to give the operator. */
  readonly reference?: string;
  readonly failure?: string;
};

export type Logging = { readonly logRequest: (line: RequestLine) => void };

/** Serves one call of a route. Whatever is refused is refused as a problem; only a bug throws. */
export async function serveRoute(
  serving: Serving,
  route: Route,
  c: RoomContext,
): Promise<{ readonly response: Response; readonly served: Served }> {
  const request = signableRequest(c, serving.publicOrigin);
  const received = await receive(serving, route, { c, request });
  if (!received.ok)
    return { response: toResponse(problemReply(received.error)), served: refused(null, received.error) };
  const { call, digest } = received.value;
  const fault = behindFault(serving, route);
  if (fault !== null) return { response: toResponse(problemReply(fault)), served: refused(call, fault) };
  const outcome =
    route.method === "post" ? await post(serving, route, { call, digest, request }) : await plain(serving, route, call);
  if (!outcome.ok) return { response: toResponse(problemReply(outcome.error)), served: refused(call, outcome.error) };
  const response = isReply(outcome.value) ? toResponse(outcome.value) : presentedResponse(outcome.value);
  return { response, served: { partner: call.caller.partner, outcome: String(response.status) } };
}

type Arrived = { readonly c: RoomContext; readonly request: SignableRequest };
type Received = { readonly call: RawCall; readonly digest: string };

async function receive(serving: Serving, route: Route, arrived: Arrived): Promise<Result<Received, Problem>> {
  const { c, request } = arrived;
  const rest = { params: c.req.param(), query: c.req.query() };
  if (route.takesStream === true) {
    const signer = await authenticate(serving.ports, { request, known: serving.knownKeys });
    if (!signer.ok) return signer;
    const stream = incomingBody(c, request, LIMITS.partBytes);
    if (!stream.ok) return stream;
    return ok({
      call: { ...signer.value, ...rest, body: undefined, stream: stream.value },
      digest: stream.value.digest,
    });
  }
  const signer = await signerOf(serving, route, arrived);
  if (!signer.ok) return signer;
  const body = signer.value.body ?? (await readJsonBody(c, request));
  if (!body.ok) return body;
  const call = { ...signer.value.signer, ...rest, body: body.value.json, stream: null };
  const fault = audienceFault(route, call);
  return fault === null ? ok({ call, digest: body.value.digest }) : err(fault);
}

type Body = Awaited<ReturnType<typeof readJsonBody>>;

// A key on its way in signs the body that presents it, so there the body is read before the signature is believed.
async function signerOf(
  serving: Serving,
  route: Route,
  { c, request }: Arrived,
): Promise<Result<{ readonly signer: Signer; readonly body: Body | null }, Problem>> {
  if (route.audience !== "key-holder") {
    const signer = await authenticate(serving.ports, { request, known: serving.knownKeys });
    return signer.ok ? ok({ signer: signer.value, body: null }) : signer;
  }
  const body = await readJsonBody(c, request);
  if (!body.ok) return body;
  const jwk = hasCode(body.value.json) ? body.value.json.jwk : undefined;
  const signer =
    jwk === undefined
      ? await authenticate(serving.ports, { request, known: serving.knownKeys })
      : await authenticatePresented(serving.ports, { request, jwk, partner: c.req.param("partner") });
  return signer.ok ? ok({ signer: signer.value, body }) : signer;
}

function hasCode(json: Json | undefined): json is { readonly code: Json; readonly jwk: Json } {
  return typeof json === "object" && json !== null && "code" in json && "jwk" in json;
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

type Posted = { readonly call: RawCall; readonly digest: string; readonly request: SignableRequest };

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
  { call, digest, request, key }: Posted & { readonly key: string },
): Promise<Result<Presented | Reply, Problem>> {
  const { store } = serving.ports;
  // An enrolling partner may have no row yet, so its records lie with the room.
  const partner = call.presented === null ? call.caller.partner : OPERATOR;
  const act = { name: "idempotency", parties: [partner] };
  const fingerprint = textDigest(`${request.method}\n${request.targetUri}\n${digest}`);
  const start = await store.note(act, (tx) => tx.idempotency.start(partner, key, fingerprint));
  if (start.kind === "finished") return ok(start.reply);
  if (start.kind === "reused") return err(problem("idempotency-key-reused", "the key belongs to another request"));
  if (start.kind === "in-flight") return err(problem("idempotency-in-flight", "the first try has not ended"));
  const attempt = { partner, key, attempt: start.attempt };
  let isKept = false;
  const keep: Keep = async (tx: Transaction, outcome) => {
    const reply = outcome.ok ? keptReply(outcome.value) : problemReply(outcome.error);
    isKept = await tx.idempotency.finish(attempt, reply);
    if (!isKept) throw new Error("another attempt at the same request has taken over");
  };
  const forget = () => store.note(act, (tx) => tx.idempotency.abandon(attempt));
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
export function toResponse(reply: Reply): Response {
  return new Response(reply.body, { status: reply.status, headers: { ...SAFE, "content-type": reply.contentType } });
}

function refused(call: RawCall | null, { kind }: Problem): Served {
  return { partner: call?.caller.partner ?? null, outcome: kind };
}
