// A request for deletion of the IAB Tech Lab Data Deletion Request Framework is held to what the partner registered,
// and acknowledged; the erasure comes with the next round (`erase-requested.ts`). Nobody is looked up here, so neither
// the acknowledgement nor its time tells whether a person is known.

import {
  JWT_TYP,
  parseRequesterKeys,
  type ReadJwt,
  type RequesterKey,
  readJwt,
  verifyJwt,
} from "../crypto/deletion-jwt.ts";
import { signCompact } from "../crypto/jws.ts";
import { textDigest, toBase64Url } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { tooMany } from "../domain/rates.ts";
import { err, ok, type Result } from "../domain/result.ts";
import {
  type DeletionClaims,
  type DeletionRefusal,
  type DeletionResult,
  type FrameworkVersion,
  identifierIn,
  type OriginClaims,
  readDeletionClaims,
  readOriginClaims,
  resultIn,
  timesFault,
} from "../domain/subject/deletion-request.ts";
import type { RequesterRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { sealDeletion } from "./erase-requested.ts";
import { tokensOf } from "./find-people.ts";
import type { Ports } from "./ports.ts";
import { heldDataKey } from "./receive-part.ts";

type DeletionPorts = Pick<Ports, "store" | "matcher" | "random" | "room">;

/** A request as it came. */
export type Sent = {
  readonly partner: PartnerId;
  /** The request JWT, not looked at yet. */
  readonly text: string;
  /** Where partners' requests are taken, as `aud` names it. */
  readonly endpoint: string;
  /** Whether it came to a place that is not the partner's own, so that it must name the partner itself. */
  readonly mustNameRecipient: boolean;
  /** The room's domain, which acknowledges. */
  readonly issuer: string;
};

/** What is said to whoever sent a request. */
export type Acknowledged = { readonly result: DeletionResult; readonly acJWT: string };

/**
 * Accepts a request for deletion, or refuses it, with a signed acknowledgement either way. What is accepted is kept
 * with its entry in the log. Costs two signatures verified, one made.
 */
export async function acceptDeletion(ports: DeletionPorts, sent: Sent): Promise<Result<Acknowledged, Problem>> {
  const act = { name: "accept deletion", parties: [sent.partner] };
  const read = readRequest(sent.text);
  const verified = read.ok ? await verifyRequest(ports, sent, read.value) : read;
  const version = read.ok ? read.value.claims.version : "2.0";
  const id = `del_${toBase64Url(ports.random(16))}`;
  if (!verified.ok) {
    const told = { sent, version, id, result: verified.error };
    return ok(await ports.store.read(act, (tx) => acknowledge(ports, tx, told)));
  }
  return ports.store.write(act, async (tx) => {
    const result = await keep(ports, tx, { sent, id, verified: verified.value });
    return result.ok ? ok(await acknowledge(ports, tx, { sent, version, id, result: result.value })) : result;
  });
}

type ReadRequest = {
  readonly request: ReadJwt;
  readonly claims: DeletionClaims;
  readonly origin: ReadJwt;
  readonly originClaims: OriginClaims;
};

function readRequest(text: string): Result<ReadRequest, DeletionRefusal> {
  const request = readJwt(text);
  if (!request.ok) return err("token");
  const claims = readDeletionClaims(request.value.payload);
  if (!claims.ok) return claims;
  const origin = readJwt(claims.value.origin);
  if (!origin.ok) return err("origin-token");
  const originClaims = readOriginClaims(origin.value.payload, claims.value.version);
  if (!originClaims.ok) return originClaims;
  return ok({ request: request.value, claims: claims.value, origin: origin.value, originClaims: originClaims.value });
}

type Verified = { readonly claims: DeletionClaims; readonly requesters: readonly RequesterRow[] };

// Strangers and requesters under other keys are told the same, so nobody learns whom a partner trusts.
async function verifyRequest(
  ports: DeletionPorts,
  sent: Sent,
  { request, claims, origin, originClaims }: ReadRequest,
): Promise<Result<Verified, DeletionRefusal>> {
  const { partner } = sent;
  const act = { name: "find requesters", parties: [partner] };
  const [requester, first, now] = await ports.store.read(act, async (tx) => {
    const { requesters } = tx;
    const found = [requesters.find(partner, claims.issuer), requesters.find(partner, originClaims.issuer)] as const;
    return [...(await Promise.all(found)), tx.now] as const;
  });
  if (requester === null || requester.retiredAt !== null) return err("key-unknown");
  const own = await verifyJwt(request, keysOf(requester));
  if (!own.ok) return own;
  if (first === null || first.retiredAt !== null) return err("origin-key-unknown");
  const byFirst = await verifyJwt(origin, keysOf(first));
  if (!byFirst.ok) return err(ORIGIN_FAULTS[byFirst.error]);
  if (!isMeantFor(claims, requester, sent)) return err("audience");
  // By the clock that names of requests are kept by: none is forgotten while its request could be sent again.
  const fault = timesFault(claims, originClaims, Math.floor(now / 1_000));
  return fault === null ? ok({ claims, requesters: [requester, first] }) : err(fault);
}

const ORIGIN_FAULTS = {
  "key-unknown": "origin-key-unknown",
  algorithm: "origin-algorithm",
  signature: "origin-signature",
} as const;

function keysOf({ keys }: RequesterRow): readonly RequesterKey[] {
  const parsed = parseRequesterKeys(keys);
  if (!parsed.ok) throw new Error(`a registered requester's keys are refused: ${parsed.error}`);
  return parsed.value;
}

function isMeantFor({ audience }: DeletionClaims, requester: RequesterRow, sent: Sent): boolean {
  if (audience !== null) return audience.includes(sent.endpoint);
  return requester.audience === "optional" && !sent.mustNameRecipient;
}

type Keeping = { readonly sent: Sent; readonly id: string; readonly verified: Verified };

// What a requester has signed is its own to answer for, so from here on each outcome is an entry, but for one that is
// sent again: that may be anybody who has seen it.
async function keep(
  ports: DeletionPorts,
  tx: Transaction,
  { sent, id, verified }: Keeping,
): Promise<Result<DeletionResult, Problem>> {
  const { partner } = sent;
  const { claims, requesters } = verified;
  const isAsThen = await Promise.all(requesters.map((row) => isStillTrusted(tx, row)));
  if (isAsThen.includes(false)) return ok("key-unknown");
  const dataKey = await heldDataKey(tx, ports.room.keyRing, partner);
  if (dataKey === null) return err(problem("unavailable", "these lists have no key now"));
  if ((await tx.deletionRequests.count(partner)) >= LIMITS.deletionsWaiting) {
    return err(tooMany(["waiting"], LIMITS.deletionMillis / 1_000));
  }
  const name = `deletion ${textDigest(`${claims.issuer}\n${claims.id}`)}`;
  const lifeSeconds = LIMITS.deletionRequestSeconds + LIMITS.deletionAheadSeconds + 1;
  if (!(await tx.nonces.claim(partner, name, lifeSeconds))) return ok("replayed");
  const identifier = identifierIn(claims);
  const result: DeletionResult = identifier.ok ? "success" : identifier.error;
  if (identifier.ok) {
    const [token] = tokensOf(ports, [identifier.value]);
    if (token === undefined) throw new Error("an identifier has no token");
    await tx.deletionRequests.add(sealDeletion(ports, dataKey, { partner, id, issuer: claims.issuer, token }));
  }
  const [, first] = requesters;
  const chain = first === undefined || first.issuer === claims.issuer ? {} : { origin: first.issuer };
  await appendEntry(ports, tx, {
    act: identifier.ok ? "deletion-requested" : "deletion-refused",
    actor: { partner, requester: claims.issuer },
    parties: [partner],
    subject: { deletionRequest: id },
    detail: { ...chain, result, code: resultIn(claims.version, result).code },
  });
  return ok(result);
}

async function isStillTrusted(tx: Transaction, { partner, issuer, registeredAt }: RequesterRow): Promise<boolean> {
  const row = await tx.requesters.find(partner, issuer);
  return row !== null && row.retiredAt === null && row.registeredAt === registeredAt;
}

type Told = {
  readonly sent: Sent;
  readonly version: FrameworkVersion;
  readonly id: string;
  readonly result: DeletionResult;
};

// The request stands in it as it came, and goes back to whoever sent it; the room keeps neither.
async function acknowledge(
  ports: DeletionPorts,
  tx: Transaction,
  { sent, version, id, result }: Told,
): Promise<Acknowledged> {
  const { code, text } = resultIn(version, result);
  const claims = {
    version,
    rqJWT: sent.text,
    jti: id,
    iss: sent.issuer,
    iat: Math.floor(tx.now / 1_000),
    raResultCode: code,
    raResultString: text,
  };
  const signer = ports.room.logKeys.signer((await tx.log.head()).signer);
  return { result, acJWT: signCompact(signer, claims, JWT_TYP) };
}
