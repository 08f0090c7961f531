// The directory: who is in the room and with which keys. Every enrolled partner may read it.

import { type PublicJwk, parsePublicJwk } from "../crypto/jwk.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { KeyRow, Page, PartnerRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Caller, Ports } from "./ports.ts";

/** A key as it stands in a JWK set. */
export type PublishedJwk = PublicJwk & { readonly kid: string; readonly alg: string; readonly use: "sig" };

/** A page of partners, by id. */
export async function listPartners(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly page: Page },
): Promise<{ readonly rows: readonly PartnerRow[]; readonly page: Page }> {
  const act = { name: "list partners", parties: [request.caller.partner], together: "opening" } as const;
  return { rows: await ports.store.read(act, (tx) => tx.partners.list(request.page)), page: request.page };
}

/** Every partner of the room and the operator, by id. One statement for each hundred of them. */
export async function everyPartner(tx: Pick<Transaction, "partners">): Promise<PartnerId[]> {
  const found: PartnerId[] = [];
  for (let after: PartnerId | null = null; ; ) {
    const page: readonly PartnerRow[] = await tx.partners.list({ after, limit: LIMITS.pageItems });
    found.push(...page.map((row) => row.id));
    const last = page.at(-1);
    if (last === undefined || page.length < LIMITS.pageItems) return found;
    after = last.id;
  }
}

/** One partner. */
export async function readPartner(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly partner: PartnerId },
): Promise<Result<PartnerRow, Problem>> {
  const act = { name: "read partner", parties: [request.caller.partner] };
  const row = await ports.store.read(act, (tx) => tx.partners.find(request.partner));
  return row === null ? err(problem("not-found", `the room has no partner \`${request.partner}\``)) : ok(row);
}

/** The caller's own keys with their times, the first registered first. */
export async function listOwnKeys(
  ports: Pick<Ports, "store">,
  { caller }: { readonly caller: Caller },
): Promise<readonly KeyRow[]> {
  const act = { name: "list keys", parties: [caller.partner] };
  const rows = await ports.store.read(act, (tx) => tx.keys.ofPartner(caller.partner));
  return [...rows].sort((one, other) => one.registeredAt - other.registeredAt);
}

/** Every key that a partner has or had, so that what it signed stays verifiable. */
export async function readJwks(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly partner: PartnerId },
): Promise<Result<readonly PublishedJwk[], Problem>> {
  const found = await readPartner(ports, request);
  if (!found.ok) return found;
  const act = { name: "read keys", parties: [request.caller.partner] };
  const rows = await ports.store.read(act, (tx) => tx.keys.ofPartner(request.partner));
  return ok(rows.map(({ jwk }) => publishedJwk(jwk)));
}

/** A stored key with the members by which others find it. */
export function publishedJwk(jwk: string): PublishedJwk {
  const key = parsePublicJwk(JSON.parse(jwk));
  if (!key.ok) throw new Error("a registered key is refused");
  return { ...key.value.jwk, kid: key.value.thumbprint, alg: key.value.algorithm, use: "sig" };
}
