// What is asked through a door, and the question that it comes to in the words of its analysis.

import type { DatasetRef, IdentifierKind } from "../dataset/schema.ts";
import type { Aggregate, Analysis } from "../policy/limits-document.ts";
import { type EpsilonMicros, printEpsilon } from "../privacy/epsilon.ts";
import type { Clause } from "../question/asked.ts";
import type { AskedQuestion } from "../question/question.ts";
import type { Setting } from "./stage.ts";

/** An attribute of a list. */
export type Named = { readonly dataset: DatasetRef; readonly attribute: string };

/** What is asked and for what, whoever the people are. */
export type Way = {
  readonly analysis: Analysis;
  readonly purpose: string;
  /** Where a list goes; null for figures. */
  readonly channel: string | null;
  /** By which identifiers people are matched, in the contract's order. */
  readonly identifiers: readonly IdentifierKind[];
  /** Lists of accomplices that take part beside the owner's and the attacker's. */
  readonly others: readonly DatasetRef[];
  /** What a table tells of a measure. */
  readonly measure: { readonly dataset: DatasetRef; readonly measure: string; readonly aggregate: Aggregate } | null;
};

/** Of which people, at which price, in which words. */
export type Probe = {
  readonly where: readonly Clause[];
  /** The highest price when null. */
  readonly epsilon: EpsilonMicros | null;
  /** The attributes of a table in the order in which they are named, or the one whose values are the segments. */
  readonly by: readonly Named[];
  /** Whether the lists are named the other way round, which means the same. */
  readonly isReversed: boolean;
  /** Whether an overlap is asked for as the end of a trend, or the other way round: the same figures. */
  readonly isTwin: boolean;
};

/** A question about everybody, at the highest price. */
export const PLAIN: Probe = { where: [], epsilon: null, by: [], isReversed: false, isTwin: false };

/** The question that a probe comes to. */
export function askedAt(way: Setting & Way, probe: Probe): AskedQuestion {
  const { analysis, contractId, purpose, identifiers, own, theirs, others } = way;
  const asked = {
    contract: contractId,
    purpose,
    identifiers: [...identifiers],
    where: [...probe.where],
    ...(probe.epsilon === null ? {} : { epsilon: printEpsilon(probe.epsilon) }),
  };
  const named = [own, theirs, ...others];
  const between = probe.isReversed ? named.reverse() : named;
  switch (analysis) {
    case "overlap":
    case "trend":
      return { analysis: probe.isTwin ? twinOf(analysis) : analysis, ...asked, between };
    case "crosstab": {
      const { measure } = way;
      return { analysis, ...asked, between, by: [...probe.by], ...(measure === null ? {} : { measure }) };
    }
    case "affinity":
      return { analysis, ...asked, ...segmentsOf(way, probe) };
    case "audience":
    case "suppression":
      return { analysis, ...asked, from: own, matching: theirs, channel: channelOf(way) };
    default:
      return analysis satisfies never;
  }
}

function twinOf(analysis: "overlap" | "trend"): "overlap" | "trend" {
  return analysis === "overlap" ? "trend" : "overlap";
}

function segmentsOf({ own, theirs }: Setting, { by }: Probe) {
  const [segments] = by;
  if (segments === undefined) throw new Error("an affinity is by an attribute");
  return { among: segments.dataset === own ? theirs : own, segments };
}

function channelOf({ channel }: Way): string {
  if (channel === null) throw new Error("a list goes somewhere");
  return channel;
}
