import { expect, test } from "vitest";
import { askQuestion } from "../../app/ask-question.ts";
import { collectAudience } from "../../app/collect-audience.ts";
import { commitUpload } from "../../app/commit-upload.ts";
import { erasePeople } from "../../app/erase-people.ts";
import { openUpload } from "../../app/open-upload.ts";
import type { Ports } from "../../app/ports.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { questionSchema } from "../../domain/question/question.ts";
import type { Matcher } from "../../ports/matcher.ts";
import { callerOf } from "./act.ts";
import { sendPart } from "./acts-lists.ts";
import { LIST_SCHEMA, listOf, MEMBERS } from "./documents.ts";
import { hashOf, type Row } from "./people.ts";
import { begin } from "./run.ts";

const [ALBA, BOREAL] = MEMBERS;

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
