// The data's part of an answer: true counts from the matcher on sealed versions, before noise. Nothing of it is kept.

import type { DatasetRef } from "../domain/dataset/schema.ts";
import { listDistance } from "../domain/question/audience.ts";
import type { OverlapCounts } from "../domain/question/overlap.ts";
import { datasetsOf, type Question, questionSchema } from "../domain/question/question.ts";
import type { ComparedList, DataKey } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type Permitted, versionOf } from "./assess-question.ts";
import type { Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

/** What the matcher needs beside the question: the owners' keys and, for a list, the lists given before. */
export type Opened = {
  readonly keys: ReadonlyMap<string, DataKey>;
  readonly earlier: readonly { readonly release: ReleaseRow; readonly versions: readonly VersionRow[] }[];
};

/** True figures, and what they were computed on: they count for a decision about exactly that. */
export type Computed = {
  readonly versionsKey: string;
  readonly earlierKey: string;
  readonly counts:
    | { readonly kind: "overlap"; readonly overlap: OverlapCounts }
    | { readonly kind: "audience"; readonly size: number; readonly nearest: number | null };
};

/** Reads what the matcher will need, in the transaction that permitted the question. */
export async function openFor(tx: Transaction, wrappingKey: Uint8Array, permitted: Permitted): Promise<Opened> {
  const partners = [...new Set(permitted.versions.map(({ partner }) => partner))];
  const [keys, releases] = await Promise.all([
    Promise.all(partners.map(async (partner) => [partner, await unwrapDataKey(tx, wrappingKey, partner)] as const)),
    earlierAudiences(tx, permitted),
  ]);
  const earlier = await Promise.all(
    releases.map(async (release) => ({ release, versions: await versionsIn(tx, release) })),
  );
  return { keys: new Map(keys), earlier };
}

async function versionsIn(tx: Transaction, release: ReleaseRow): Promise<VersionRow[]> {
  const versions = await Promise.all(release.versions.split(",").map((id) => tx.versions.find(id)));
  return versions.filter((version) => version !== null);
}

/** The audiences that the asker has from the same owner's list: those a new one must not be too near to. */
export async function earlierAudiences(
  tx: Transaction,
  { question, decision }: Permitted,
): Promise<readonly ReleaseRow[]> {
  if (question.analysis !== "audience") return [];
  const given = await tx.releases.audiences(decision.recipient, question.matching);
  return given.filter((release) => release.outcome === "released");
}

/** Names of earlier audiences, to see whether there are new ones since. */
export function earlierKeyOf(releases: readonly ReleaseRow[]): string {
  return releases.map((release) => release.id).join();
}

/** Computes the true figures. Cost: the matcher's; for a list, once more for each earlier list from the same owner. */
export async function computeAnswer(
  ports: Pick<Ports, "matcher">,
  permitted: Permitted,
  opened: Opened,
): Promise<Computed> {
  const { question, versions, versionsKey, decision } = permitted;
  const earlierKey = earlierKeyOf(opened.earlier.map(({ release }) => release));
  const list = (name: DatasetRef): ComparedList =>
    comparedList(name, { question, versions, opened, consents: decision.terms.consents });
  if (question.analysis === "overlap") {
    const overlap = await ports.matcher.overlap(datasetsOf(question).map(list), question.identifiers);
    return { versionsKey, earlierKey, counts: { kind: "overlap", overlap } };
  }
  const maximum = decision.terms.maximumAudience;
  const own = { own: list(question.from), other: list(question.matching), identifiers: question.identifiers };
  const { count, records } = await ports.matcher.select({ ...own, maximum });
  const nearest = count > maximum ? null : await nearestList(ports, { records, opened });
  return { versionsKey, earlierKey, counts: { kind: "audience", size: count, nearest } };
}

/** The records of a released audience, worked out anew on the versions that it was released on. */
export async function audienceRecords(
  ports: Pick<Ports, "matcher">,
  given: { readonly release: ReleaseRow; readonly versions: readonly VersionRow[]; readonly keys: Opened["keys"] },
): Promise<readonly string[]> {
  const question = storedQuestion(given.release);
  if (question.analysis !== "audience") throw new Error("the release is no audience");
  const { consents } = storedConsents(given.release);
  const opened = { keys: given.keys, earlier: [] };
  const list = (name: DatasetRef) => comparedList(name, { question, versions: given.versions, opened, consents });
  const { identifiers } = question;
  const maximum = Number.MAX_SAFE_INTEGER;
  const query = { own: list(question.from), other: list(question.matching), identifiers, maximum };
  return (await ports.matcher.select(query)).records;
}

/** The canonical question that a release answered. */
export function storedQuestion(release: Pick<ReleaseRow, "question">): Question {
  const question = questionSchema.parse(JSON.parse(release.question));
  if (question.identifiers === undefined) throw new Error("a stored question is not canonical");
  return { ...question, identifiers: question.identifiers, where: question.where ?? [] } satisfies Question;
}

function storedConsents(release: Pick<ReleaseRow, "answer">): { readonly consents: ComparedConsents } {
  const answer: { readonly consents: ComparedConsents } = JSON.parse(release.answer);
  return answer;
}

type ComparedConsents = { readonly [list: string]: readonly string[] };
type Comparing = {
  readonly question: Question;
  readonly versions: readonly VersionRow[];
  readonly opened: Pick<Opened, "keys">;
  readonly consents: ComparedConsents;
};

function comparedList(name: DatasetRef, { question, versions, opened, consents }: Comparing): ComparedList {
  const version = versionOf(versions, name);
  const dataKey = opened.keys.get(version.partner);
  if (dataKey === undefined) throw new Error("a list's data key was not opened");
  const where = question.where.filter((clause) => clause.dataset === name);
  return { segment: version.segment, dataKey, consents: consentsFor(name, consents), where };
}

// Terms name only lists that ask for a consent.
function consentsFor(name: DatasetRef, consents: ComparedConsents): readonly string[] {
  const wanted = consents[name];
  return wanted === undefined ? [] : wanted;
}

async function nearestList(
  ports: Pick<Ports, "matcher">,
  made: { readonly records: readonly string[]; readonly opened: Opened },
): Promise<number | null> {
  let nearest: number | null = null;
  for (const { release, versions } of made.opened.earlier) {
    const before = await audienceRecords(ports, { release, versions, keys: made.opened.keys });
    const distance = listDistance(before, made.records);
    nearest = nearest === null ? distance : Math.min(nearest, distance);
  }
  return nearest;
}
