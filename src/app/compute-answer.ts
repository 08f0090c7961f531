// The data's part of an answer: true counts from the matcher on sealed versions, before noise. Nothing of it is kept.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { coinEpsilon } from "../domain/privacy/deniability.ts";
import type { Measurement, TableMeasurement, Truth } from "../domain/question/analysis.ts";
import { listDistance } from "../domain/question/audience/answer.ts";
import { isForList } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import { unreachable } from "../domain/result.ts";
import type { When } from "../domain/subject/objection.ts";
import type { ComparedList } from "../ports/matcher.ts";
import type { ObjectionRow } from "../ports/rights.ts";
import type { DataKeyRow, ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Permitted } from "./assess-question.ts";
import { type Counting, comparedList, countTable, declaredValues, type Keys } from "./compared-list.ts";
import {
  contactCaps,
  EVER,
  listRecords,
  type OpenedLists,
  openGiven,
  storedCounted,
  versionsIn,
} from "./given-lists.ts";
import { type CoinSeed, coinOf, drawCoin } from "./list-coin.ts";
import { type Earlier, earlierIn, isNearEarlier } from "./near-earlier.ts";
import { type Objections, openObjections, withoutObjecting } from "./objections.ts";
import type { Ports } from "./ports.ts";
import { filesOf, versionOf } from "./question-versions.ts";
import { openDataKey } from "./receive-part.ts";
import { exactlyBehind } from "./recorded-figures.ts";

/** What the matcher needs beside the question: the owners' keys, and what was given before. */
export type Opened = {
  readonly keys: Keys;
  readonly lists: OpenedLists;
  /** What people of the question's lists have objected to. */
  readonly objections: Objections;
  /** Exact figures. */
  readonly earlier: readonly Earlier[];
};

/** True figures, and what they were computed on: they count for a decision about exactly that. */
export type Computed = {
  /** The assessment that they were computed for. */
  readonly permitted: Permitted;
  /** Entries of the log when it was assessed. */
  readonly logSize: number;
  readonly versionsKey: string;
  /** As `filesBehind` tells them. */
  readonly files: string;
  readonly earlierKey: string;
  readonly truths: readonly Truth[];
  /** Of a deniable list: the coin that its size was counted with. Secret. */
  readonly coin: CoinSeed | null;
  /** Whether contact caps keep anybody out of the room: if not, the list is what it would be without them. */
  readonly leavesOut: boolean;
  /** Whether exact figures would be too near to earlier ones. */
  readonly isTooNear: boolean;
};

/** What is kept of a list's owner, as it is sealed. */
export type SealedOf = {
  readonly partner: PartnerId;
  readonly key: DataKeyRow | null;
  readonly objections: readonly ObjectionRow[];
};

/** Reads it, in a transaction that acts for the owners. */
export function readSealed(tx: Transaction, owners: readonly PartnerId[]): Promise<SealedOf[]> {
  return Promise.all(
    owners.map(async (partner) => {
      const [key, objections] = await Promise.all([tx.dataKeys.find(partner), tx.objections.list(partner)]);
      return { partner, key, objections };
    }),
  );
}

type ToOpen = { readonly permitted: Permitted; readonly sealed: readonly SealedOf[] };

/** Opens and reads what the matcher will need, in the transaction that permitted the question. */
export async function openFor(
  ports: Pick<Ports, "matcher" | "room">,
  tx: Transaction,
  { permitted, sealed }: ToOpen,
): Promise<Opened> {
  const opened = sealed.map(({ partner, key, objections }) => {
    const dataKey = openDataKey(ports.room.keyRing, partner, key);
    return { partner, dataKey, objections: openObjections(ports, dataKey, objections) };
  });
  const [lists, releases] = await Promise.all([
    openGiven(ports, tx, permitted.lists.given),
    earlierReleases(tx, permitted),
  ]);
  const earlier = await Promise.all(releases.map((release) => earlierIn(tx, release)));
  return {
    keys: new Map(opened.map(({ partner, dataKey }) => [partner, dataKey])),
    objections: new Map(opened.map(({ partner, objections }) => [partner, objections])),
    lists,
    earlier,
  };
}

/** What the asker has of the same owners' lists that new exact figures must not be too near to. */
export async function earlierReleases(
  tx: Transaction,
  { question, decision }: Permitted,
): Promise<readonly ReleaseRow[]> {
  const { recipient, terms } = decision;
  const exact = exactlyBehind(question);
  if (exact === null || terms.mode !== "exact") return [];
  const others = exact.between.filter((list) => ownerOf(list) !== recipient);
  const given = await Promise.all(others.map((list) => tx.releases.exactFigures(recipient, list)));
  return [...new Map(given.flat().map((release) => [release.id, release])).values()];
}

/** Names of what figures rest on beside their versions, to see whether there is anything new since. */
export function earlierKeyOf({ lists, still, objections }: Permitted, exact: readonly ReleaseRow[]): string {
  const counted = storedCounted(lists.counted);
  const names = [...exact.map((release) => release.id), ...lists.earlier, counted, still === null ? "" : still.id];
  return [...names, objections].join();
}

/** The sealed files that figures rest on: a version keeps its name when people are erased from it. */
export function filesBehind({ versions, still, lists }: Pick<Permitted, "versions" | "still" | "lists">): string {
  return filesOf([...versions, ...(still === null ? [] : [still]), ...versionsIn(lists.given)]);
}

/** Computes the true figures. Cost: the matcher's; for lists and exact figures, again for each earlier one. */
export async function computeAnswer(
  ports: Pick<Ports, "matcher" | "random">,
  permitted: Permitted,
  opened: Opened,
): Promise<Omit<Computed, "logSize">> {
  const { question, versions, versionsKey, decision, file, lists, still } = permitted;
  const { consents, deniability } = decision.terms;
  const capsOn = contactCaps(opened.lists, lists.counted);
  const comparing = { question, versions, keys: opened.keys, consents, still, capsOn };
  const listed = (when: When) => {
    const without = withoutObjecting(opened.objections, { question, consents }, when);
    return (name: DatasetRef): ComparedList => comparedList(name, { ...comparing, without });
  };
  const list = listed({ kind: "now" });
  const epsilon = isForList(question) ? coinEpsilon(deniability, permitted.epsilon) : null;
  const coin = epsilon === null ? null : drawCoin(ports.random, epsilon);
  const truths: Truth[] = [];
  const rules = rulesOf(question.analysis);
  const further = decision.terms.mode === "exact" ? rules.exactMeasurements(file.contract, question) : [];
  for (const measurement of [...rules.measurements(file.contract, question), ...further]) {
    truths.push(await measure(ports, { measurement, permitted, opened, list, compared: listed(EVER), coin }));
  }
  const exact = opened.earlier.map(({ release }) => release);
  const isTooNear = await isNearEarlier(ports, permitted, opened);
  return {
    permitted,
    versionsKey,
    files: filesBehind(permitted),
    earlierKey: earlierKeyOf(permitted, exact),
    truths,
    coin,
    isTooNear,
    leavesOut: await leavesOut(ports, permitted, list),
  };
}

type Measuring<Kind> = {
  readonly measurement: Kind;
  readonly permitted: Permitted;
  readonly opened: Opened;
  readonly list: (name: DatasetRef) => ComparedList;
  /** The same without whoever has ever objected to anything, for comparisons. */
  readonly compared: (name: DatasetRef) => ComparedList;
  readonly coin: CoinSeed | null;
};

async function measure(ports: Pick<Ports, "matcher">, measuring: Measuring<Measurement>): Promise<Truth> {
  const { measurement, list } = measuring;
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
    case "selection":
      return selectPeople(ports, { ...measuring, measurement });
    default:
      return unreachable(measurement);
  }
}

// Nobody rests where each room is as large without the caps as with them.
async function leavesOut(
  { matcher }: Pick<Ports, "matcher">,
  { question, lists }: Permitted,
  list: (name: DatasetRef) => ComparedList,
): Promise<boolean> {
  if (!isForList(question) || Object.keys(lists.counted).length === 0) return false;
  const { identifiers } = question;
  const pair = [question.from, question.matching].map(list);
  const capped = await matcher.overlap(pair, identifiers);
  const whole = await matcher.overlap(
    pair.map((one) => ({ ...one, caps: [] })),
    identifiers,
  );
  return capped.sizes.join() !== whole.sizes.join();
}

async function selectPeople(
  ports: Pick<Ports, "matcher">,
  { measurement, permitted, opened, list, compared, coin }: Measuring<Extract<Measurement, { kind: "selection" }>>,
): Promise<Truth> {
  const maximum = permitted.decision.terms.maximumAudience;
  const { own, other, identifiers } = measurement;
  const query = { own: list(own), other: list(other), identifiers, maximum };
  const asked = coin === null ? query : { ...query, coin: coinOf(coin) };
  const { count, room, records } = await ports.matcher.select(asked);
  const { earlier } = permitted.lists;
  if (count > maximum || earlier.length === 0) return { kind: "selection", size: count, room, nearest: null };
  const alike = { own: compared(own), other: compared(other), identifiers, maximum: Number.MAX_SAFE_INTEGER };
  const isSame = alike.own.without === query.own.without && alike.other.without === query.other.without;
  const made = isSame ? records : (await ports.matcher.select(alike)).records;
  const nearest = await nearestList(ports, { records: made, lists: opened.lists, earlier });
  return { kind: "selection", size: count, room, nearest };
}

function countingOf({ measurement, permitted, list }: Measuring<TableMeasurement>): Counting {
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

async function nearestList(
  ports: Pick<Ports, "matcher">,
  made: { readonly records: readonly string[]; readonly lists: OpenedLists; readonly earlier: readonly string[] },
): Promise<number | null> {
  let nearest: number | null = null;
  for (const id of made.earlier) {
    const distance = listDistance(await listRecords(ports, { opened: made.lists, id, isCompared: true }), made.records);
    nearest = nearest === null ? distance : Math.min(nearest, distance);
  }
  return nearest;
}
