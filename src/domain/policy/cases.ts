// The requests by which two policies are compared: finitely many, and enough. Values that no clause tells apart stand
// for each other; of all the uses that two grants cover, the largest set stands for the smaller ones. `README.md`
// argues that whatever two policies answer differently, they answer differently to one of these.

import { datasetRef } from "../dataset/schema.ts";
import { dayFrom } from "../instant.ts";
import { type PartnerId, partnerIdSchema } from "../partner/manifest.ts";
import { type AccessRequest, isAddressed, isNamed, isOwnRequest, missesOf } from "./cover.ts";
import type { Grant, Party, Policy } from "./document.ts";
import { ANALYSES, type Analysis, givesRecords } from "./limits-document.ts";
import { FREE } from "./use-limits.ts";
import { meetUses, permitOf, requestOf, type UseSet, usesOf } from "./use-sets.ts";
import { stated } from "./uses-document.ts";

/** A request apart from the attributes that it uses. */
export type Place = Omit<AccessRequest, "attributes">;

/** Steps of a comparison that are left: a request costs as many as it has uses, times the grants that it is held to. */
export type Steps = { left: number };

/** A request that stands for others, and both policies without the grants that can never cover it. */
export type Case = { readonly access: AccessRequest; readonly policies: readonly [Policy, Policy] };

/**
 * Requests that stand for all, lazily. Both policies are one partner's; names in them are ids. At least one comes for
 * every combination of a recipient, a purpose, an analysis, a channel, a day and a further member that clauses tell
 * apart. No more come once `steps.left` is below nought: then they do not stand for all.
 */
export function* decisiveRequests(before: Policy, after: Policy, steps: Steps): Generator<Case> {
  for (const { place, policies: spoken } of placesOf([before, after], steps)) {
    steps.left -= spoken[0].grants.length + spoken[1].grants.length;
    const policies = [openOf(spoken[0], place), openOf(spoken[1], place)] as const;
    const held = HELD_ANYWAY + policies[0].grants.length + policies[1].grants.length;
    for (const uses of decisiveUses(policies, place, steps)) {
      steps.left -= (1 + uses.size) * held;
      if (steps.left < 0) return;
      yield { access: { ...place, attributes: requestOf(uses) }, policies };
    }
    if (steps.left < 0) return;
  }
}

// What an answer costs besides its grants, in steps: the clauses that refuse, and the comparison itself.
const HELD_ANYWAY = 8;

function openOf(policy: Policy, place: Place): Policy {
  const open = new Set(openAt(policy, place).map(({ index }) => index));
  return { ...policy, grants: policy.grants.filter((_, index) => open.has(index)) };
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
 * pair covers, and the same without the uses that ask for more than so many people. One after the other, since they
 * may be as many as pairs of grants.
 */
function* decisiveUses(policies: readonly Policy[], place: Place, steps: Steps): Generator<UseSet> {
  const nothing: UseSet = new Map();
  yield nothing;
  if (isOwnRequest({ ...place, attributes: [] })) {
    const banned = new Set(policies.flatMap((policy) => stated(policy.banned)));
    for (const name of banned) yield new Map([[permitOf(name, "filter"), FREE]]);
    return;
  }
  const [before = [], after = []] = policies.map((policy) =>
    policy.grants.flatMap((grant) => levelsOf(usesOf(grant, policy))),
  );
  const told = new Set([keyOf(nothing)]);
  for (const uses of pairs(before, after)) {
    steps.left -= 1 + uses.size;
    if (steps.left < 0) return;
    const key = keyOf(uses);
    if (!told.has(key)) yield uses;
    told.add(key);
  }
}

function* pairs(before: readonly UseSet[], after: readonly UseSet[]): Generator<UseSet> {
  yield* before;
  yield* after;
  for (const left of before) for (const right of after) yield meetUses(left, right);
}

function keyOf(uses: UseSet): string {
  return JSON.stringify([...uses].sort());
}

/** The grants that speak of a place and miss nothing there but attributes, in order. */
export function openAt(policy: Policy, place: Place): readonly { readonly index: number; readonly grant: Grant }[] {
  const access = { ...place, attributes: [] };
  return policy.grants
    .map((grant, index) => ({ grant, index }))
    .filter(({ grant }) => isAddressed(grant, access) && missesOf(grant, access).length === 0);
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
  readonly from?: string;
  readonly until?: string;
};

/** A place, and both policies without the grants that do not speak of its recipient. */
type Placed = { readonly place: Place; readonly policies: readonly [Policy, Policy] };

function* placesOf(policies: readonly [Policy, Policy], steps: Steps): Generator<Placed> {
  const stranger = strangerTo(policies);
  const { partner } = policies[0];
  const owner = { partner, name: partner };
  for (const recipient of recipientsOf(policies, stranger)) {
    const [before, after] = [spokenTo(policies[0], recipient), spokenTo(policies[1], recipient)];
    steps.left -= partiesIn(policies);
    if (steps.left < 0) return;
    const asked = { owner, datasets: [datasetRef(partner, "customers")], recipient };
    const axes = axesFor([before, after], recipient, stranger);
    for (const place of placesFor(asked, axes)) yield { place, policies: [before, after] };
  }
}

// How many names are looked through to see which clauses speak of somebody.
function partiesIn(policies: readonly Policy[]): number {
  const clauses = policies.flatMap(({ grants, prohibitions }) => [...grants, ...prohibitions]);
  return clauses.reduce((sum, { to }) => sum + to.length, 0);
}

function spokenTo(policy: Policy, recipient: Member): Policy {
  return { ...policy, grants: policy.grants.filter(({ to }) => isNamed(to, recipient)) };
}

type Asked = Pick<Place, "owner" | "datasets" | "recipient">;
type Axes = {
  readonly purposes: readonly string[];
  readonly kinds: readonly Pick<Place, "analysis" | "channel">[];
  readonly days: readonly string[];
  readonly alongside: readonly Place["alongside"][];
};

function* placesFor(asked: Asked, { purposes, kinds, days, alongside }: Axes): Generator<Place> {
  const moments = days.flatMap((on) => alongside.map((beside) => ({ on, alongside: beside })));
  for (const purpose of purposes)
    for (const kind of kinds) for (const moment of moments) yield { ...asked, purpose, ...kind, ...moment };
}

// What the clauses tell apart that can say anything to this recipient: the others say the same to all its requests.
function axesFor(policies: readonly Policy[], recipient: Place["recipient"], stranger: string): Axes {
  const clauses = policies.flatMap((policy) => clausesFor(policy, recipient));
  const channels = apart(clauses, stranger, (clause) => stated(clause.channels));
  return {
    purposes: apart(clauses, stranger, (clause) => stated(clause.purposes)),
    kinds: analysesApart(clauses, policies).flatMap((analysis) =>
      channelsOf(analysis, channels).map((channel) => ({ analysis, channel })),
    ),
    days: daysApart(clauses),
    alongside: [[], ...shunnedIn(policies, stranger).map((one) => [one])],
  };
}

// The owner needs no grant, keeps its promises to others by itself, and is forbidden by its name alone.
function clausesFor(policy: Policy, recipient: Place["recipient"]): Clause[] {
  const isOwn = recipient.partner === policy.partner;
  const meant = isOwn ? { partner: recipient.partner, industry: NO_INDUSTRY } : recipient;
  const speaksOf = ({ to }: { readonly to: readonly Party[] }) => isNamed(to, meant);
  return [
    ...(isOwn ? [] : policy.grants),
    ...policy.prohibitions.filter(speaksOf),
    ...stated(policy.exclusions),
    ...(isOwn ? [] : stated(policy.exclusives).filter((clause) => !speaksOf(clause))),
    ...stated(policy.approachable),
    ...(policy.contactsPerPerson === undefined ? [] : [{ analyses: ["audience"] } satisfies Clause]),
  ];
}

const NO_INDUSTRY = "";

type Member = Place["recipient"];

// The owner, and one of all others whom the same clauses name.
function recipientsOf(policies: readonly [Policy, Policy], stranger: string): readonly Member[] {
  const { partner } = policies[0];
  const clauses: Clause[] = policies.flatMap((policy) => [
    ...policy.grants,
    ...policy.prohibitions,
    ...stated(policy.exclusions),
    ...stated(policy.exclusives),
    ...stated(policy.affiliates).map(({ partners }) => ({ to: partners })),
  ]);
  const lists = clauses.map((clause) => [...stated(clause.to), ...stated(clause.with)]);
  const others = membersIn(lists, stranger).filter((one) => one.partner !== partner);
  return [{ partner, name: partner, industry: stranger }, ...others];
}

// One of all further members whom the same exclusions name: one suffices, since a clause shuns a contract for any.
function shunnedIn(policies: readonly Policy[], stranger: string): readonly Member[] {
  const lists = policies.flatMap((policy) => stated(policy.exclusions)).map((clause) => clause.with);
  const owners = policies.map(({ partner }) => partner);
  return membersIn(lists, stranger).filter(
    (one) => !owners.includes(one.partner) && lists.some((list) => isNamed(list, one)),
  );
}

// Partners of industries, one of each group that stands on the same lists.
function membersIn(lists: readonly (readonly Party[])[], stranger: string): readonly Member[] {
  const partners = apart(lists, stranger, (list) => list.filter((party) => typeof party === "string"));
  const industries = apart(lists, stranger, (list) =>
    list.flatMap((party) => (typeof party === "string" ? [] : [party.industry])),
  );
  const listsOf = (isThere: (list: readonly Party[]) => boolean) =>
    lists.flatMap((list, index) => (isThere(list) ? [index] : []));
  const byIndustry = industries.map((industry) => {
    return {
      industry,
      on: listsOf((list) => list.some((one) => typeof one !== "string" && one.industry === industry)),
    };
  });
  const members = new Map<string, Member>();
  for (const id of partners) {
    const own = listsOf((list) => list.some((one) => one === id));
    for (const { industry, on } of byIndustry) {
      const standing = [...new Set([...own, ...on])].sort().join();
      if (!members.has(standing)) members.set(standing, { partner: partnerIdSchema.parse(id), name: id, industry });
    }
  }
  return [...members.values()];
}

// One value of each group that the same clauses name, and the stranger for all that none names.
function apart<Naming>(
  clauses: readonly Naming[],
  stranger: string,
  namedIn: (clause: Naming) => readonly string[],
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

// A request of any kind but a list goes through no channel, and a list through one.
function channelsOf(analysis: Analysis, channels: readonly string[]): readonly (string | null)[] {
  return givesRecords(analysis) ? channels : [null];
}

/** The first day of each stretch in which no clause begins or ends, from the beginning of time on. */
export function daysApart(clauses: readonly Pick<Clause, "from" | "until">[]): readonly string[] {
  const begins = clauses.flatMap(({ from }) => (from === undefined ? [] : [from]));
  const after = clauses.flatMap(({ until }) => (until === undefined || until === LAST_DAY ? [] : [dayFrom(until, 1)]));
  return [...new Set([FIRST_DAY, ...begins, ...after])].sort();
}

const FIRST_DAY = "1970-01-01";
const LAST_DAY = "9999-12-31";
