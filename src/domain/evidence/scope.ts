// Which entries of the log evidence is about. Each condition that is stated must hold; of what the reader may not see
// nothing is here.

import type { AuditEntry } from "../audit/entry.ts";
import type { Json } from "../canonical-json.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { About } from "./document.ts";

/** Evidence from the log. */
export type LogScope = Extract<About, { readonly kind: "log" }>;

/** What the scope's contract brings along, beside the entries that name it. */
export type Surroundings = {
  readonly owner: PartnerId;
  /** Every version of the contract; empty where the scope names none. */
  readonly contracts: ReadonlySet<string>;
  /** The owner's lists that these versions name. */
  readonly datasets: ReadonlySet<string>;
};

/**
 * Whether an entry belongs to the evidence. Of a contract: whatever names a version of it, and what the owner did with
 * its lists under it, its policy, its keys and people who were erased, since decisions rest on these.
 */
export function belongs(entry: AuditEntry, scope: LogScope, around: Surroundings): boolean {
  return isInPeriod(entry, scope) && isByKey(entry, scope) && isAboutContract(entry, scope, around);
}

function isInPeriod({ at }: AuditEntry, { from, until }: LogScope): boolean {
  const day = at.slice(0, 10);
  return (from === undefined || day >= from) && (until === undefined || day <= until);
}

function isByKey({ actor, subject, detail }: AuditEntry, { keyThumbprint }: LogScope): boolean {
  if (keyThumbprint === undefined) return true;
  if ("key" in actor && actor.key === keyThumbprint) return true;
  return subject["keyThumbprint"] === keyThumbprint || textsIn(detail["signerThumbprints"]).includes(keyThumbprint);
}

function isAboutContract(entry: AuditEntry, { contract }: LogScope, around: Surroundings): boolean {
  if (contract === undefined) return true;
  const { subject } = entry;
  if (subject["contract"] !== undefined) return around.contracts.has(subject["contract"]);
  if (subject["dataset"] !== undefined) return around.datasets.has(subject["dataset"]);
  return OWN_ACTS.has(entry.act) && isOfOwner(entry, around.owner);
}

const OWN_ACTS: ReadonlySet<AuditEntry["act"]> = new Set([
  "policy-put",
  "policy-waiting",
  "key-registered",
  "key-revoked",
  "people-erased",
]);

function isOfOwner({ actor, subject }: AuditEntry, owner: PartnerId): boolean {
  return subject["partner"] === owner || ("partner" in actor && actor.partner === owner);
}

function textsIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
