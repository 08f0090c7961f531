import { expect, test } from "vitest";
import { askQuestion } from "../../app/ask-question.ts";
import { changeContract } from "../../app/change-contract.ts";
import { collectAudience } from "../../app/collect-audience.ts";
import { commitUpload } from "../../app/commit-upload.ts";
import { erasePeople } from "../../app/erase-people.ts";
import { openUpload } from "../../app/open-upload.ts";
import type { Ports } from "../../app/ports.ts";
import { putPolicy } from "../../app/put-policy.ts";
import { signedPolicy } from "../../client/sign-policy.ts";
import { DAY_MILLIS } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { questionSchema } from "../../domain/question/question.ts";
import type { Matcher } from "../../ports/matcher.ts";
import type { Store, Transaction } from "../../ports/store.ts";
import { callerOf } from "./act.ts";
import { sendPart } from "./acts-lists.ts";
import { keyOf, LIST_SCHEMA, listOf, MEMBERS, policyOf } from "./documents.ts";
import { hashOf, type Row } from "./people.ts";
import { begin } from "./run.ts";

const [ALBA, BOREAL, CORVO] = MEMBERS;

/** A room with its lists, in which somebody is erased from a list just before the matcher first looks at it. */
async function erasedBefore(erased: PartnerId, work: "overlap" | "select" | "seal" | "drift") {
  const { process, known } = await begin("races");
  const ports = { ...process.ports, keep: async () => undefined };
  const row = [...known.truth.planned.values()].find(({ partner }) => partner === erased)?.rows[0];
  const contract = known.contracts.at(-1);
  if (row === undefined || contract === undefined) throw new Error("the room has no list or no contract");
  const erase = () => erasePeople(ports, { caller: callerOf(erased), identifiers: row.identifiers.map(hashOf) });
  return { ports, contract, row, between: { ...ports, matcher: cutIn(ports.matcher, work, erase) } };
}

function cutIn(matcher: Matcher, name: keyof Matcher, between: () => Promise<{ readonly ok: boolean }>): Matcher {
  let isDone = false;
  const cut = async (...given: unknown[]) => {
    if (!isDone) {
      isDone = true;
      expect((await between()).ok).toBe(true);
    }
    const member: unknown = matcher[name];
    return typeof member === "function" ? Reflect.apply(member, matcher, given) : undefined;
  };
  return { ...matcher, [name]: cut };
}

test("a question whose files an erasure takes away before they are counted begins anew, and is answered", async () => {
  if (ALBA === undefined || BOREAL === undefined) throw new Error("two members");
  const { contract, between } = await erasedBefore(BOREAL, "overlap");
  const lists = [listOf(ALBA), listOf(BOREAL)];
  const asked = questionSchema.parse({ analysis: "overlap", contract, purpose: "insight", between: lists });
  const answered = await askQuestion({ ...between, keep: async () => undefined }, { caller: callerOf(ALBA), asked });
  expect(answered).toMatchObject({ ok: true, value: { kind: "released" } });
});

test("what was permitted before lets nobody ask for a list of another's people", async () => {
  if (ALBA === undefined || BOREAL === undefined) throw new Error("two members");
  const { process, known } = await begin("races");
  const ports = { ...process.ports, keep: async () => undefined };
  const ask = (from: PartnerId, matching: PartnerId) => {
    const people = { from: listOf(from), matching: listOf(matching), channel: "post" };
    const asked = { analysis: "audience", contract: known.contracts.at(-1), purpose: "activation", ...people };
    return askQuestion(ports, { caller: callerOf(ALBA), asked: questionSchema.parse(asked) });
  };
  expect(await ask(ALBA, BOREAL)).toMatchObject({ ok: true });
  expect(await ask(BOREAL, ALBA)).toMatchObject({ ok: false, error: { kind: "question-unsound" } });
});

test("a list whose files an erasure takes away before it is made begins anew, and names nobody erased", async () => {
  if (ALBA === undefined || BOREAL === undefined) throw new Error("two members");
  const { ports, contract, between, row } = await erasedBefore(ALBA, "select");
  const people = { from: listOf(ALBA), matching: listOf(BOREAL), channel: "post" };
  const asked = questionSchema.parse({ analysis: "audience", contract, purpose: "activation", ...people });
  const answered = await askQuestion({ ...ports, keep: async () => undefined }, { caller: callerOf(ALBA), asked });
  if (!answered.ok || answered.value.kind !== "released") throw new Error("no list was given");
  const collected = await collectAudience(between, { caller: callerOf(ALBA), id: answered.value.release.id });
  expect(collected.ok && collected.value.length).toBeGreaterThan(5);
  expect(collected.ok && collected.value.includes(row.record)).toBe(false);
});

test.each(["seal", "drift"] as const)(
  "an increment whose base an erasure takes away before %s begins anew",
  async (work) => {
    if (ALBA === undefined || BOREAL === undefined) throw new Error("two members");
    const { ports, contract, between } = await erasedBefore(ALBA, work);
    const asked = { analysis: "overlap", contract, purpose: "insight", between: [listOf(ALBA), listOf(BOREAL)] };
    const question = { caller: callerOf(ALBA), asked: questionSchema.parse(asked) };
    expect((await askQuestion({ ...ports, keep: async () => undefined }, question)).ok).toBe(true);
    const committed = await bring(ports, between, {
      record: "new",
      identifiers: ["email:new"],
      tier: "gold",
      ads: true,
    });
    expect(committed).toMatchObject({ ok: true, value: { sequence: 2 } });
  },
);

async function bring(ports: Ports, between: Ports, row: Row) {
  if (ALBA === undefined) throw new Error("a member");
  const caller = callerOf(ALBA);
  const kept = { keep: async () => undefined };
  const opened = await openUpload({ ...ports, ...kept }, { caller, dataset: LIST_SCHEMA.dataset, change: "upsert" });
  if (!opened.ok) throw new Error(opened.error.detail);
  const { id } = opened.value.upload;
  const sent = await sendPart(ports, { partner: ALBA, id, number: 1, rows: [row] });
  if (!sent.ok) throw new Error(sent.error.detail);
  return commitUpload({ ...between, ...kept }, { caller, id, digests: sent.value.parts.map(({ digest }) => digest) });
}

/** A room with its lists, and a question of Alba's to Boreal's there, during whose counting something happens. */
async function asking() {
  const { process, known, world } = await begin("races");
  const contract = known.contracts.at(-1);
  if (ALBA === undefined || BOREAL === undefined || CORVO === undefined || contract === undefined)
    throw new Error("a room has three members and a contract");
  const ports = { ...process.ports, keep: async () => undefined };
  const question = (partner: PartnerId, other: PartnerId) => {
    const asked = { analysis: "overlap", contract, purpose: "insight", between: [listOf(partner), listOf(other)] };
    return { caller: callerOf(partner), asked: questionSchema.parse(asked) };
  };
  const shut = async () => {
    const policy = policyOf(BOREAL, { version: 2, manner: "shut", mode: known.truth.mode });
    const { signature } = signedPolicy(keyOf(BOREAL), policy);
    return putPolicy(ports, { caller: callerOf(BOREAL), policy, signature });
  };
  const suspend = () => changeContract(ports, { caller: callerOf(BOREAL), contract, change: "suspend" });
  const pass = async () => {
    world.time.now += 25 * DAY_MILLIS;
    return { ok: true };
  };
  const another = () => askQuestion(ports, question(CORVO, BOREAL));
  const ask = (between: (() => Promise<{ readonly ok: boolean }>) | null, store: Store = ports.store) => {
    const matcher = between === null ? ports.matcher : cutIn(ports.matcher, "overlap", between);
    return askQuestion({ ...ports, matcher, store }, question(ALBA, BOREAL));
  };
  return { ports, ask, meanwhile: { shut, suspend, pass, another } };
}

test.each([
  ["shut", "not-permitted"],
  ["suspend", "contract-not-in-force"],
  ["pass", "no-version"],
] as const)(
  "a question is decided anew where what it rests on came to an end as it was counted: %s",
  async (what, kind) => {
    const { ask, meanwhile } = await asking();
    expect(await ask(meanwhile[what])).toMatchObject({ ok: false, error: { kind } });
  },
);

test("a question rests on what was read once, unless the log has grown meanwhile", async () => {
  const readings = async (between: "another" | null) => {
    const { ports, ask, meanwhile } = await asking();
    let count = 0;
    const counting = (tx: Transaction): Transaction => {
      const currentOf: Transaction["policies"]["currentOf"] = (owners) => {
        count++;
        return tx.policies.currentOf(owners);
      };
      return Object.create(tx, { policies: { value: { ...tx.policies, currentOf } } });
    };
    const store: Store = {
      ...ports.store,
      read: (act, work) => ports.store.read(act, (tx) => work(counting(tx))),
      write: (act, work) => ports.store.write(act, (tx) => work(counting(tx))),
    };
    expect(await ask(between === null ? null : meanwhile[between], store)).toMatchObject({ ok: true });
    return count;
  };
  expect(await readings(null)).toBe(1);
  expect(await readings("another")).toBe(2);
});
