// Lists of people that were given before: made again from their versions, and never stored. A list that had contact
// caps is made again with the lists that it counted then, and these with theirs.

import { canonicalJson } from "../domain/canonical-json.ts";
import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import { datasetsOf, isForList, type ListQuestion } from "../domain/question/question.ts";
import type { When } from "../domain/subject/objection.ts";
import type { ContactCap, Contacts, Matcher, Selection } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { comparedList, type Keys, storedConsents, storedQuestion } from "./compared-list.ts";
import { coinKey, type KeptCoin, openCoin } from "./list-coin.ts";
import { type Objections, readObjections, withoutObjecting } from "./objections.ts";
import type { Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

/** By list: the caps on contacts with its people, each with the ids of the lists that count. */
export type Counted = { readonly [list: string]: readonly CountedCap[] };
type CountedCap = { readonly count: number; readonly lists: readonly string[] };

/** A list with all that it takes to make it again. */
export type GivenList = {
  readonly release: ReleaseRow;
  readonly question: ListQuestion;
  readonly versions: readonly VersionRow[];
  readonly still: VersionRow | null;
  readonly counted: Counted;
};

/** Lists that can be made again, by id, with all those that they counted. */
export type GivenLists = ReadonlyMap<string, GivenList>;

/** The same with the keys that open their versions and coins. */
export type OpenedLists = {
  readonly given: GivenLists;
  readonly keys: Keys;
  readonly coins: ReadonlyMap<string, KeptCoin>;
  /** What people of every list have objected to. */
  readonly objections: Objections;
};

/**
 * Finds lists that were given, and those that they counted, as far back as there are any. What cannot be made again,
 * because a version was deleted, is left out, and so is what counted it. The transaction comes to act for the owners of
 * every list found: what they decide together is only who may stand on another list.
 */
export async function givenLists(tx: Transaction, releases: readonly ReleaseRow[]): Promise<GivenLists> {
  const found = new Map<string, GivenList>();
  const seen = new Set<string>();
  let rows = releases;
  while (rows.length > 0 && seen.size <= LIMITS.countedLists) {
    for (const { id } of rows) seen.add(id);
    const lists = rows.map((release) => ({ release, question: listQuestion(release) }));
    await tx.actForAlso([...new Set(lists.flatMap(({ question }) => datasetsOf(question).map(ownerOf)))]);
    const placed = await Promise.all(lists.map((one) => placedOn(tx, one)));
    for (const one of placed) if (one !== null) found.set(one.release.id, one);
    const wanted = new Set(placed.flatMap((one) => countedIn(one?.counted)));
    rows = await tx.releases.named([...wanted].filter((id) => !seen.has(id)));
  }
  return repeatable(found);
}

/** Every version that lists are made from. */
export function versionsIn(given: GivenLists): readonly VersionRow[] {
  return [...given.values()].flatMap(({ versions, still }) => (still === null ? versions : [...versions, still]));
}

/** Reads the keys, coins and objections of lists, in a transaction that acts for their owners. */
export async function openGiven(
  ports: Pick<Ports, "matcher" | "room">,
  tx: Transaction,
  given: GivenLists,
): Promise<OpenedLists> {
  const { keyRing } = ports.room;
  const partners = [...new Set([...given.values()].flatMap(({ versions }) => versions.map(({ partner }) => partner)))];
  const opening = partners.map((partner) => [partner, unwrapDataKey(tx, keyRing, partner)] as const);
  const [keys, objections] = await Promise.all([
    Promise.all(opening.map(async ([partner, key]) => [partner, await key] as const)),
    readObjections(ports, tx, opening),
  ]);
  const coins = [...given.values()].flatMap(({ release: { id, coin } }) =>
    coin === null ? [] : [[id, openCoin(coinKey(keyRing), id, coin)] as const],
  );
  return { given, keys: new Map(keys), coins: new Map(coins), objections };
}

type Repeating = {
  readonly opened: OpenedLists;
  readonly id: string;
  readonly versions?: readonly VersionRow[];
  /** Without anybody who has ever objected to anything: for a comparison with others. */
  readonly isCompared?: true;
};

/**
 * The references of a list that was given, on its own versions or on later ones, without whoever has objected to such
 * a list since: also where that was lifted again, so that a list only ever loses people.
 */
export async function listRecords(
  { matcher }: { readonly matcher: Matcher },
  repeating: Repeating,
): Promise<readonly string[]> {
  const { opened, id } = repeating;
  const coin = opened.coins.get(id)?.coin;
  const selection = selectionOf(repeating);
  const asked = { ...selection, maximum: Number.MAX_SAFE_INTEGER };
  return (await matcher.select(coin === undefined ? asked : { ...asked, coin })).records;
}

/** The matcher's form of contact caps. */
export function contactCaps(opened: OpenedLists, counted: Counted): (list: DatasetRef) => readonly ContactCap[] {
  const made = new Map<string, Contacts>();
  const contactsOf = (id: string, list: DatasetRef): Contacts => {
    const known = made.get(`${id} ${list}`) ?? contacts(opened, { id, list, capsOf });
    made.set(`${id} ${list}`, known);
    return known;
  };
  const capsOf = (of: Counted) => (list: DatasetRef) =>
    capsIn(of, list).map(({ count, lists }) => ({ count, lists: lists.map((id) => contactsOf(id, list)) }));
  return capsOf(counted);
}

type CapsOf = (counted: Counted) => (list: DatasetRef) => readonly ContactCap[];

function contacts(
  opened: OpenedLists,
  { id, list, capsOf }: { readonly id: string; readonly list: DatasetRef; readonly capsOf: CapsOf },
): Contacts {
  const given = givenIn(opened, id);
  const { from, identifiers } = given.question;
  const { consents } = storedConsents(given.release);
  // Whom it reached then, it reached, whoever has objected since.
  const then = { kind: "then", entry: given.release.entry } as const;
  const without = withoutObjecting(opened.objections, { question: given.question, consents }, then);
  const comparing = { ...given, keys: opened.keys, consents, capsOn: capsOf(given.counted), without };
  const [other] = datasetsOf(given.question).filter((one) => one !== list);
  if (other === undefined) throw new Error("a list of people is made from two lists");
  const coin = opened.coins.get(id)?.coin;
  const whom = list === from ? ("named" as const) : ("reached" as const);
  const made = {
    own: comparedList(list, comparing),
    other: comparedList(other, comparing),
    identifiers,
    name: id,
    whom,
  };
  return coin === undefined || whom === "reached" ? made : { ...made, coin };
}

function selectionOf({ opened, id, versions, isCompared }: Repeating): Selection {
  const given = givenIn(opened, id);
  const { from, matching, identifiers } = given.question;
  const { consents } = storedConsents(given.release);
  const capsOn = contactCaps(opened, given.counted);
  const on = versions === undefined ? given : { versions, still: null };
  const { question, release } = given;
  const when = isCompared === true ? EVER : ({ kind: "since", entry: release.entry } as const);
  const without = withoutObjecting(opened.objections, { question, consents }, when);
  const comparing = { question, ...on, keys: opened.keys, consents, capsOn, without };
  return { own: comparedList(from, comparing), other: comparedList(matching, comparing), identifiers };
}

/** For comparisons: whoever has ever objected is in neither of what is compared. */
export const EVER: When = { kind: "ever" };

function givenIn({ given }: OpenedLists, id: string): GivenList {
  const found = given.get(id);
  if (found === undefined) throw new Error("a list that was given is not there to be made again");
  return found;
}

function capsIn(counted: Counted, list: DatasetRef): readonly CountedCap[] {
  return Object.entries(counted).flatMap(([name, caps]) => (name === list ? caps : []));
}

function countedIn(counted: Counted | undefined): string[] {
  return counted === undefined ? [] : Object.values(counted).flatMap((caps) => caps.flatMap(({ lists }) => lists));
}

// A list counts only lists before it, so the oldest are settled first.
function repeatable(found: ReadonlyMap<string, GivenList>): GivenLists {
  const settled = new Map<string, GivenList>();
  const byAge = [...found.values()].sort((left, right) => left.release.entry - right.release.entry);
  for (const one of byAge) {
    if (countedIn(one.counted).every((id) => settled.has(id))) settled.set(one.release.id, one);
  }
  return settled;
}

// Null where one of its versions is not there any more.
async function placedOn(
  tx: Transaction,
  { release, question }: Pick<GivenList, "release" | "question">,
): Promise<GivenList | null> {
  const ids = [...release.versions.split(","), ...(release.still === null ? [] : [release.still])];
  const rows = (await Promise.all(ids.map((id) => tx.versions.find(id)))).filter((version) => version !== null);
  if (rows.length < ids.length) return null;
  const still = rows.find(({ id }) => id === release.still);
  const counted: Counted = JSON.parse(release.counted);
  const versions = rows.filter((version) => version !== still);
  return { release, question, versions, still: still === undefined ? null : still, counted };
}

function listQuestion(release: ReleaseRow): ListQuestion {
  const question = storedQuestion(release);
  if (!isForList(question)) throw new Error("the release gave no records");
  return question;
}

/** A list that counted none. */
export const NOTHING_COUNTED = "{}";

/** Counted lists as they are kept with a release. */
export function storedCounted(counted: Counted): string {
  return canonicalJson(Object.fromEntries(Object.entries(counted).map(([list, caps]) => [list, [...caps]])));
}
