// What one owner's policy says to one request: pure, without a clock, from the document alone. Prohibitions first,
// then the first grant in document order that covers the request, else no.

import type { DatasetRef } from "../dataset/schema.ts";
import { type AccessRequest, isCovered, isForbidden, isOwnRequest } from "./cover.ts";
import type { Grant, Policy, Prohibition } from "./document.ts";
import { nearestGrant } from "./nearest.ts";
import type { Contribution, Reason, Source } from "./reasons.ts";
import { united } from "./sets.ts";
import { type AttributePermit, meet, type Terms, TOP, termsOfLimits } from "./terms.ts";
import { ANALYSIS_WORDS, possessive } from "./words.ts";

/** An owner's answer. A permit's terms are the meet of its contributions: the defaults and the grant, if any. */
export type OwnerDecision =
  | {
      readonly kind: "permit";
      readonly terms: Terms;
      readonly contributions: readonly Contribution[];
      readonly reasons: readonly Reason[];
    }
  | { readonly kind: "deny"; readonly reasons: readonly Reason[] };

/**
 * Decides one request under one owner's policy. An owner whose data goes to nobody but itself needs no grant: its
 * defaults hold, unless a prohibition names it.
 * @param policyDigest of the policy's canonical form; it stands in every reason
 */
export function evaluatePolicy(policy: Policy, policyDigest: string, access: AccessRequest): OwnerDecision {
  const { partner } = access.owner;
  const source: Source = { document: "policy", partner, version: policy.version, digest: policyDigest };
  const forbidden = policy.prohibitions.findIndex((clause) => isForbidden(clause, access));
  const prohibition = policy.prohibitions[forbidden];
  if (prohibition !== undefined)
    return { kind: "deny", reasons: [forbids(source, access, { index: forbidden, because: prohibition.because })] };
  if (isOwnRequest(access)) return permitOwn(source, policy, access);
  const covering = policy.grants.findIndex((grant) => isCovered(grant, access));
  const grant = policy.grants[covering];
  if (grant !== undefined) return permitUnder({ source, policy, grant, pointer: `/grants/${covering}` }, access);
  return { kind: "deny", reasons: nearestGrant(source, policy.grants, access) };
}

type Forbidding = Pick<Prohibition, "because"> & { readonly index: number };

function forbids(source: Source, access: AccessRequest, { index, because }: Forbidding): Reason {
  const says = `${access.owner.name} does not let ${access.recipient.name} ask this: ${because}`;
  return { ...source, pointer: `/prohibitions/${index}`, effect: "denies", says };
}

function permitOwn(source: Source, policy: Policy, access: AccessRequest): OwnerDecision {
  const defaults = defaultsOf(source, policy, access);
  const says = `${access.owner.name} needs nobody's leave for its own customers; its own limits hold`;
  return {
    kind: "permit",
    terms: defaults.terms,
    contributions: [defaults],
    reasons: [{ ...source, pointer: "/defaults", effect: "permits", says }],
  };
}

type Covering = {
  readonly source: Source;
  readonly policy: Policy;
  readonly grant: Grant;
  readonly pointer: string;
};

function permitUnder(covering: Covering, access: AccessRequest): OwnerDecision {
  const { source, policy, grant, pointer } = covering;
  const because = `${possessive(access.owner.name)} grant “${grant.id}” asks for it`;
  const contributions: Contribution[] = [
    defaultsOf(source, policy, access),
    { source, pointer: `${pointer}/terms`, because, terms: termsOfLimits(grant.terms) },
    { source, pointer, because, terms: scopeOf(grant, access) },
  ];
  return {
    kind: "permit",
    terms: contributions.map(({ terms }) => terms).reduce(meet),
    contributions,
    reasons: [grants(covering, access), ...consents(covering, access)],
  };
}

function defaultsOf(source: Source, { defaults }: Policy, { owner }: AccessRequest): Contribution {
  return { source, pointer: "/defaults", because: `${owner.name} asks for it`, terms: termsOfLimits(defaults) };
}

// What the grant permits at all, apart from its limits. It speaks of the owner's own lists and of this recipient.
function scopeOf(grant: Grant, { recipient, datasets }: AccessRequest): Terms {
  return {
    ...TOP,
    purposes: united(grant.purposes, []),
    analyses: united(grant.analyses, []),
    channels: united(grant.channels, []),
    recipients: [recipient.partner],
    until: grant.until ?? null,
    attributes: eachList(datasets, permitsOf(grant)),
    consents: grant.consent === undefined ? {} : eachList(datasets, [grant.consent]),
  };
}

function eachList<Value>(datasets: readonly DatasetRef[], value: Value): { readonly [dataset: string]: Value } {
  return Object.fromEntries(datasets.map((dataset) => [dataset, value]));
}

function permitsOf(grant: Grant): readonly AttributePermit[] {
  const permits = Object.entries(grant.attributes).flatMap(([name, uses]) =>
    uses.map((use): AttributePermit => `${name}:${use}`),
  );
  return united(permits, []);
}

function grants({ source, grant, pointer }: Covering, { owner, recipient, ...access }: AccessRequest): Reason {
  const asks = `${ANALYSIS_WORDS[access.analysis]} for ${access.purpose}`;
  const says = `${possessive(owner.name)} grant “${grant.id}” lets ${recipient.name} ask for ${asks}`;
  return { ...source, pointer, effect: "permits", says };
}

function consents({ source, grant, pointer }: Covering, { owner }: AccessRequest): readonly Reason[] {
  if (grant.consent === undefined) return [];
  const says = `only people who gave ${owner.name} the consent “${grant.consent}” take part`;
  return [{ ...source, pointer: `${pointer}/consent`, effect: "limits", says }];
}
