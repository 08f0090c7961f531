import { expect, test } from "vitest";
import { contractId, contractSchema } from "../domain/contract/document.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import { unixMillis } from "../domain/instant.ts";
import { type PartnerId, partnerIdSchema } from "../domain/partner/manifest.ts";
import { decide, type Permit } from "../domain/policy/decide.ts";
import {
  type AskedQuestion,
  type Question,
  questionBy,
  questionSchema,
  unpriced,
} from "../domain/question/question.ts";
import { contractJson, inForce, LIMITS_STATED, policyOf } from "../testing/documents.ts";
import { memoryDatabase } from "../testing/memory-store/store.ts";
import { appendNext } from "../testing/store-suite/acts.ts";
import { askingPrice, chargingOf } from "./charge-question.ts";
import { explainQuestion } from "./explain-question.ts";
import { foresee, type Grounds, isUnderWay, lastGrounds, type Recollection } from "./foresee-question.ts";
import { drawDigests } from "./recorded-figures.ts";

const MEMBERS = ["alba-travel", "boreal-boats"].map((id) => partnerIdSchema.parse(id));
const [ASKER, OTHER] = MEMBERS as [PartnerId, PartnerId];
const CONTRACT = contractSchema.parse(contractJson(MEMBERS));

function asked(purpose: string, more: object = {}): AskedQuestion {
  const between = MEMBERS.map((member) => `${member}/customers`);
  return questionSchema.parse({ contract: contractId(CONTRACT), analysis: "overlap", purpose, between, ...more });
}

const DOCUMENTS = {
  directory: new Map(MEMBERS.map((member) => [member, { name: member, industry: "travel" }])),
  policies: inForce(MEMBERS.map((member) => policyOf(member))),
};

function worded(): Question {
  const question = questionBy(ASKER, CONTRACT, asked("cross-sell"));
  if (!question.ok) throw new Error("a question that does not fit its contract");
  return question.value;
}

function permitted(policies = DOCUMENTS.policies): Pick<Grounds, "permit" | "permitted"> {
  const question = worded();
  const about = { contract: CONTRACT, contractId: contractId(CONTRACT), question, recipient: ASKER };
  const permit = decide({ ...about, on: "2026-11-27", ...DOCUMENTS, policies });
  if (permit.kind === "deny") throw new Error("a question that is not permitted");
  return { permit, permitted: unpriced(question) };
}

const GROUNDS: Grounds = {
  ...DOCUMENTS,
  ...permitted(),
  file: {
    ...{ id: contractId(CONTRACT), contract: CONTRACT, leaving: [], offeredBy: ASKER, offeredAt: unixMillis(0) },
    ...{ signatures: [], events: [], successor: null },
  },
  on: "2026-11-27",
  lists: [],
  ground: "ground",
  versionsKey: "versions",
  logSize: null,
  recalled: null,
};

const RECALLED: Recollection = {
  ...{ versions: [], still: null, given: new Set<string>() },
  books: { each: [{ own: 0n, all: 0n, recent: 0n, filled: [null] }], until: null },
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

test("the very permit is foreseen at another price, and one that is decided for another question", () => {
  const last = lastGrounds(1);
  // Its reasons say which permit it is.
  const permit: Permit = { ...GROUNDS.permit, reasons: [] };
  last.keep({ recipient: ASKER, asked: asked("cross-sell") }, { ...GROUNDS, permit });
  const foreseen = (more: object) => foresee(last, { recipient: ASKER, asked: asked("cross-sell", more) })?.decision;
  expect(foreseen({})).toBe(permit);
  expect(foreseen({ epsilon: "0.01" })).toBe(permit);
  expect(foreseen({ epsilon: "64" })).toBeUndefined();
  expect(foreseen({ identifiers: ["phone"] })).toEqual(GROUNDS.permit);
});

test("what an explanation was made from is recalled at another price, and for no other question", () => {
  const last = lastGrounds(1);
  last.keep({ recipient: ASKER, asked: asked("cross-sell") }, { ...GROUNDS, recalled: RECALLED });
  const recalled = (more: object) => foresee(last, { recipient: ASKER, asked: asked("cross-sell", more) })?.recalled;
  expect(recalled({})).toBe(RECALLED);
  expect(recalled({ epsilon: "0.01" })).toBe(RECALLED);
  expect(recalled({ identifiers: ["phone"] })).toBeNull();
});

test("books stand until the first debit leaves its days, be it the asker's or everybody's", async () => {
  const [noon, day] = [Date.UTC(2026, 10, 1, 12), 86_400_000];
  let now = noon;
  const store = memoryDatabase(() => unixMillis(now)).connect();
  const budget = { ...LIMITS_STATED.budget, renewal: { period: "P10D", times: 1 } };
  const terms = { ...LIMITS_STATED, budget };
  const contract = contractSchema.parse({ ...contractJson(MEMBERS), terms });
  const { permit } = permitted(inForce([policyOf(ASKER), policyOf(OTHER, { defaults: terms })]));
  const about = { contract, recipient: ASKER, question: worded(), directory: DOCUMENTS.directory };
  const priced = { ...about, decision: permit, epsilon: askingPrice(about.question, permit) };
  const books = () =>
    store.read({ name: "read books", parties: MEMBERS }, async (tx) => (await chargingOf(tx, priced)).books);
  const lineage = datasetRef(OTHER, "customers");
  const spend = (recipient: PartnerId | "everyone", release: string) =>
    store.write({ name: "spend", parties: MEMBERS }, (tx) =>
      tx.ledger.debit([{ lineage, recipient, nanoRho: 5n, release, cap: null }]),
    );
  expect((await books()).until).toBeNull();
  await spend(ASKER, "first");
  now += day;
  await spend(ASKER, "second");
  expect(await books()).toMatchObject({ each: [{ own: 10n, recent: 0n }], until: noon + 90 * day });
  await spend("everyone", "third");
  expect(await books()).toMatchObject({ each: [{ own: 10n, all: 5n, recent: 5n }], until: now + 10 * day });
  now += 10 * day;
  expect(await books()).toMatchObject({ each: [{ own: 10n, all: 5n, recent: 0n }], until: noon + 90 * day });
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

test("grounds end with their day, and with a version that answers or was asked about", () => {
  const noon = Date.UTC(2026, 10, 27, 12);
  const until = (millis: number) => ({ endsAt: unixMillis(noon + millis) });
  const underWay = (lists: Parameters<typeof isUnderWay>[0]["lists"], millis = 0) =>
    isUnderWay({ on: "2026-11-27", lists }, unixMillis(noon + millis));
  expect(underWay([])).toBe(true);
  expect(underWay([], 12 * 3_600_000 - 1)).toBe(true);
  expect(underWay([], 12 * 3_600_000)).toBe(false);
  expect(underWay([{ version: until(1), asked: null }])).toBe(true);
  expect(underWay([{ version: until(1), asked: null }], 1)).toBe(false);
  expect(underWay([{ version: until(2), asked: until(1) }], 1)).toBe(false);
  const [lasting, ended] = [until(9), until(1)].map((version) => ({ version, asked: null }));
  expect(
    underWay(
      [lasting, ended].flatMap((list) => list ?? []),
      1,
    ),
  ).toBe(false);
});

// The store is empty, so whatever is read anew is not there.
test("an explanation rests on grounds until the clock or an entry about a member ends them", async () => {
  const noon = Date.UTC(2026, 10, 27, 12);
  const MISSING = "a member of a contract is not in the room";
  let now = noon;
  const store = memoryDatabase(() => unixMillis(now)).connect();
  const asking = { recipient: ASKER, asked: asked("cross-sell") };
  const explained = async (kept: Partial<Grounds>) => {
    const grounds = lastGrounds(1);
    grounds.keep(asking, { ...GROUNDS, recalled: RECALLED, ...kept });
    const told = await explainQuestion(
      { store, grounds },
      { caller: { partner: ASKER, thumbprint: "" }, asked: asking.asked },
    );
    return told.ok ? told.value.isPermitted : told.error.kind;
  };
  expect(await explained({ logSize: 0 })).toBe(true);
  await expect(explained({ logSize: null })).rejects.toThrow(MISSING);
  await expect(explained({ logSize: 0, recalled: null })).rejects.toThrow(MISSING);
  now = noon + 12 * 3_600_000;
  await expect(explained({ logSize: 0 })).rejects.toThrow(MISSING);
  now = noon;
  const until = (millis: number) => ({
    recalled: { ...RECALLED, books: { ...RECALLED.books, until: unixMillis(millis) } },
  });
  expect(await explained({ logSize: 0, ...until(noon + 1) })).toBe(true);
  await expect(explained({ logSize: 0, ...until(noon) })).rejects.toThrow(MISSING);
  const given = (digests: readonly string[]) => ({ recalled: { ...RECALLED, given: new Set(digests) } });
  expect(await explained({ logSize: 0, ...given(["0".repeat(64)]) })).toBe(true);
  await expect(explained({ logSize: 0, ...given(drawDigests(worded())) })).rejects.toThrow(MISSING);
  const append = (partner: PartnerId) =>
    store.write({ name: "append", parties: [partner] }, (tx) => appendNext(tx, [partner]));
  await append(partnerIdSchema.parse("corvo-bank"));
  expect(await explained({ logSize: 0 })).toBe(true);
  await append(OTHER);
  await expect(explained({ logSize: 0 })).rejects.toThrow(MISSING);
  expect(await explained({ logSize: 2 })).toBe(true);
});
