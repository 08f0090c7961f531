// What the documents say to a question at a door, and its tariff. None of it depends on people, so it is worked out
// once for all worlds.

import { decide } from "../policy/decide.ts";
import type { Terms } from "../policy/terms.ts";
import { type Tariff, tariffsOf } from "../privacy/charges.ts";
import { canonicalQuestion, type Question, questionDigest } from "../question/question.ts";
import { askedAt, type Door, type Probe } from "./doors.ts";
import type { Stage } from "./stage.ts";

/** A question that the documents permit, or why they do not. */
export type Assessed =
  | {
      readonly kind: "permitted";
      readonly question: Question;
      readonly digest: string;
      readonly terms: Terms;
      readonly tariff: Tariff;
    }
  | { readonly kind: "denied"; readonly says: string };

/** Assesses questions asked at the doors of a stage. */
export type Assess = (door: Door, probe: Probe) => Assessed;

/** An assessment that remembers what it has assessed. Some 0.3 ms for a question that is new. */
export function assessingAt(stage: Stage): Assess {
  const known = new Map<Door, Map<string, Assessed>>();
  return (door, probe) => {
    const asked = known.get(door) ?? new Map<string, Assessed>();
    known.set(door, asked);
    const key = JSON.stringify(probe);
    const assessed = asked.get(key) ?? assess(stage, door, probe);
    asked.set(key, assessed);
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
  const epsilon = probe.epsilon ?? decision.terms.budget.perRelease;
  const [tariff] = tariffsOf({ contract, recipient, question, decision, epsilon });
  if (tariff === undefined) throw new Error("a question about another's list has a price");
  return { kind: "permitted", question, digest: questionDigest(question), terms: decision.terms, tariff };
}
