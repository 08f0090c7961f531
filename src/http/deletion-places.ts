// Where parties that partners trust ask for deletions, without a signature of the room's own kind: what comes is a JWT
// of the IAB Tech Lab Data Deletion Request Framework, and `dsrdelete.json` says how it is to look. Bounded in bytes,
// and by address in requests a minute and in turns: whoever floods it keeps nobody else from asking. Nothing here tells
// whether there is such a partner, whom it trusts, or whom its lists hold.

import type { Hono } from "hono";
import { acceptDeletion } from "../app/accept-deletion.ts";
import { fairTurns } from "../app/fair-turns.ts";
import { behindProblem } from "../app/log-standing.ts";
import type { FairTurns } from "../app/ports.ts";
import { readJwt } from "../crypto/deletion-jwt.ts";
import { canonicalJson, type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId, partnerIdSchema } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { DELETION_IDENTIFIERS } from "../domain/subject/deletion-request.ts";
import type { RoomContext, RoomEnv } from "./incoming.ts";
import { problemReply } from "./problem-reply.ts";
import { refusalServed, toResponse, withRates } from "./serve-route.ts";
import type { RequestLine, Serving } from "./serving.ts";

/** The outcome of a request, as it leaves and as the server's own log tells of it. */
export type DeletionServed = {
  readonly response: Response;
  readonly served: Pick<RequestLine, "partner" | "outcome" | "because">;
};

type App = Hono<RoomEnv>;
type Answering = (path: string, c: RoomContext, serve: () => Promise<DeletionServed>) => Promise<Response>;

const PLACE = "/v1/deletion-requests";

/** Mounts the description, of the room and of each partner, and the places where requests are taken. */
export function mountDeletions(app: App, serving: Serving, answering: Answering): void {
  const { publicOrigin } = serving;
  const turns = fairTurns({ atOnce: LIMITS.deletionTurns, ofOneAtOnce: LIMITS.deletionTurnsOfOne });
  const described = (endpoint: string) => () => json(200, description(publicOrigin, endpoint));
  const open = (path: string, serve: (c: RoomContext) => Response) =>
    app.get(path, (c) => {
      const { refusal, fields } = serving.rates.ofStranger(c.var.address);
      return withRates(refusal === null ? serve(c) : refused(c, refusal).response, fields);
    });
  for (const path of ["/.well-known/dsrdelete.json", "/dsrdelete.json"]) open(path, described(publicOrigin + PLACE));
  open(`${PLACE}/:partner/dsrdelete.json`, (c) => {
    const partner = partnerIdSchema.safeParse(c.req.param("partner"));
    if (!partner.success) return refused(c, problem("not-found", "no partner has such a name")).response;
    return described(endpointOf(publicOrigin, partner.data))();
  });
  const looked = async (c: RoomContext): Promise<DeletionServed> => {
    const { refusal, fields } = serving.rates.ofRequester(c.var.address);
    const served = refusal === null ? await take({ ...serving, turns }, c) : refused(c, refusal);
    return { ...served, response: withRates(served.response, fields) };
  };
  for (const path of [PLACE, `${PLACE}/:partner`]) app.post(path, (c) => answering(path, c, () => looked(c)));
}

// What the framework asks of a recipient (version 2.0, "dsrdelete.json resource"). Keys are those that receipts verify
// under, former ones too.
function description(origin: string, endpoint: string): Json {
  return {
    endpoint,
    pollFrequency: LIMITS.deletionPollSeconds,
    identifiers: DELETION_IDENTIFIERS.map((type, index) => ({ id: index + 1, type, format: "sha256" })),
    jwksUri: `${origin}/.well-known/jwks.json`,
    vendorScriptRequirement: false,
    optionalParameters: [
      { canonicalForm: "concordat-1", encoding: "lowercase hex", partnerEndpoint: `${origin}${PLACE}/{partner}` },
    ],
  };
}

function endpointOf(origin: string, partner: PartnerId): string {
  return `${origin}${PLACE}/${partner}`;
}

type Taking = Serving & { readonly turns: FairTurns };

// What comes slowly holds no turn: it is read before.
async function take(serving: Taking, c: RoomContext): Promise<DeletionServed> {
  const contradiction = serving.ports.standing.of();
  if (contradiction !== null) return refused(c, behindProblem(contradiction));
  const text = await readRequest(c);
  if (!text.ok) return refused(c, text.error);
  return serving.turns.take(c.var.address, () => accept(serving, c, text.value));
}

async function accept(serving: Serving, c: RoomContext, text: string): Promise<DeletionServed> {
  const named = c.req.param("partner");
  const partner = named ?? recipientIn(text, serving.publicOrigin);
  const id = partnerIdSchema.safeParse(partner);
  if (!id.success || id.data === OPERATOR) {
    const nameless = "the request names no partner: send it to its endpoint, or name it in `aud`";
    return refused(c, problem("invalid-parameter", nameless));
  }
  const outcome = await acceptDeletion(serving.ports, {
    partner: id.data,
    text,
    endpoint: endpointOf(serving.publicOrigin, id.data),
    mustNameRecipient: named === undefined,
    issuer: new URL(serving.publicOrigin).hostname,
  });
  if (!outcome.ok) return refused(c, outcome.error);
  const { result, acJWT } = outcome.value;
  const response = json(result === "success" ? 202 : 400, { acJWT });
  return { response, served: { partner: null, outcome: result === "success" ? "202" : `deletion ${result}` } };
}

// At the room's own place a request says in `aud` whose lists it is about; that is believed when its signature is.
function recipientIn(text: string, origin: string): string | undefined {
  const read = readJwt(text);
  if (!read.ok || typeof read.value.payload !== "object" || read.value.payload === null) return undefined;
  const aud = "aud" in read.value.payload ? read.value.payload["aud"] : undefined;
  const prefix = `${origin}${PLACE}/`;
  const first = [aud].flat().find((one) => typeof one === "string" && one.startsWith(prefix));
  return typeof first === "string" ? first.slice(prefix.length) : undefined;
}

// `application/jwt` is the JWT alone (RFC 7519 §10.3.1); as JSON it is the member `rqJWT`.
async function readRequest(c: RoomContext): Promise<Result<string, Problem>> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/jwt" && type !== "application/json") {
    return err(
      problem("unsupported-media-type", "send `application/jwt`, or `application/json` with the member `rqJWT`"),
    );
  }
  const bytes = await readBytes(c);
  if (!bytes.ok) return bytes;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.value);
  if (type === "application/jwt") return ok(text.trim());
  const parsed = parseStrictJson(text);
  const body = parsed.ok ? parsed.value : null;
  const isObject = typeof body === "object" && body !== null && "rqJWT" in body;
  return isObject && typeof body["rqJWT"] === "string"
    ? ok(body["rqJWT"])
    : err(problem("not-json", "send one JSON object with the request as the text `rqJWT`"));
}

async function readBytes(c: RoomContext): Promise<Result<Uint8Array, Problem>> {
  const bound = LIMITS.deletionRequestBytes;
  const tooLarge = () => err(problem("body-too-large", `a request for deletion may have ${bound} bytes`, { bound }));
  if (Number(c.env.incoming.headers["content-length"]) > bound) return tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A body that is read no further is drained, or the connection hangs for whatever its client sends next.
  for await (const chunk of c.env.incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > bound) return tooLarge();
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks));
}

function refused(c: RoomContext, told: Problem): DeletionServed {
  return { response: toResponse(problemReply(told, c.var.requestId)), served: refusalServed(null, told) };
}

function json(status: number, value: Json): Response {
  return toResponse({ status, contentType: "application/json", body: canonicalJson(value) });
}
