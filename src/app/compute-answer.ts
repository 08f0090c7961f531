// The data's part of an answer: true counts from the matcher on sealed versions, before noise. Nothing of it is kept.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { type Cell, comparisonsOf, type ExactAsking, isTooNear } from "../domain/privacy/differencing.ts";
import type { Measurement, TableMeasurement, Truth } from "../domain/question/analysis.ts";
import { listDistance } from "../domain/question/audience/answer.ts";
import { isForList, type Question, questionSchema } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import { overKeys } from "../domain/question/table.ts";
import { unreachable } from "../domain/result.ts";
import type { ComparedList, DataKey, Selection } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { filesOf, type Permitted, versionOf } from "./assess-question.ts";
import type { Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { overlapBehind } from "./recorded-figures.ts";

/** What the matcher needs beside the question: the owners' keys and, for a list, the lists given before. */
export type Opened = {
  readonly keys: ReadonlyMap<string, DataKey>;
  readonly earlier: readonly { readonly release: ReleaseRow; readonly versions: readonly VersionRow[] }[];
};

/** True figures, and what they were computed on: they count for a decision about exactly that. */
export type Computed = {
  readonly versionsKey: string;
  /** A version keeps its name when people are erased from it. */
  readonly files: string;
  readonly earlierKey: string;
  readonly truths: readonly Truth[];
  /** Whether exact figures would be too near to earlier ones. */
  readonly isTooNear: boolean;
};

/** Reads what the matcher will need, in the transaction that permitted the question. */
export async function openFor(tx: Transaction, wrappingKey: Uint8Array, permitted: Permitted): Promise<Opened> {
  const partners = [...new Set(permitted.versions.map(({ partner }) => partner))];
  const [keys, releases] = await Promise.all([
    Promise.all(partners.map(async (partner) => [partner, await unwrapDataKey(tx, wrappingKey, partner)] as const)),
    earlierReleases(tx, permitted),
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

/** What the asker has of the same owners' lists, and a new list or exact figure must not be too near to. */
export async function earlierReleases(
  tx: Transaction,
  { question, decision }: Permitted,
): Promise<readonly ReleaseRow[]> {
  const { recipient, terms } = decision;
  if (isForList(question)) return tx.releases.audiences(recipient, question.matching);
  const overlap = overlapBehind(question);
  if (overlap === null || terms.mode !== "exact") return [];
  const others = overlap.between.filter((list) => ownerOf(list) !== recipient);
  const given = await Promise.all(others.map((list) => tx.releases.exactOverlaps(recipient, list)));
  return [...new Map(given.flat().map((release) => [release.id, release])).values()];
}

/** Names of earlier releases, to see whether there are new ones since. */
export function earlierKeyOf(releases: readonly ReleaseRow[]): string {
  return releases.map((release) => release.id).join();
}

/** Computes the true figures. Cost: the matcher's; for lists and exact figures, again for each earlier one. */
export async function computeAnswer(
  ports: Pick<Ports, "matcher">,
  permitted: Permitted,
  opened: Opened,
): Promise<Computed> {
  const { question, versions, versionsKey, decision, file } = permitted;
  const { consents } = decision.terms;
  const list = (name: DatasetRef): ComparedList => comparedList(name, { question, versions, opened, consents });
  const truths: Truth[] = [];
  for (const measurement of rulesOf(question.analysis).measurements(file.contract, question)) {
    truths.push(await measure(ports, { measurement, permitted, opened, list }));
  }
  const earlierKey = earlierKeyOf(opened.earlier.map(({ release }) => release));
  return {
    versionsKey,
    files: filesOf(versions),
    earlierKey,
    truths,
    isTooNear: await isNearEarlier(ports, permitted, opened),
  };
}

type Measuring<Kind> = {
  readonly measurement: Kind;
  readonly permitted: Permitted;
  readonly opened: Opened;
  readonly list: (name: DatasetRef) => ComparedList;
};

async function measure(ports: Pick<Ports, "matcher">, measuring: Measuring<Measurement>): Promise<Truth> {
  const { measurement, list, permitted, opened } = measuring;
  switch (measurement.kind) {
    case "overlap": {
      const { sizes, regions, byIdentifier } = await ports.matcher.overlap(
        measurement.lists.map(list),
        measurement.identifiers,
      );
      return { kind: "overlap", sizes, regions, byIdentifier };
    }
    case "table":
      return countTable(ports, { ...measuring, measurement });
    case "selection": {
      const maximum = permitted.decision.terms.maximumAudience;
      const { own, other, identifiers } = measurement;
      const query = { own: list(own), other: list(other), identifiers, maximum };
      const { count, records } = await ports.matcher.select(query);
      const nearest = count > maximum ? null : await nearestList(ports, { records, opened });
      return { kind: "selection", size: count, nearest };
    }
    default:
      return unreachable(measurement);
  }
}

async function countTable(
  { matcher }: Pick<Ports, "matcher">,
  { measurement, permitted, list }: Measuring<TableMeasurement>,
): Promise<Truth> {
  const { lists, identifiers, by, measure: bounds } = measurement;
  const placeOf = (dataset: DatasetRef) => lists.indexOf(dataset);
  const measures =
    bounds === null
      ? []
      : [
          {
            list: placeOf(bounds.dataset),
            measure: bounds.measure,
            minimum: bounds.minimum,
            maximum: bounds.maximum,
          },
        ];
  const counted = await matcher.crossTab({
    lists: lists.map(list),
    identifiers,
    by: by.map(({ dataset, attribute }) => ({ list: placeOf(dataset), attribute })),
    measures,
    ...(lists.length === 2 && identifiers.length === 1 ? { standing: "least-token" as const } : {}),
  });
  const values = by.map(({ dataset, attribute }) => valuesOf(permitted, dataset, attribute));
  const laid = (cells: readonly number[]) => overKeys(by, values, cells);
  const [measured] = counted.measures;
  return {
    kind: "table",
    people: laid(counted.people),
    holders: measured === undefined ? [] : laid(measured.holders),
    sums: measured === undefined ? [] : laid(measured.sums),
  };
}

function valuesOf({ versions, schemas }: Permitted, list: DatasetRef, attribute: string): readonly string[] {
  const declared = schemas[versions.indexOf(versionOf(versions, list))]?.attributes[attribute];
  if (declared === undefined) throw new Error("a list lacks an attribute that a table counts by");
  return declared.values;
}

/** The records of a released audience, worked out anew on the versions that it was released on. */
export async function audienceRecords(
  ports: Pick<Ports, "matcher">,
  given: { readonly release: ReleaseRow; readonly versions: readonly VersionRow[]; readonly keys: Opened["keys"] },
): Promise<readonly string[]> {
  const question = storedQuestion(given.release);
  if (!isForList(question)) throw new Error("the release gave no records");
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

type Placed = ExactAsking & { readonly rows: readonly VersionRow[] };

async function isNearEarlier(ports: Pick<Ports, "matcher">, permitted: Permitted, opened: Opened): Promise<boolean> {
  const { versions, decision } = permitted;
  const question = overlapBehind(permitted.question);
  if (question === null) return false;
  const { terms, recipient } = decision;
  const asked = placed({ question, rows: versions, consents: terms.consents });
  for (const { release, versions: rows } of opened.earlier) {
    const before = overlapBehind(storedQuestion(release));
    if (before === null) throw new Error("an earlier overlap is none");
    // A list of somebody who is not asked now cannot be opened, so nothing is known of how near it is.
    if (rows.length < before.between.length || rows.some(({ partner }) => !opened.keys.has(partner))) return true;
    const given = placed({ question: before, rows, consents: storedConsents(release).consents });
    const comparisons = comparisonsOf(asked, given, recipient);
    if (comparisons === null) return true;
    for (const { asked: one, given: other } of comparisons) {
      const [left, right] = [selectionOf(asked, one, opened), selectionOf(given, other, opened)];
      const { onlyLeft, onlyRight } = await ports.matcher.difference(left, right);
      if (isTooNear(onlyLeft + onlyRight, terms.k)) return true;
    }
  }
  return false;
}

function placed({ rows, ...asking }: Omit<Placed, "versions">): Placed {
  const ids = asking.question.between.map((list) => [list, versionOf(rows, list).id]);
  return { ...asking, rows, versions: Object.fromEntries(ids) };
}

// A list compared with itself is everybody on it whom the question's identifiers can tell.
function selectionOf(asking: Placed, { list, sharedWith }: Cell, opened: Pick<Opened, "keys">): Selection {
  const { question, rows: versions, consents } = asking;
  const compared = (name: DatasetRef) => comparedList(name, { question, versions, opened, consents });
  const { identifiers } = question;
  return { own: compared(list), other: compared(sharedWith ?? list), identifiers };
}
