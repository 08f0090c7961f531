// Whom a partner lets ask for deletions from its lists: it registers a party's domain and keys, replaces them when the
// party's keys change, and ends it. Nobody else can, and nothing is fetched from anywhere: what a request is held to is
// what the partner has signed for.

import { parseRequesterKeys } from "../crypto/deletion-jwt.ts";
import { textDigest } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Requester } from "../domain/subject/requester.ts";
import type { RequesterRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

type TrustPorts = Pick<Ports, "store" | "random" | "room"> & Keeping<RequesterRow>;
type Trusting = { readonly caller: Caller; readonly requester: Requester };

/** The requesters of the caller, those that it has ended too. */
export function listRequesters(ports: Pick<Ports, "store">, caller: Caller): Promise<readonly RequesterRow[]> {
  const { partner } = caller;
  return ports.store.read({ name: "list requesters", parties: [partner] }, (tx) => tx.requesters.list(partner));
}

/** Lets a requester ask for deletions from the caller's lists, under these keys and no others from now on. */
export async function trustRequester(ports: TrustPorts, trusting: Trusting): Promise<Result<RequesterRow, Problem>> {
  const { caller, requester } = trusting;
  if (caller.partner === OPERATOR) return err(problem("partner-only", "the operator has no list to delete from"));
  const keys = parseRequesterKeys(requester.keys);
  if (!keys.ok) return err(problem("key-unacceptable", keys.error));
  return settle(ports, { name: "trust requester", parties: [caller.partner] }, (tx) => register(ports, tx, trusting));
}

/** Ends a requester of the caller's: nothing of it is taken any more; what was accepted is carried out. */
export function endRequester(
  ports: TrustPorts,
  { caller, issuer }: { readonly caller: Caller; readonly issuer: string },
): Promise<Result<RequesterRow, Problem>> {
  const { partner } = caller;
  return settle(ports, { name: "end requester", parties: [partner] }, async (tx) => {
    const row = await tx.requesters.find(partner, issuer);
    if (row === null) return err(problem("not-found", "you have no such requester"));
    if (row.retiredAt !== null) return ok(row);
    await tx.requesters.retire(partner, issuer);
    const happening = { actor: caller, parties: [partner], subject: { requester: issuer }, detail: {} };
    await appendEntry(ports, tx, { act: "requester-ended", ...happening });
    return ok({ ...row, retiredAt: tx.now });
  });
}

async function register(
  ports: TrustPorts,
  tx: Transaction,
  { caller, requester }: Trusting,
): Promise<Result<RequesterRow, Problem>> {
  const { partner } = caller;
  const active = (await tx.requesters.list(partner)).filter(({ retiredAt }) => retiredAt === null);
  const others = active.filter(({ issuer }) => issuer !== requester.issuer);
  if (others.length >= LIMITS.requestersPerPartner) {
    return err(problem("requesters-full", `you have ${others.length} requesters`));
  }
  await tx.requesters.put(partner, requester);
  const { issuer, audience, keys } = requester;
  const detail = { audience, keys: keys.length, keysDigest: textDigest(canonicalJson(keys)) };
  const happening = { actor: caller, parties: [partner], subject: { requester: issuer }, detail };
  await appendEntry(ports, tx, { act: "requester-trusted", ...happening });
  return ok({ ...requester, partner, registeredAt: tx.now, retiredAt: null });
}
