// What the documents say to a question at a door, and its tariffs. None of it depends on people, so it is worked out
// once for all worlds.

import type { DatasetRef } from "../dataset/schema.ts";
import { decide } from "../policy/decide.ts";
import type { Terms } from "../policy/terms.ts";
import { type Tariff, tariffsOf } from "../privacy/charges.ts";
import type { Measurement, Priced } from "../question/analysis.ts";
import type { OverlapQuestion } from "../question/overlap/question.ts";
import { canonicalQuestion, datasetsOf, isForList, type Question, questionDigest } from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import type { Door } from "./doors.ts";
import { askedAt, type Probe } from "./probe.ts";
import type { Stage } from "./stage.ts";

/** A question that the documents permit, or why they do not. */
export type Assessed =
  | {
      readonly kind: "permitted";
      readonly question: Question;
      /** Of the question, and of those whose figures are the same draw: its own first. Of a list, its own alone. */
      readonly digests: readonly [string, ...string[]];
      readonly lists: readonly DatasetRef[];
      readonly isList: boolean;
      readonly terms: Terms;
      readonly priced: Priced<Question>;
      readonly measurements: readonly Measurement[];
      /** The overlap whose figures they are, by itself or at the end of a trend. */
      readonly overlap: OverlapQuestion | null;
      /** One for each list that is not the asker's own. */
      readonly tariffs: readonly Tariff[];
    }
  | { readonly kind: "denied"; readonly says: string };

/** Assesses questions asked at the doors of a stage. */
export type Assess = (door: Door, probe: Probe) => Assessed;

/** An assessment that remembers what it has assessed. Some 0.3 ms for a question that is new. */
export function assessingAt(stage: Stage): Assess {
  const known = new Map<Door, { readonly byProbe: Map<Probe, Assessed>; readonly byText: Map<string, Assessed> }>();
  return (door, probe) => {
    const asked = known.get(door) ?? { byProbe: new Map(), byText: new Map() };
    known.set(door, asked);
    const before = asked.byProbe.get(probe);
    if (before !== undefined) return before;
    const text = JSON.stringify(probe);
    const assessed = asked.byText.get(text) ?? assess(stage, door, probe);
    asked.byText.set(text, assessed);
    // Probes that stand in a door come again and again; those that an attack makes anew are told by their text.
    if (probe === door.plain || probe === door.finest) asked.byProbe.set(probe, assessed);
    return assessed;
  };
}

function assess({ policies, on }: Stage, door: Door, probe: Probe): Assessed {
  const { contract, contractId, recipient, directory } = door;
  const canonical = canonicalQuestion(contract, askedAt(door, probe));
  if (!canonical.ok) throw new Error("an attack asks what its contract has no words for");
  const question = canonical.value;
  const decision = decide({ contract, contractId, question, recipient, on, directory, policies });
  if (decision.kind === "deny") return { kind: "denied", says: decision.reasons.map(({ says }) => says).join("; ") };
  const { terms } = decision;
  const epsilon = probe.epsilon ?? terms.budget.perRelease;
  const rules = rulesOf(question.analysis);
  const twin = rules.twin(question);
  return {
    kind: "permitted",
    question,
    digests: [questionDigest(question), ...(twin === null ? [] : [questionDigest(twin)])],
    lists: datasetsOf(question),
    isList: isForList(question),
    terms,
    priced: { contract, question, terms, epsilon },
    measurements: rules.measurements(contract, question),
    overlap: [question, twin].find((one) => one?.analysis === "overlap") ?? null,
    tariffs: tariffsOf({ contract, recipient, question, decision, epsilon, directory }),
  };
}
