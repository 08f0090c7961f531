// Who asks, and whether it may ask now. Whoever proves to be a partner is counted as that partner; whoever does not is
// counted by its address, so that nobody uses up what is another's. An address with nothing left is turned away before
// anything is looked up for it, unless it names a key that the room knows: such a request is judged by its signature.

import { readSignature } from "../crypto/http-signature.ts";
import type { SignableRequest } from "../crypto/signature-base.ts";
import type { Json } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { authenticate, authenticatePresented } from "./authenticate.ts";
import { bodyBytes, type JsonBody, type RoomContext, readJsonBody } from "./incoming.ts";
import type { Admission, RateFields } from "./rate-limits.ts";
import type { Route, Signer } from "./route.ts";
import type { Serving } from "./serving.ts";

/** A request, and what its signature is checked against. */
export type Arrived = { readonly c: RoomContext; readonly request: SignableRequest };

/** Who signed, with the body where that had to be read first. */
export type Admitted = { readonly signer: Signer; readonly body: Result<JsonBody, Problem> | null };

/** What came of a request's arrival, and what its reply tells of quotas. */
export type Arrival = { readonly fields: RateFields; readonly outcome: Result<Admitted, Problem> };

/** Admits a request or turns it away; counts it either way. */
export async function admitRequest(serving: Serving, route: Route, arrived: Arrived): Promise<Arrival> {
  const { c, request } = arrived;
  const { rates, knownKeys } = serving;
  const stranger = () => rates.ofStranger(c.var.address);
  if (rates.isSpent(c.var.address) && !namesKey(request, knownKeys)) return arrivalOf(stranger(), null);
  const admitted = await signerOf(serving, route, arrived);
  if (!admitted.ok) return { fields: stranger().fields, outcome: admitted };
  const { signer } = admitted.value;
  // A key on its way in proves that somebody holds it, and not yet for whom.
  if (signer.presented !== null) return arrivalOf(stranger(), admitted.value);
  const bound = route.takesStream === true ? LIMITS.partBytes : LIMITS.jsonBodyBytes;
  return arrivalOf(rates.ofCaller(signer.caller, bodyBytes(c, bound)), admitted.value);
}

function arrivalOf({ fields, refusal }: Admission, admitted: Admitted | null): Arrival {
  if (refusal !== null) return { fields, outcome: err(refusal) };
  if (admitted === null) throw new Error("an address with nothing left was not refused");
  return { fields, outcome: ok(admitted) };
}

function namesKey({ headers }: SignableRequest, known: Serving["knownKeys"]): boolean {
  const input = readSignature(headers);
  return input.ok && known.has(input.value.keyid);
}

// A key on its way in signs the body that presents it, so there the body is read before the signature is believed.
async function signerOf(serving: Serving, route: Route, { c, request }: Arrived): Promise<Result<Admitted, Problem>> {
  const { requestId } = c.var;
  const asked = { request, known: serving.knownKeys, requestId };
  if (route.audience !== "key-holder") {
    const signer = await authenticate(serving.ports, asked);
    return signer.ok ? ok({ signer: signer.value, body: null }) : signer;
  }
  const body = await readJsonBody(c, request);
  if (!body.ok) return body;
  const jwk = hasCode(body.value.json) ? body.value.json.jwk : undefined;
  const signer =
    jwk === undefined
      ? await authenticate(serving.ports, asked)
      : await authenticatePresented(serving.ports, { request, requestId, jwk, partner: c.req.param("partner") });
  return signer.ok ? ok({ signer: signer.value, body }) : signer;
}

function hasCode(json: Json | undefined): json is { readonly code: Json; readonly jwk: Json } {
  return typeof json === "object" && json !== null && "code" in json && "jwk" in json;
}
