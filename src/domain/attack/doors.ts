// The ways into an owner's list that the documents leave open: who may ask which analysis, for what, under which terms.

import { canonicalJson } from "../canonical-json.ts";
import { datasetRef } from "../dataset/schema.ts";
import type { Analysis } from "../policy/limits-document.ts";
import type { Terms } from "../policy/terms.ts";
import { weigh } from "../policy/weigh.ts";
import { type Tariff, tariffsOf } from "../privacy/charges.ts";
import { type EpsilonMicros, printEpsilon } from "../privacy/epsilon.ts";
import type { Clause } from "../question/asked.ts";
import { type AskedQuestion, canonicalQuestion, type Question } from "../question/question.ts";
import type { Setting, Stage } from "./stage.ts";

/** The analyses that attacks know how to use. */
export type Attacked = Extract<Analysis, "overlap" | "audience">;

/** Values of an attribute by which people of one of the lists may be chosen. */
export type Filter = {
  readonly list: "own" | "theirs";
  readonly attribute: string;
  readonly values: readonly string[];
};

/** What is asked and for what. */
export type Way = {
  readonly analysis: Attacked;
  readonly purpose: string;
  /** Where a list goes; null for figures. */
  readonly channel: string | null;
};

/** One way in. */
export type Door = Setting &
  Way & {
    readonly terms: Terms;
    /** The price of one answer at its highest, which is the most precise. */
    readonly price: EpsilonMicros;
    readonly tariff: Tariff;
    readonly filters: readonly Filter[];
    /** People behind a figure that is shown, at the least and at the most. */
    readonly floor: number;
    readonly ceiling: number;
  };

/** What is asked through a door: of which people, at which price; the highest when null. */
export type Probe = { readonly where: readonly Clause[]; readonly epsilon: EpsilonMicros | null };

/** Every door of a stage; those of one partner under one contract that have the same terms are one. */
export function doorsOf(stage: Stage): readonly Door[] {
  const doors = stage.settings.flatMap((setting) =>
    waysOf(setting).flatMap((way) => doorAt(stage, { ...setting, ...way })),
  );
  const seen = new Set<string>();
  return doors.filter((door) => {
    const key = `${door.contractId} ${door.recipient} ${termsKey(door)}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** What a door's terms come to: doors with the same key are as hard to attack. */
export function termsKey({ analysis, terms, price, tariff, filters }: Door): string {
  const { mode, k, rounding, minimumAudience, maximumAudience } = terms;
  const limits = [tariff.limits.perRecipient, tariff.limits.lineage, tariff.periodDays].map(String);
  return canonicalJson([analysis, mode, k, rounding, minimumAudience, maximumAudience, price, limits, filters.length]);
}

/** The question that a probe comes to at a door. */
export function askedAt(door: Setting & Way, probe: Probe): AskedQuestion {
  const { contractId, purpose, channel, own, theirs } = door;
  const asked = {
    contract: contractId,
    purpose,
    where: [...probe.where],
    ...(probe.epsilon === null ? {} : { epsilon: printEpsilon(probe.epsilon) }),
  };
  if (channel === null) return { analysis: "overlap", ...asked, between: [own, theirs] };
  return { analysis: "audience", ...asked, from: own, matching: theirs, channel };
}

function waysOf({ contract }: Setting): readonly Way[] {
  return contract.analyses.flatMap(({ analysis, purposes, channels }): readonly Way[] => {
    if (analysis === "overlap") return purposes.map((purpose) => ({ analysis, purpose, channel: null }));
    if (analysis !== "audience") return [];
    return purposes.flatMap((purpose) => channels.map((channel) => ({ analysis, purpose, channel })));
  });
}

function doorAt(stage: Stage, way: Setting & Way): readonly Door[] {
  const plain = permitted(stage, way, { where: [], epsilon: null });
  if (plain === null) return [];
  const { terms } = plain;
  const price = terms.budget.perRelease;
  const decision = { ...plain, recipient: way.recipient, approvers: [] };
  const [tariff] = tariffsOf({ ...way, question: plain.question, decision, epsilon: price });
  if (tariff === undefined) throw new Error("a question about another's list has a price");
  const isList = way.analysis === "audience";
  return [
    {
      ...way,
      terms,
      price,
      tariff,
      filters: filtersAt(stage, way),
      floor: isList ? terms.minimumAudience : terms.k,
      ceiling: isList ? terms.maximumAudience : Number.MAX_SAFE_INTEGER,
    },
  ];
}

function filtersAt(stage: Stage, way: Setting & Way): readonly Filter[] {
  const { contract, own, theirs } = way;
  return contract.datasets.flatMap((brought) => {
    const dataset = datasetRef(brought.partner, brought.dataset);
    if (dataset !== own && dataset !== theirs) return [];
    const list = dataset === own ? "own" : "theirs";
    return Object.entries(brought.attributes).flatMap(([attribute, { values }]): Filter[] => {
      const where = [{ dataset, attribute, in: values.slice(0, 1) }];
      const isOpen = values.length > 1 && permitted(stage, way, { where, epsilon: null }) !== null;
      return isOpen ? [{ list, attribute, values }] : [];
    });
  });
}

function permitted(stage: Stage, way: Setting & Way, probe: Probe) {
  const { policies, on } = stage;
  const question = canonicalAt(way, probe);
  if (question === null) return null;
  const weighed = weigh({ ...way, question, on, policies });
  return weighed.kind === "permit" ? { ...weighed, question } : null;
}

function canonicalAt(way: Setting & Way, probe: Probe): Question | null {
  const canonical = canonicalQuestion(way.contract, askedAt(way, probe));
  return canonical.ok ? canonical.value : null;
}
