// What deciding, explaining, charging and noising cost a question by themselves: no list, no database, one thread.

import { contractId, contractSchema } from "../../src/domain/contract/document.ts";
import { datasetRef } from "../../src/domain/dataset/schema.ts";
import { partnerIdSchema } from "../../src/domain/partner/manifest.ts";
import { type Decision, decide } from "../../src/domain/policy/decide.ts";
import { explainDecision } from "../../src/domain/policy/explain.ts";
import { chargeFor, shownCharges, tariffsOf } from "../../src/domain/privacy/charges.ts";
import { marginOf } from "../../src/domain/question/figures.ts";
import { answerOverlap, pricingOf } from "../../src/domain/question/overlap/answer.ts";
import type { OverlapQuestion } from "../../src/domain/question/overlap/question.ts";
import { contractJson, inForce, policyOf, questionOf } from "../../src/testing/documents.ts";
import { seededRandom } from "../../src/testing/seeded-random.ts";
import { type Line, line, millis } from "./report.ts";
import { medianOf, notice } from "./rounds.ts";

const MEMBERS = Array.from({ length: 12 }, (_, index) => partnerIdSchema.parse(`travel-company-${index + 1}`));
const [ASKER] = MEMBERS;
const CALLS = 300;
const MOST_DECISION = 2;
const MOST_ADDED = 5;

export async function decisionLines(): Promise<Line[]> {
  notice("decisions of a contract of 12 members ...");
  const everybody = asked(MEMBERS);
  const two = asked(MEMBERS.slice(0, 2));
  const permit = permitted(everybody);
  const pair = permitted(two);
  return [
    line("a decision, 12 lists of 12 members", millis(medianOf(() => permitted(everybody), CALLS)), {
      goal: { atMost: MOST_DECISION },
    }),
    line("explain, ledger and noise, 2 lists", millis(medianOf(() => added(two, pair), CALLS)), {
      goal: { atMost: MOST_ADDED },
    }),
    line("the same, 12 lists: 4,095 figures", millis(medianOf(() => added(everybody, permit), 20))),
  ];
}

type Asked = ReturnType<typeof asked>;
type Permit = Extract<Decision, { kind: "permit" }>;

function asked(members: readonly (typeof MEMBERS)[number][]) {
  const contract = contractSchema.parse(contractJson(MEMBERS));
  const between = members.map((member) => datasetRef(member, "customers"));
  const wanted = { analysis: "overlap", purpose: "cross-sell", between, identifiers: ["email"] };
  const question = questionOf(contract, wanted);
  if (question.analysis !== "overlap" || ASKER === undefined) throw new Error("an overlap is asked by a member");
  const directory = new Map(MEMBERS.map((member) => [member, { name: member, industry: "travel" }]));
  const policies = inForce(MEMBERS.map((member) => policyOf(member)));
  const about = { contract, contractId: contractId(contract), directory, policies, recipient: ASKER, on: "2026-11-26" };
  return { ...about, question };
}

function permitted(input: Asked): Permit {
  const decision = decide(input);
  if (decision.kind === "deny") throw new Error("the question that is measured is permitted");
  return decision;
}

function added(input: Asked, decision: Permit): void {
  const { question, directory } = input;
  const epsilon = decision.terms.budget.perRelease;
  const charges = tariffsOf({ ...input, decision, epsilon }).map((tariff) =>
    chargeFor(tariff, { own: 0n, all: 0n, recent: 0n, filled: tariff.caps.map(() => null) }, []),
  );
  const margins = [marginOf("people", pricingOf({ question, terms: decision.terms, epsilon }), 0)];
  explainDecision(decision, question, {
    directory,
    price: { epsilon, margins, usually: null, left: [] },
  });
  shownCharges(charges, true);
  answerOverlap({ question, terms: decision.terms, epsilon }, countsOf(question), RANDOM);
}

const RANDOM = seededRandom("bench");

function countsOf({ between, identifiers }: OverlapQuestion) {
  const regions = Array.from({ length: 2 ** between.length }, (_, mask) => (mask === 0 ? 0 : 1_000));
  return { sizes: between.map(() => 1_000_000), regions, byIdentifier: identifiers.map(() => 1_000) };
}
