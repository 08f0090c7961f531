import { expect, test } from "vitest";
import { contractId, contractSchema } from "../domain/contract/document.ts";
import { type PartnerId, partnerIdSchema } from "../domain/partner/manifest.ts";
import { type AskedQuestion, questionSchema } from "../domain/question/question.ts";
import { contractJson, inForce, policyOf } from "../testing/documents.ts";
import { foresee, type Grounds, lastGrounds } from "./foresee-question.ts";

const MEMBERS = ["alba-travel", "boreal-boats"].map((id) => partnerIdSchema.parse(id));
const [ASKER, OTHER] = MEMBERS as [PartnerId, PartnerId];
const CONTRACT = contractSchema.parse(contractJson(MEMBERS));

function asked(purpose: string): AskedQuestion {
  const between = MEMBERS.map((member) => `${member}/customers`);
  return questionSchema.parse({ contract: contractId(CONTRACT), analysis: "overlap", purpose, between });
}

const GROUNDS: Grounds = {
  contract: CONTRACT,
  on: "2026-11-27",
  directory: new Map(MEMBERS.map((member) => [member, { name: member, industry: "travel" }])),
  policies: inForce(MEMBERS.map((member) => policyOf(member))),
  ground: "ground",
  versionsKey: "versions",
};

test("what was permitted last to the same asker about the same lists is foreseen, and nothing else", () => {
  const last = lastGrounds(2);
  const asking = { recipient: ASKER, asked: asked("cross-sell") };
  expect(foresee(last, asking)).toBeNull();
  last.keep(asking, GROUNDS);
  expect(foresee(last, asking)).toMatchObject({
    decision: { kind: "permit", recipient: ASKER },
    ground: "ground",
    versionsKey: "versions",
    file: { id: contractId(CONTRACT) },
  });
  expect(foresee(last, { ...asking, recipient: OTHER })).toBeNull();
  expect(foresee(last, { ...asking, asked: asked("nobodys-purpose") })).toBeNull();
});

test("of more askers than are remembered, those kept last are", () => {
  const last = lastGrounds(2);
  const by = (number: number) => ({
    recipient: partnerIdSchema.parse(`partner-${number}`),
    asked: asked("cross-sell"),
  });
  for (const number of [1, 2, 1, 3]) last.keep(by(number), GROUNDS);
  expect([1, 2, 3].map((number) => last.of(by(number)) !== null)).toEqual([true, false, true]);
  expect(lastGrounds(0).of(by(1))).toBeNull();
});
