// Which clauses of a policy speak of a request: prohibitions that cover it, grants that do, and what a grant lacks.

import type { DatasetRef } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { unreachable } from "../result.ts";
import type { Grant, Party, Prohibition } from "./document.ts";
import type { Analysis, AttributeUse } from "./limits-document.ts";
import { includesAll } from "./sets.ts";

/** One request as one owner's policy sees it. */
export type AccessRequest = {
  readonly owner: { readonly partner: PartnerId; readonly name: string };
  readonly recipient: { readonly partner: PartnerId; readonly name: string; readonly industry: string };
  /** The owner's lists that the request touches. */
  readonly datasets: readonly DatasetRef[];
  readonly purpose: string;
  readonly analysis: Analysis;
  /** The owner's attributes that the request uses. */
  readonly attributes: readonly { readonly name: string; readonly uses: readonly AttributeUse[] }[];
  /** Where an audience goes; null for anything but an audience. */
  readonly channel: string | null;
  /** The day of the request, UTC. */
  readonly on: string;
};

/** A condition that a request of an addressed partner may miss, by the member of the grant that states it. */
export type Condition = (typeof CONDITIONS)[number];

const CONDITIONS = ["purposes", "analyses", "attributes", "channels", "until"] as const;

/** Whether the owner's data goes to nobody but the owner. */
export function isOwnRequest({ owner, recipient }: AccessRequest): boolean {
  return owner.partner === recipient.partner;
}

/** Whether a prohibition covers a request. One that names no purposes or analyses covers all. */
export function isForbidden(clause: Prohibition, access: AccessRequest): boolean {
  return (
    speaksOf(clause.to, access) &&
    (clause.purposes === undefined || clause.purposes.includes(access.purpose)) &&
    (clause.analyses === undefined || clause.analyses.includes(access.analysis))
  );
}

/** Whether a grant speaks of the recipient at all. */
export function isAddressed(grant: Grant, access: AccessRequest): boolean {
  return speaksOf(grant.to, access);
}

/** Whether a grant covers a request: it speaks of the recipient, and no condition of it is missed. */
export function isCovered(grant: Grant, access: AccessRequest): boolean {
  return isAddressed(grant, access) && CONDITIONS.every((condition) => holds(condition, grant, access));
}

/** The conditions of a grant that a request misses, in the order in which a reader meets them. */
export function missesOf(grant: Grant, access: AccessRequest): readonly Condition[] {
  return CONDITIONS.filter((condition) => !holds(condition, grant, access));
}

/** The uses that a grant allows of an attribute; none of one that it does not name. */
export function usesGranted(grant: Grant, attribute: string): readonly AttributeUse[] | undefined {
  return Object.hasOwn(grant.attributes, attribute) ? grant.attributes[attribute] : undefined;
}

function holds(condition: Condition, grant: Grant, access: AccessRequest): boolean {
  switch (condition) {
    case "purposes":
      return grant.purposes.includes(access.purpose);
    case "analyses":
      return grant.analyses.includes(access.analysis);
    case "attributes":
      return access.attributes.every(({ name, uses }) => includesAll(usesGranted(grant, name), uses));
    case "channels":
      return access.channel === null ? access.analysis !== "audience" : grant.channels.includes(access.channel);
    case "until":
      return grant.until === undefined || access.on <= grant.until;
    default:
      return unreachable(condition);
  }
}

// An industry means the other partners of it: a travel company that forbids travel companies does not mean itself.
function speaksOf(parties: readonly Party[], access: AccessRequest): boolean {
  const { partner, industry } = access.recipient;
  return parties.some((party) =>
    typeof party === "string" ? party === partner : party.industry === industry && !isOwnRequest(access),
  );
}
