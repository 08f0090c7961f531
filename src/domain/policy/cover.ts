// Which clauses of a policy speak of a request: prohibitions that cover it, grants that do, and what a grant lacks.

import type { DatasetRef } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { unreachable } from "../result.ts";
import type { Grant, Party, Prohibition } from "./document.ts";
import { type Analysis, type AttributeUse, givesRecords } from "./limits-document.ts";
import { isNarrower } from "./sets.ts";
import { type Clamp, isClampWithin, limitsOfUse, type UseLimits, useOf } from "./use-limits.ts";
import { type Aggregate, type GrantedUse, stated } from "./uses-document.ts";

/** One request as one owner's policy sees it. */
export type AccessRequest = {
  readonly owner: { readonly partner: PartnerId; readonly name: string };
  readonly recipient: { readonly partner: PartnerId; readonly name: string; readonly industry: string };
  /** The owner's lists that the request touches. */
  readonly datasets: readonly DatasetRef[];
  readonly purpose: string;
  readonly analysis: Analysis;
  /** The other members of the contract, apart from owner and recipient. */
  readonly alongside: readonly { readonly partner: PartnerId; readonly name: string; readonly industry: string }[];
  /** The owner's attributes that the request uses. */
  readonly attributes: readonly UsedAttribute[];
  /** Where the people of a list are reached or left out; null for figures. */
  readonly channel: string | null;
  /** The day of the request, UTC. */
  readonly on: string;
};

/** An attribute as a request uses it. */
export type UsedAttribute = {
  readonly name: string;
  readonly uses: readonly AttributeUse[];
  /** What is made of a measure; anything when absent, which no grant that limits it covers. */
  readonly aggregates?: readonly Aggregate[];
  /** The bounds that a measure's values are drawn to; none when absent, which no grant that asks for some covers. */
  readonly clamp?: Clamp;
  /** By which groupings people are told apart; by single values when absent, which no grant of groupings covers. */
  readonly groupings?: readonly string[];
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

/** What a grant says of an attribute; nothing of one that it does not name. */
export function grantedOf({ attributes }: Grant, attribute: string): readonly GrantedUse[] {
  return Object.hasOwn(attributes, attribute) ? stated(attributes[attribute]) : [];
}

/** How far a grant lets an attribute be used so; undefined when it does not. */
export function limitsGranted(grant: Grant, attribute: string, use: AttributeUse): UseLimits | undefined {
  const granted = grantedOf(grant, attribute).find((one) => useOf(one) === use);
  return granted === undefined ? undefined : limitsOfUse(granted);
}

/** Whether a grant lets an attribute be used as a request uses it, and as far. */
export function coversUse(grant: Grant, used: UsedAttribute): boolean {
  return used.uses.every((use) => {
    const limits = limitsGranted(grant, used.name, use);
    if (limits === undefined) return false;
    return [keepsAggregates, keepsClamp, keepsGroupings].every((keeps) => keeps(used, use, limits));
  });
}

/** Whether what is made of a measure, if it is one, keeps within the limits. */
export function keepsAggregates({ aggregates }: UsedAttribute, use: AttributeUse, limits: UseLimits): boolean {
  return use !== "measure" || isNarrower(aggregates ?? null, limits.aggregates);
}

/** Whether a measure, if it is one, is drawn to bounds within the limits. */
export function keepsClamp({ clamp }: UsedAttribute, use: AttributeUse, limits: UseLimits): boolean {
  return use !== "measure" || isClampWithin(clamp ?? null, limits.clamp);
}

/** Whether people, if they are grouped by it, are told apart no finer than the limits let them be. */
export function keepsGroupings({ groupings }: UsedAttribute, use: AttributeUse, limits: UseLimits): boolean {
  return use !== "group" || isNarrower(groupings ?? null, limits.groupings);
}

/** Whether an industry's or a partner's name stands among the parties. */
export function isNamed(
  parties: readonly Party[],
  { partner, industry }: { readonly partner: PartnerId; readonly industry: string },
): boolean {
  return parties.some((party) => (typeof party === "string" ? party === partner : party.industry === industry));
}

function holds(condition: Condition, grant: Grant, access: AccessRequest): boolean {
  switch (condition) {
    case "purposes":
      return grant.purposes.includes(access.purpose);
    case "analyses":
      return grant.analyses.includes(access.analysis);
    case "attributes":
      return access.attributes.every((used) => coversUse(grant, used));
    case "channels":
      return access.channel === null ? !givesRecords(access.analysis) : grant.channels.includes(access.channel);
    case "until":
      return grant.until === undefined || access.on <= grant.until;
    default:
      return unreachable(condition);
  }
}

// An industry means the other partners of it: a travel company that forbids travel companies does not mean itself.
function speaksOf(parties: readonly Party[], access: AccessRequest): boolean {
  const meant = isOwnRequest(access) ? parties.filter((party) => typeof party === "string") : parties;
  return isNamed(meant, access.recipient);
}
