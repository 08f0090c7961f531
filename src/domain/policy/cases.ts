// The requests by which two policies are compared: finitely many, and enough. Values that no clause tells apart stand
// for each other; of all the uses that two grants cover, the largest set stands for the smaller ones. `README.md`
// argues that whatever two policies answer differently, they answer differently to one of these.

import { datasetRef } from "../dataset/schema.ts";
import { dayFrom } from "../instant.ts";
import { type PartnerId, partnerIdSchema } from "../partner/manifest.ts";
import { type AccessRequest, isAddressed, isNamed, isOwnRequest, missesOf } from "./cover.ts";
import type { Party, Policy } from "./document.ts";
import { ANALYSES, type Analysis, givesRecords } from "./limits-document.ts";
import { FREE } from "./use-limits.ts";
import { meetUses, permitOf, requestOf, type UseSet, usesOf } from "./use-sets.ts";
import { stated } from "./uses-document.ts";

/** A request apart from the attributes that it uses. */
export type Place = Omit<AccessRequest, "attributes">;

/**
 * Requests that stand for all, lazily. Both policies are one partner's; names in them are ids. At least one comes for
 * every combination of a recipient, a purpose, an analysis, a channel, a day and a further member that clauses tell
 * apart, so the caller bounds how many it takes.
 */
export function* decisiveRequests(before: Policy, after: Policy): Generator<AccessRequest> {
  for (const place of placesOf([before, after]))
    for (const uses of decisiveUses([before, after], place)) yield { ...place, attributes: requestOf(uses) };
}

/** A name that no clause of these policies uses, which stands for everything that none of them names. */
function strangerTo(policies: readonly Policy[]): PartnerId {
  const text = JSON.stringify(policies);
  let stranger = "anybody-else";
  while (text.includes(`"${stranger}"`)) stranger += "-x";
  return partnerIdSchema.parse(stranger);
}

/**
 * Sets of uses that suffice to tell two policies apart at one place: what each of their grants there covers, what each
 * pair covers, and the same without the uses that ask for more than so many people.
 */
function decisiveUses(policies: readonly Policy[], place: Place): readonly UseSet[] {
  const nothing: UseSet = new Map();
  if (isOwnRequest({ ...place, attributes: [] })) {
    const banned = policies.flatMap((policy) => stated(policy.banned));
    return [nothing, ...banned.map((name): UseSet => new Map([[permitOf(name, "filter"), FREE]]))];
  }
  const [before = [], after = []] = policies.map((policy) =>
    openAt(policy, place).flatMap(({ uses }) => levelsOf(uses)),
  );
  return distinct([
    nothing,
    ...before,
    ...after,
    ...before.flatMap((left) => after.map((right) => meetUses(left, right))),
  ]);
}

function distinct(sets: readonly UseSet[]): UseSet[] {
  return [...new Map(sets.map((set) => [JSON.stringify([...set].sort()), set])).values()];
}

/** The grants that speak of a place and miss nothing there but attributes, in order, and the uses that each covers. */
export function openAt(policy: Policy, place: Place): readonly { readonly index: number; readonly uses: UseSet }[] {
  const access = { ...place, attributes: [] };
  return policy.grants
    .map((grant, index) => ({ grant, index }))
    .filter(({ grant }) => isAddressed(grant, access) && missesOf(grant, access).length === 0)
    .map(({ grant, index }) => ({ index, uses: usesOf(grant, policy) }));
}

// The set, and what is left of it below each number of people that its uses ask for.
function levelsOf(uses: UseSet): UseSet[] {
  const levels = [...new Set([...uses.values()].map(({ k }) => k))];
  return levels.map((level) => new Map([...uses].filter(([, { k }]) => k <= level)));
}

type Clause = {
  readonly to?: readonly Party[];
  readonly with?: readonly Party[];
  readonly purposes?: readonly string[];
  readonly analyses?: readonly Analysis[];
  readonly channels?: readonly string[];
};

type Axes = Pick<Place, "owner" | "datasets"> & {
  readonly recipients: readonly Place["recipient"][];
  readonly purposes: readonly string[];
  readonly kinds: readonly Pick<Place, "analysis" | "channel">[];
  readonly days: readonly string[];
  readonly alongside: readonly Place["alongside"][];
};

function* placesOf(policies: readonly [Policy, Policy]): Generator<Place> {
  const axes = axesOf(policies);
  for (const recipient of axes.recipients)
    for (const purpose of axes.purposes) yield* placesFor(axes, { recipient, purpose });
}

function* placesFor(axes: Axes, asked: Pick<Place, "recipient" | "purpose">): Generator<Place> {
  const { owner, datasets } = axes;
  for (const kind of axes.kinds)
    for (const on of axes.days)
      for (const alongside of axes.alongside) yield { owner, datasets, ...asked, ...kind, on, alongside };
}

function axesOf(policies: readonly [Policy, Policy]): Axes {
  const clauses: Clause[] = policies.flatMap((policy) => [
    ...policy.grants,
    ...policy.prohibitions,
    ...stated(policy.exclusions),
    ...stated(policy.exclusives),
    ...stated(policy.approachable),
  ]);
  const stranger = strangerTo(policies);
  const named = (clause: Clause) => [...stated(clause.to), ...stated(clause.with)];
  const partners = apart(clauses, stranger, (clause) => partnersIn(named(clause)));
  const industries = apart(clauses, stranger, (clause) => industriesIn(named(clause)));
  const channels = apart(clauses, stranger, (clause) => stated(clause.channels));
  const owner = { partner: policies[0].partner, name: policies[0].partner };
  const others = recipientsOf({ partners, industries }).filter(({ partner }) => partner !== owner.partner);
  return {
    owner,
    datasets: [datasetRef(owner.partner, "customers")],
    recipients: [{ ...owner, industry: stranger }, ...others],
    purposes: apart(clauses, stranger, (clause) => stated(clause.purposes)),
    kinds: analysesApart(clauses, policies).flatMap((analysis) =>
      channelsOf(analysis, channels).map((channel) => ({ analysis, channel })),
    ),
    days: daysApart(policies),
    alongside: [[], ...others.filter((one) => isShunned(policies, one)).map((one) => [one])],
  };
}

// One value of each group that the same clauses name, and the stranger for all that none names.
function apart(
  clauses: readonly Clause[],
  stranger: string,
  namedIn: (clause: Clause) => readonly string[],
): readonly string[] {
  const naming = new Map<string, number[]>();
  for (const [index, clause] of clauses.entries())
    for (const value of new Set(namedIn(clause))) naming.set(value, [...(naming.get(value) ?? []), index]);
  const groups = new Map([...naming].map(([value, places]) => [places.join(), value]));
  return [stranger, ...groups.values()];
}

// One analysis of each group that the same clauses name, that is limited alike and that gives the same, records or
// figures.
function analysesApart(clauses: readonly Clause[], policies: readonly Policy[]): readonly Analysis[] {
  const limits = policies.flatMap(({ defaults, grants }) => [defaults, ...grants.map(({ terms }) => terms)]);
  const groupOf = (analysis: Analysis) =>
    JSON.stringify([
      givesRecords(analysis),
      clauses.map((clause) => stated(clause.analyses).includes(analysis)),
      limits.map((one) => stated(one.approval).includes(analysis)),
      limits.map((one) => capsOn(analysis, stated(one.requestsPerPeriod))),
    ]);
  return [...new Map(ANALYSES.map((analysis) => [groupOf(analysis), analysis])).values()];
}

function capsOn(analysis: Analysis, caps: readonly Policy["defaults"]["requestsPerPeriod"][number][]) {
  return caps.filter((cap) => cap.analysis === analysis).map(({ count, period }) => [count, period]);
}

function partnersIn(parties: readonly Party[]): string[] {
  return parties.filter((party) => typeof party === "string");
}

function industriesIn(parties: readonly Party[]): string[] {
  return parties.flatMap((party) => (typeof party === "string" ? [] : [party.industry]));
}

function recipientsOf(named: {
  readonly partners: readonly string[];
  readonly industries: readonly string[];
}): AccessRequest["recipient"][] {
  return named.partners.flatMap((id) =>
    named.industries.map((industry) => ({ partner: partnerIdSchema.parse(id), name: id, industry })),
  );
}

function isShunned(policies: readonly Policy[], member: AccessRequest["recipient"]): boolean {
  return policies.some((policy) => stated(policy.exclusions).some((clause) => isNamed(clause.with, member)));
}

// A request of any kind but a list goes through no channel, and a list through one.
function channelsOf(analysis: Analysis, channels: readonly string[]): readonly (string | null)[] {
  return givesRecords(analysis) ? channels : [null];
}

/** The first day of each stretch in which no clause begins or ends, from the beginning of time on. */
export function daysApart(policies: readonly Policy[]): readonly string[] {
  const ends = policies.flatMap((policy) => [...policy.grants, ...stated(policy.exclusives)]).map(({ until }) => until);
  const begins = policies.flatMap((policy) => stated(policy.exclusives)).map(({ from }) => from);
  const after = ends.flatMap((day) => (day === undefined || day === LAST_DAY ? [] : [dayFrom(day, 1)]));
  return [...new Set([FIRST_DAY, ...begins, ...after])].sort();
}

const FIRST_DAY = "1970-01-01";
const LAST_DAY = "9999-12-31";
