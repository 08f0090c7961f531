// What entries tell of lists and of the people on them: uploads, erasures, objections, and ends of versions.

import { canonicalJson } from "../../domain/canonical-json.ts";
import { hasAny, joinedTo, peopleIn, type Row, without } from "./people.ts";
import { type Entry, itemsIn, numberIn, type Planned, type Truth, textIn, under, type Wish } from "./truth.ts";

/** A version is the whole of an upload, or of the version before with an upload laid over it, and of nobody erased. */
export function heedUpload(truth: Truth, { subject, detail }: Entry): string[] {
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
  listed.versions.push({ id: textIn(subject, "version"), rows });
  const leftOut = peopleIn(whole).length - peopleIn(rows).length;
  const told = [numberIn(detail, "people"), numberIn(detail, "leftOut")].join();
  const meant = [peopleIn(rows).length, leftOut].join();
  return told === meant ? [] : [`8: a version has ${told} people and left out, and not ${meant}`];
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
    listed.versions = listed.versions.map(({ id, rows }) => ({ id, rows: without(rows, joined) }));
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
