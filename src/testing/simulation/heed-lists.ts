// What entries tell of lists and of the people on them: uploads, erasures, objections, and ends of versions.

import { canonicalJson } from "../../domain/canonical-json.ts";
import { DAY_MILLIS } from "../../domain/instant.ts";
import { termsOfLimits } from "../../domain/policy/terms.ts";
import { hasAny, joinedTo, peopleIn, type Row, without } from "./people.ts";
import {
  type Entry,
  itemsIn,
  type Listed,
  numberIn,
  ownerOf,
  type Planned,
  type Truth,
  textIn,
  under,
  type Wish,
} from "./truth.ts";

/** A version is the whole of an upload, or of the version before with an upload laid over it, and of nobody erased. */
export function heedUpload(truth: Truth, { subject, detail, at }: Entry): string[] {
  const list = textIn(subject, "dataset");
  const planned = truth.planned.get(textIn(subject, "upload"));
  if (planned === undefined) return ["8: an upload was committed that nobody brought"];
  const listed = under(truth.lists, list, () => ({ versions: [] }));
  const before = listed.versions.at(-1);
  if (planned.change !== "replace" && before === undefined) return ["8: an increment was laid over nothing"];
  const whole = laidOver(before === undefined ? [] : before.rows, planned);
  const rows = without(
    whole,
    under(truth.erased, planned.partner, () => new Set()),
  );
  const sealedAt = Date.parse(at);
  listed.versions.push({ id: textIn(subject, "version"), rows, sealedAt, endsAt: endOf(truth, list, sealedAt) });
  const faults = [...onceFaults(truth, textIn(subject, "upload")), ...versionFaults(truth, list, sealedAt)];
  const leftOut = peopleIn(whole).length - peopleIn(rows).length;
  const told = [numberIn(detail, "people"), numberIn(detail, "leftOut")].join();
  const meant = [peopleIn(rows).length, leftOut].join();
  return told === meant ? faults : [...faults, `8: a version has ${told} people and left out, and not ${meant}`];
}

function onceFaults({ committed }: Truth, upload: string): string[] {
  if (committed.has(upload)) return ["8: an upload was committed twice"];
  committed.add(upload);
  return [];
}

function endOf({ inForce }: Truth, list: string, sealedAt: number): number {
  const policy = inForce.get(ownerOf(list));
  return policy === undefined
    ? Number.POSITIVE_INFINITY
    : sealedAt + termsOfLimits(policy.defaults).retentionDays * DAY_MILLIS;
}

// Versions count as long as their period lasts, be they deleted before that.
function versionFaults(truth: Truth, list: string, at: number): string[] {
  const policy = truth.inForce.get(ownerOf(list));
  const sealed = under(truth.sealed, list, () => []);
  sealed.push(at);
  const caps = policy === undefined ? [] : termsOfLimits(policy.defaults).versions;
  return caps.flatMap(({ count, periodDays }) => {
    const recent = sealed.filter((one) => one > at - periodDays * DAY_MILLIS).length;
    return recent <= count ? [] : [`8: \`${list}\` has ${recent} versions in a period that takes ${count}`];
  });
}

/** A policy that comes into force ends versions sooner, and none later. */
export function endSooner(truth: Truth, partner: string): void {
  for (const [list, listed] of truth.lists) {
    if (ownerOf(list) !== partner) continue;
    const sooner = (one: Listed["versions"][number]) => Math.min(one.endsAt, endOf(truth, list, one.sealedAt));
    listed.versions = listed.versions.map((one) => ({ ...one, endsAt: sooner(one) }));
  }
}

function laidOver(before: readonly Row[], { change, rows }: Planned): Row[] {
  if (change === "replace") return [...rows];
  const records = new Set(rows.map(({ record }) => record));
  const kept = before.filter(({ record }) => !records.has(record));
  return change === "upsert" ? [...kept, ...rows] : kept;
}

/** Whoever is erased is so by all that the partner's lists join to them, in every version. */
export function heedErasure(truth: Truth, { detail }: Entry, partner: string): string[] {
  const wish = nextWish(truth, partner);
  if (wish === null || wish.kind !== null) return ["4: people were erased and nobody asked for it"];
  const own = listsOf(truth, partner);
  const joined = joinedTo(
    own.flatMap(({ versions }) => versions.map(({ rows }) => rows)),
    wish.identifiers,
  );
  const meant = own.map(({ versions }) => peopleIn(versions.at(-1)?.rows ?? []).filter((one) => hasAny(one, joined)));
  const told = itemsIn(detail, "lists").map((list) => numberIn(list, "people"));
  const erased = under(truth.erased, partner, () => new Set());
  for (const identifier of joined) erased.add(identifier);
  for (const listed of own)
    listed.versions = listed.versions.map((one) => ({ ...one, rows: without(one.rows, joined) }));
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);
  const [found, due] = [sum(told), sum(meant.map(({ length }) => length))];
  return found === due ? [] : [`9: ${found} people were erased from the lists in force, and not ${due}`];
}

/** An objection is of everybody whom the lists join to those who object; a lifting ends those of just its scope. */
export function heedObjection(truth: Truth, partner: string): string[] {
  const wish = nextWish(truth, partner);
  if (wish === null || wish.kind === null) return ["4: people objected and nobody asked for it"];
  const lists = listsOf(truth, partner).flatMap(({ versions }) => versions.map(({ rows }) => rows));
  const identifiers = joinedTo(lists, wish.identifiers);
  const all = under(truth.objections, partner, () => []);
  if (wish.kind === "made") all.push({ scope: wish.scope, identifiers });
  else {
    const scope = canonicalJson(wish.scope);
    const isEnded = (one: (typeof all)[number]) =>
      canonicalJson(one.scope) === scope && [...one.identifiers].some((identifier) => identifiers.has(identifier));
    truth.objections.set(
      partner,
      all.filter((one) => !isEnded(one)),
    );
  }
  return [];
}

/** What was given under a contract goes with its termination: in a room of one contract at a time, every version. */
export function dropGiven(truth: Truth, contract: string): string[] {
  const gone = [...truth.lists.values()].flatMap(({ versions }) => versions.map(({ id }) => id));
  truth.deleted.set(contract, gone);
  return dropVersions(truth, gone);
}

/** What the room certifies that it deleted with a contract is what was there. */
export function heedDeletion(truth: Truth, { subject, detail }: Entry): string[] {
  if (detail["because"] !== "termination") return [];
  const told = itemsIn(detail, "lists").flatMap(namesOfVersions).sort().join();
  const meant = [...(truth.deleted.get(textIn(subject, "contract")) ?? [])].sort().join();
  return told === meant ? [] : [`4: the versions ${told} are certified to be deleted, and ${meant} went`];
}

/** The versions that an entry names of a list. */
export function namesOfVersions(list: Parameters<typeof itemsIn>[0]): string[] {
  const names: unknown = list["versions"];
  return Array.isArray(names) ? names.map(String) : [];
}

/** Versions that are gone, whatever their list. */
export function dropVersions(truth: Truth, ids: readonly string[]): string[] {
  for (const listed of truth.lists.values()) listed.versions = listed.versions.filter(({ id }) => !ids.includes(id));
  return [];
}

function listsOf(truth: Truth, partner: string) {
  return [...truth.lists].filter(([list]) => list.startsWith(`${partner}/`)).map(([, listed]) => listed);
}

function nextWish(truth: Truth, partner: string): Wish | null {
  return under(truth.wishes, partner, () => []).shift() ?? null;
}
