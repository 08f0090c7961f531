// What one owner's policy says to one request: pure, without a clock, from the document alone. What no grant can open
// first, then the first grant in document order that covers the request, else no.

import type { DatasetRef } from "../dataset/schema.ts";
import { affiliationOf } from "./affiliates.ts";
import { approachesOf } from "./approachable.ts";
import { contactsOf } from "./contacts.ts";
import { type AccessRequest, grantedOf, isCovered, isOwnRequest } from "./cover.ts";
import type { Grant, Policy } from "./document.ts";
import { nearestGrant } from "./nearest.ts";
import type { Contribution, Reason, Source } from "./reasons.ts";
import { refusalsOf } from "./refusals.ts";
import { united } from "./sets.ts";
import { type AttributePermit, meet, type Terms, TOP, termsOfLimits } from "./terms.ts";
import { FREE, isUseWithin, limitsOfUse, type UseLimits, useOf } from "./use-limits.ts";
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
 * defaults hold, unless a clause that no grant can open refuses it.
 * @param policyDigest of the policy's canonical form; it stands in every reason
 */
export function evaluatePolicy(policy: Policy, policyDigest: string, access: AccessRequest): OwnerDecision {
  const { partner } = access.owner;
  const source: Source = { document: "policy", partner, version: policy.version, digest: policyDigest };
  const refusals = refusalsOf(policy, access);
  if (refusals.length > 0)
    return { kind: "deny", reasons: refusals.map((refusal) => ({ ...source, effect: "denies", ...refusal })) };
  if (isOwnRequest(access)) return permitOwn(source, policy, access);
  const covering = policy.grants.findIndex((grant) => isCovered(grant, access));
  const grant = policy.grants[covering];
  if (grant !== undefined) return permitUnder({ source, policy, grant, pointer: `/grants/${covering}` }, access);
  return { kind: "deny", reasons: nearestGrant(source, policy.grants, access) };
}

function permitOwn(source: Source, policy: Policy, access: AccessRequest): OwnerDecision {
  const defaults = defaultsOf(source, policy, access);
  const says = `${access.owner.name} needs nobody's leave for its own customers; its own limits hold`;
  const people = peopleRules({ source, policy }, access);
  const contributions = [defaults, ...people.contributions];
  return {
    kind: "permit",
    terms: contributions.map(({ terms }) => terms).reduce(meet),
    contributions,
    reasons: [{ ...source, pointer: "/defaults", effect: "permits", says }, ...people.reasons],
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
  const because = `${possessive(access.owner.name)} rule “${grant.id}” asks for it`;
  const contributions: Contribution[] = [
    defaultsOf(source, policy, access),
    { source, pointer: `${pointer}/terms`, because, terms: termsOfLimits(grant.terms) },
    { source, pointer, because, terms: scopeOf(grant, access) },
    ...limitsOfUses(covering, access).map((one) => ({ source, because, ...one })),
  ];
  const people = peopleRules(covering, access);
  contributions.push(...people.contributions);
  return {
    kind: "permit",
    terms: contributions.map(({ terms }) => terms).reduce(meet),
    contributions,
    reasons: [grants(covering, access), ...consents(covering, access), ...people.reasons],
  };
}

// Who of the owner's people may stand on a list at all, whoever asks, and who asks as one with others.
function peopleRules(under: Pick<Covering, "source" | "policy">, access: AccessRequest) {
  const rules = [approachesOf(under, access), affiliationOf(under, access), contactsOf(under, access)];
  return {
    contributions: rules.flatMap(({ contributions }) => contributions),
    reasons: rules.flatMap(({ reasons }) => reasons),
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
    useLimits: useLimitsOf(grant, datasets),
    consents: grant.consent === undefined ? {} : eachList(datasets, [grant.consent]),
  };
}

function eachList<Value>(datasets: readonly DatasetRef[], value: Value): { readonly [dataset: string]: Value } {
  return Object.fromEntries(datasets.map((dataset) => [dataset, value]));
}

function permitsOf(grant: Grant): readonly AttributePermit[] {
  const permits = Object.entries(grant.attributes).flatMap(([name, uses]) =>
    uses.map((one): AttributePermit => `${name}:${useOf(one)}`),
  );
  return united(permits, []);
}

function useLimitsOf(grant: Grant, datasets: readonly DatasetRef[]): Terms["useLimits"] {
  const limited = Object.entries(grant.attributes).flatMap(([name, uses]) =>
    uses
      .map((one): readonly [AttributePermit, UseLimits] => [`${name}:${useOf(one)}`, limitsOfUse(one)])
      .filter(([, limits]) => !isUseWithin(FREE, limits)),
  );
  return limited.length === 0 ? {} : eachList(datasets, Object.fromEntries(limited));
}

// What the uses that a request makes ask of its figures: more people behind them than the grant asks for anyway.
function limitsOfUses({ grant, pointer }: Covering, { attributes }: AccessRequest) {
  return attributes.flatMap(({ name, uses }) =>
    grantedOf(grant, name)
      .map((granted, index) => ({ granted, place: `${pointer}/attributes/${name}/${index}` }))
      .filter(({ granted }) => uses.includes(useOf(granted)) && limitsOfUse(granted).k > FREE.k)
      .map(({ granted, place }) => ({ pointer: place, terms: termsOfLimits({ k: limitsOfUse(granted).k }) })),
  );
}

function grants({ source, grant, pointer }: Covering, { owner, recipient, ...access }: AccessRequest): Reason {
  const asks = `${ANALYSIS_WORDS[access.analysis]} for ${access.purpose}`;
  const says = `${possessive(owner.name)} rule “${grant.id}” lets ${recipient.name} ask for ${asks}`;
  return { ...source, pointer, effect: "permits", says };
}

function consents({ source, grant, pointer }: Covering, { owner }: AccessRequest): readonly Reason[] {
  if (grant.consent === undefined) return [];
  const why = `because ${possessive(owner.name)} rule “${grant.id}” asks for it`;
  const says = `only people who gave ${owner.name} the consent “${grant.consent}” take part, ${why}`;
  return [{ ...source, pointer: `${pointer}/consent`, effect: "limits", says }];
}
