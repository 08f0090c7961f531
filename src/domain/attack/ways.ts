// The shapes of questions that a contract has words for: by which identifiers, among which lists, with which measure.

import type { Contract } from "../contract/document.ts";
import { type DatasetRef, datasetRef, type IdentifierKind } from "../dataset/schema.ts";
import type { AttributeUse } from "../policy/limits-document.ts";
import type { Named, Way } from "./probe.ts";
import type { Setting } from "./stage.ts";

/** An attribute by which people of one of the lists may be chosen or grouped, and its values. */
export type Attribute = Named & { readonly values: readonly string[] };

type Entry = Contract["analyses"][number];
type Shape = Pick<Way, "identifiers" | "others" | "measure">;

/** Every way of asking that the contract of a setting names; what the policy says to it is another matter. */
export function waysOf(setting: Setting): readonly Way[] {
  return setting.contract.analyses.flatMap((entry) =>
    entry.purposes.flatMap((purpose) =>
      shapesOf(setting, entry).flatMap((shape): readonly Way[] => {
        const way = { analysis: entry.analysis, purpose, ...shape };
        const isList = entry.analysis === "audience" || entry.analysis === "suppression";
        return isList ? entry.channels.map((channel) => ({ ...way, channel })) : [{ ...way, channel: null }];
      }),
    ),
  );
}

/** The attributes of two lists that the contract lets be used so: the owner's first, those of few values first. */
export function usableAttributes({ contract, own, theirs }: Setting, use: AttributeUse): readonly Attribute[] {
  return [theirs, own].flatMap((dataset) => {
    const attributes = Object.entries(broughtAs(contract, dataset).attributes);
    const usable = attributes.filter(([, { values, uses }]) => values.length > 1 && uses.includes(use));
    const named = usable.map(([attribute, { values }]) => ({ dataset, attribute, values }));
    return named.sort((left, right) => left.values.length - right.values.length);
  });
}

function shapesOf(setting: Setting, entry: Entry): readonly Shape[] {
  const { own, theirs, others } = setting;
  const kinds = sharedKinds(setting, entry, [own, theirs]);
  const [first] = kinds;
  if (first === undefined) return [];
  const pair: Shape = { identifiers: kinds, others: [], measure: null };
  // Tables by one identifier carry half the noise; more lists than two are matched by one alone.
  const byOne = { ...pair, identifiers: [first] };
  const byAll = kinds.length > 1 ? [pair] : [];
  const kindsOfAll = sharedKinds(setting, entry, [own, theirs, ...others]).slice(0, 1);
  const among = others.length === 0 || kindsOfAll.length === 0 ? [] : [{ ...pair, identifiers: kindsOfAll, others }];
  switch (entry.analysis) {
    case "overlap":
      return [pair, ...among];
    case "crosstab":
      return [byOne, ...byAll, ...measuresAt(setting).map((measure) => ({ ...byOne, measure })), ...among];
    case "affinity":
      return [byOne, ...byAll];
    case "trend":
    case "audience":
    case "suppression":
      return [pair];
    default:
      return entry.analysis satisfies never;
  }
}

function sharedKinds({ contract }: Setting, entry: Entry, lists: readonly DatasetRef[]): readonly IdentifierKind[] {
  const brought = lists.map((list) => broughtAs(contract, list));
  const isOneNamespace = new Set(brought.map(({ namespace }) => namespace)).size === 1;
  return entry.identifiers.filter(
    (kind) => brought.every(({ identifiers }) => identifiers.includes(kind)) && (kind !== "external" || isOneNamespace),
  );
}

// One measure of the owner's list: its sum where that may be told, which gives away the most.
function measuresAt({ contract, theirs }: Setting): readonly NonNullable<Way["measure"]>[] {
  const { measures } = broughtAs(contract, theirs);
  if (measures === undefined) return [];
  const [first] = Object.entries(measures);
  if (first === undefined) return [];
  const [measure, { aggregates }] = first;
  return [{ dataset: theirs, measure, aggregate: aggregates.includes("sum") ? "sum" : "mean" }];
}

function broughtAs({ datasets }: Contract, list: DatasetRef): Contract["datasets"][number] {
  const brought = datasets.find((one) => datasetRef(one.partner, one.dataset) === list);
  if (brought === undefined) throw new Error("a setting is about lists of its contract");
  return brought;
}
