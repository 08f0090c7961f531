// The data's part of an answer: true counts from the matcher on sealed versions, before noise. Nothing of it is kept.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { Measurement, TableMeasurement, Truth } from "../domain/question/analysis.ts";
import { listDistance } from "../domain/question/audience/answer.ts";
import { isForList } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import { unreachable } from "../domain/result.ts";
import type { ComparedList } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { filesOf, type Permitted, versionOf } from "./assess-question.ts";
import {
  comparedList,
  countTable,
  declaredValues,
  type Keys,
  storedConsents,
  storedQuestion,
} from "./compared-list.ts";
import { type Earlier, earlierIn, isNearEarlier } from "./near-earlier.ts";
import type { Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { exactlyBehind } from "./recorded-figures.ts";

/** What the matcher needs beside the question: the owners' keys, and what the answer is compared with. */
export type Opened = { readonly keys: Keys; readonly earlier: readonly Earlier[] };

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
  return { keys: new Map(keys), earlier: await Promise.all(releases.map((release) => earlierIn(tx, release))) };
}

/** What the asker has of the same owners' lists, and a new list or exact figure must not be too near to. */
export async function earlierReleases(
  tx: Transaction,
  { question, decision }: Permitted,
): Promise<readonly ReleaseRow[]> {
  const { recipient, terms } = decision;
  if (isForList(question)) return tx.releases.audiences(recipient, question.matching);
  const exact = exactlyBehind(question);
  if (exact === null || terms.mode !== "exact") return [];
  const others = exact.between.filter((list) => ownerOf(list) !== recipient);
  const given = await Promise.all(others.map((list) => tx.releases.exactFigures(recipient, list)));
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
  const rules = rulesOf(question.analysis);
  const further = decision.terms.mode === "exact" ? rules.exactMeasurements(file.contract, question) : [];
  for (const measurement of [...rules.measurements(file.contract, question), ...further]) {
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
      return countTable(ports, countingOf({ ...measuring, measurement }));
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

function countingOf({ measurement, permitted, list }: Measuring<TableMeasurement>): Parameters<typeof countTable>[1] {
  const { lists, identifiers, by, measure: bounds } = measurement;
  const { versions, schemas } = permitted;
  const schemaOf = (dataset: DatasetRef) => schemas[versions.indexOf(versionOf(versions, dataset))];
  return {
    lists: lists.map(list),
    identifiers,
    by: by.map((axis) => {
      const values = declaredValues(schemaOf(axis.dataset), axis.attribute);
      return { ...axis, at: lists.indexOf(axis.dataset), values };
    }),
    measure: bounds === null ? null : { ...bounds, at: lists.indexOf(bounds.dataset) },
  };
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
