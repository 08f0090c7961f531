// What one question for a list must look back at: lists that the asker was given before, which it must not be too near
// to, and lists that count against contact caps, in every contract and for every recipient. Read with the documents;
// nothing about people is.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { DAY_MILLIS, isoInstant, unixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { contactsInWords } from "../domain/policy/contacts.ts";
import type { Decision } from "../domain/policy/decide.ts";
import type { Reason, Source } from "../domain/policy/reasons.ts";
import type { ContactLimit } from "../domain/policy/terms.ts";
import type { OwnerTerms } from "../domain/policy/weigh.ts";
import { type Directory, listInWords } from "../domain/policy/words.ts";
import { isForList, type Question } from "../domain/question/question.ts";
import type { ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type Counted, type GivenLists, givenLists } from "./given-lists.ts";

/** What stands behind a question for a list. */
export type ListsBehind = {
  /** Every list that must be made again, with those that it counted. */
  readonly given: GivenLists;
  /** The asker's own, which the guard compares with: none where the new list is deniable, or they are. */
  readonly earlier: readonly string[];
  readonly counted: Counted;
};

/** What stands behind a question that looks back at none. */
export const NO_LISTS: ListsBehind = { given: new Map(), earlier: [], counted: {} };

type Ruled = {
  readonly directory: Directory;
  readonly question: Question;
  readonly decision: Extract<Decision, { kind: "permit" }>;
};

/** Reads it, and why the question is refused where something cannot be made again. */
export async function listsBehind(
  tx: Transaction,
  { question, decision, directory }: Ruled,
): Promise<{ readonly lists: ListsBehind; readonly refusals: readonly Reason[]; readonly isLost: boolean }> {
  if (!isForList(question)) return { lists: NO_LISTS, refusals: [], isLost: false };
  const { terms, recipient, owners } = decision;
  const [contacted, earlier] = await Promise.all([
    contactedWithin(tx, terms.contacts),
    terms.deniability === null ? tx.releases.audiences(recipient, question.matching) : [],
  ]);
  const releases = [...contacted.flatMap((one) => one.releases), ...earlier];
  const given = await givenLists(tx, [...new Map(releases.map((release) => [release.id, release])).values()]);
  const { counted, refusals } = countedOf(contacted, given, {
    sourceOf: (list) => policyOf(owners, ownerOf(list)),
    nameOf: (list) => listInWords(directory, list),
  });
  const isLost = earlier.some(({ id }) => !given.has(id));
  return { lists: { given, earlier: earlier.map(({ id }) => id), counted }, refusals, isLost };
}

function policyOf(owners: readonly OwnerTerms[], partner: PartnerId): Source {
  const owner = owners.find((one) => one.partner === partner);
  if (owner === undefined) throw new Error("a permit lacks the terms of an owner");
  return { document: "policy", partner, version: owner.version, digest: owner.digest };
}

/** The lists that a question's caps look at, before it is known which can be made again. */
type Contacted = readonly {
  readonly list: DatasetRef;
  readonly cap: ContactLimit;
  readonly releases: readonly ReleaseRow[];
}[];

async function contactedWithin(
  tx: Transaction,
  contacts: { readonly [list: string]: readonly ContactLimit[] },
): Promise<Contacted> {
  const asked = Object.entries(contacts).flatMap(([list, caps]) =>
    // SAFETY: terms name lists by their references.
    caps.map((cap) => ({ list: list as DatasetRef, cap })),
  );
  return Promise.all(
    asked.map(async (one) => ({ ...one, releases: await tx.releases.contacting(one.list, one.cap.periodDays) })),
  );
}

/** Where a list's cap stands, and what people call the list. */
type Told = { readonly sourceOf: (list: DatasetRef) => Source; readonly nameOf: (list: DatasetRef) => string };

// What counts. A list that cannot be made again any more counts as if everybody stood on it: a cap must hold, and whom
// it named is not known. Where that leaves nobody, the question is refused, openly, since no data decides it.
function countedOf(
  contacted: Contacted,
  given: GivenLists,
  { sourceOf, nameOf }: Told,
): { readonly counted: Counted; readonly refusals: readonly Reason[] } {
  const counted: { [list: string]: Counted[string][number][] } = {};
  const refusals: Reason[] = [];
  for (const { list, cap, releases } of contacted) {
    const lists = releases.map(({ id }) => id).filter((id) => given.has(id));
    const lost = releases.filter(({ id }) => !given.has(id));
    const count = cap.count - lost.length;
    const before = counted[list];
    if (count <= 0) refusals.push({ ...sourceOf(list), ...refusal({ name: nameOf(list), cap, lost }) });
    else if (lists.length > 0)
      counted[list] = [...(before === undefined ? [] : before), { count, lists: [...lists].sort() }];
  }
  return { counted, refusals };
}

type Lost = { readonly name: string; readonly cap: ContactLimit; readonly lost: readonly ReleaseRow[] };

function refusal({ name, cap, lost }: Lost): Pick<Reason, "pointer" | "effect" | "says"> {
  const times = lost.map(({ releasedAt }) => releasedAt).sort((left, right) => right - left);
  const last = times[cap.count - 1];
  if (last === undefined) throw new Error("fewer lists are lost than a cap permits");
  const next = unixMillis(last + cap.periodDays * DAY_MILLIS);
  const says =
    `nobody of ${name} stands on more than ${contactsInWords(cap)}, and of as many lists nobody can tell any ` +
    `more whom they named, as their data were deleted; the next is possible from ${isoInstant(next)}`;
  return { pointer: "/contactsPerPerson", effect: "denies", says };
}
