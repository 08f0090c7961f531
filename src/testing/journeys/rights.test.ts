// People use their rights, over real HTTP with a real database: whoever holds an earlier list is told whom to remove,
// and nobody learns from it what is another's to know.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { verifyNotice } from "../../client/verify-notice.ts";
import { parseVerifierKey } from "../../crypto/signed-note.ts";
import { checkpointSchema, entryListSchema } from "../../wire/api/audit.ts";
import {
  accessReplySchema,
  acknowledgementSchema,
  erasureReplySchema,
  noticeListSchema,
  objectionReplySchema,
} from "../../wire/api/subject.ts";
import { visitorBy } from "../console/visitor.ts";
import { invite } from "../console/world.ts";
import { gateMatcher } from "./gate.ts";
import { csvOf, emailDigest, people } from "./lists.ts";
import {
  agree,
  ask,
  audienceOf,
  bring,
  call,
  contractJson,
  declare,
  expectProblem,
  type Member,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  regionOf,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

let world: World;
let count = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.room.discard());

/** `left` has 300 people and `right` another 300; they share 50 to 300. */
function pair(limits: { readonly [limit: string]: unknown } = {}) {
  count += 1;
  const names = [`holds-${count}`, `asked-${count}`] as const;
  return pairOf(world, { names, lists: [people(0, 300), people(50, 350)], limits });
}

const hashed = (...persons: readonly number[]) => ({
  identifiers: persons.map((person) => ({ kind: "email", hash: emailDigest(person) })),
});

async function erase(member: Member, ...persons: readonly number[]) {
  return read(erasureReplySchema, await call(member, "POST /v1/subjects/erasures", { json: hashed(...persons) }));
}

type Persons = readonly (number | "liftings")[];

/** Persons object; with `liftings` behind them, they lift it. */
async function object(member: Member, scope: { purpose?: string; channel?: string }, ...persons: Persons) {
  const json = { ...hashed(...numbersIn(persons)), ...scope };
  const place = persons.includes("liftings") ? "objections/liftings" : "objections";
  return read(objectionReplySchema, await call(member, `POST /v1/subjects/${place}`, { json }));
}

async function withdraw(member: Member, consent: string, ...persons: Persons) {
  const json = { ...hashed(...numbersIn(persons)), consent };
  const place = persons.includes("liftings") ? "withdrawals/liftings" : "withdrawals";
  return read(objectionReplySchema, await call(member, `POST /v1/subjects/${place}`, { json }));
}

function numbersIn(persons: Persons): number[] {
  return persons.filter((one) => one !== "liftings");
}

async function collect(member: Member, release: string): Promise<string[]> {
  const { status, text } = await call(member, `GET /v1/releases/${release}/rows`);
  expect(status, text).toBe(200);
  return text.trimEnd().split("\r\n").slice(1);
}

async function notices(member: Member) {
  return read(noticeListSchema, await call(member, "GET /v1/subjects/notices")).items;
}

const ACKNOWLEDGEMENTS = "POST /v1/subjects/notices/acknowledgements";

async function acknowledge(member: Member, ...ids: readonly string[]) {
  return read(acknowledgementSchema, await call(member, ACKNOWLEDGEMENTS, { json: { notices: ids } })).notices;
}

const entrySchema = z.looseObject({
  act: z.string(),
  parties: z.array(z.string()),
  detail: z.looseObject({}),
});

async function entries(member: Member) {
  const { items } = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=1000"));
  return items.map(({ entry }) => entrySchema.parse(JSON.parse(entry)));
}

async function acts(member: Member): Promise<string[]> {
  return (await entries(member)).map(({ act }) => act);
}

async function logSize(member: Member): Promise<number> {
  const { checkpoint } = read(checkpointSchema, await call(member, "GET /v1/audit/head"));
  return Number(checkpoint.split("\n")[1]);
}

async function roomKey() {
  const shown = z.looseObject({ checkpointKey: z.string() });
  const { checkpointKey } = shown.parse(await (await fetch(`${world.origin}/.well-known/jwks.json`)).json());
  const key = parseVerifierKey(checkpointKey);
  if (!key.ok) throw new Error("the room shows no key");
  return key.value;
}

describe("whoever holds a list", () => {
  test("is told whom to remove when somebody on it is erased, and says when it has; the log has each", async () => {
    const { left, right, contract } = await pair();
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    expect(await collect(left, release)).toHaveLength(250);
    const erasure = await erase(right, 100, 340);
    expect(erasure.recipients).toEqual([{ recipient: left.id, lists: 1 }]);
    const [notice, ...others] = await notices(left);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ release, remove: "records", records: ["l100"] });
    const key = await roomKey();
    const verified = verifyNotice(notice?.signed ?? "", { recipient: left.id, key });
    const { id, records } = { id: notice?.id ?? "", records: ["l100"] };
    expect(verified).toMatchObject({ ok: true, value: { id, release, recipient: left.id, records } });
    expect(verifyNotice(notice?.signed ?? "", { recipient: right.id, key }).ok).toBe(false);
    const other = (_: string, first: string, rest: string) => `.${first === "A" ? "B" : "A"}${rest}`;
    const forged = (notice?.signed ?? "").replace(/\.(.)([^.]*)$/, other);
    expect(verifyNotice(forged, { recipient: left.id, key }).ok).toBe(false);
    expect(await acknowledge(left, id)).toEqual([id]);
    expect(await acknowledge(left, id)).toEqual([id]);
    expect(await notices(left)).toEqual([]);

    const told = ["notices-fetched", "notices-acknowledged"];
    const all = await entries(world.operator);
    const about = all.filter(({ parties }) => [left.id, right.id].some((one) => parties.includes(one)));
    expect(about.map(({ act }) => act)).toEqual(expect.arrayContaining(["people-erased", ...told]));
    expect(await acts(left)).toEqual(expect.arrayContaining(told));
    expect(await acts(left)).not.toContain("people-erased");
    expect(await acts(right)).toEqual(expect.not.arrayContaining(told));
    expect(JSON.stringify(about)).not.toContain("l100");

    await upload(right, csvOf(people(50, 350), "again"));
    expect(await collect(left, release)).not.toContain("l100");
    const anew = await ask(left, audienceOf(contract, [left, right], { where: tier(right, "silver") }));
    const listed = await collect(left, anew.id);
    expect(listed).toContain("l103");
    expect(listed).not.toContain("l100");
    expect(await notices(left)).toEqual([]);
  });

  test("is the only one to learn that: an erasure looks the same to whoever asks for it", async () => {
    const { left, right, contract } = await pair();
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    await collect(left, release);
    const grown: number[] = [];
    const replies: object[] = [];
    for (const person of [100, 340]) {
      const before = await logSize(right);
      const { at: _, ...reply } = await erase(right, person);
      replies.push(reply);
      grown.push((await logSize(right)) - before);
    }
    expect(grown).toEqual([1, 1]);
    expect(replies[0]).toEqual(replies[1]);
    // Fetching and acknowledging are an entry each, with a notice and without.
    for (const ids of [[], [(await notices(left))[0]?.id ?? ""], []]) {
      const before = await logSize(left);
      await notices(left);
      await acknowledge(left, ...ids);
      expect((await logSize(left)) - before).toBe(2);
    }
    await erase(right, 110);
    const json = { notices: (await notices(left)).map(({ id }) => id) };
    expect(json.notices).toHaveLength(1);
    expectProblem(await call(right, ACKNOWLEDGEMENTS, { json }), "not-found", /fetched no notice/);
  });

  test("reads, takes and acknowledges it in the console, where nothing fetched is nothing acknowledged", async () => {
    const { left, right, contract } = await pair();
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    await collect(left, release);
    await erase(right, 100, 101);
    const officer = await visitorBy(await invite(left, "compliance"));
    expect((await officer.get("/console/rights")).text).toContain("One notice waits for you");
    const early = await officer.post("/console/rights/acknowledgement", { notice: `ntc_${"A".repeat(22)}` });
    expect(early.status).toBe(404);
    const shown = (await officer.post("/console/rights/notices")).text;
    expect(shown).toContain("<pre>l100\nl101</pre>");
    const id = /ntc_[A-Za-z0-9_-]{22}/.exec(shown)?.[0] ?? "";
    const file = await officer.post("/console/rights/notices", { as: "file" });
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="remove.csv"');
    expect(file.text).toBe(`notice,release,record\r\n${id},${release},l100\r\n${id},${release},l101\r\n`);
    expect((await officer.post("/console/rights/acknowledgement", { notice: id })).status).toBe(303);
    expect((await officer.get("/console/rights")).text).toContain("No notice waits for you");
    expect(await notices(left)).toEqual([]);
  });

  test("is told each removal once, by whichever owner, and none of what it never got", async () => {
    const { left, right, contract } = await pair();
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    const { id: uncollected } = await ask(left, audienceOf(contract, [left, right], { where: tier(right, "bronze") }));
    await upload(right, csvOf(people(60, 350), "r"));
    // The persons 50 to 59 had left the list by the time that it was collected, and are erased all the same.
    expect(await collect(left, release)).toHaveLength(240);
    await erase(right, 55, 100, 101, 102);
    await erase(right, 100, 55);
    await erase(left, 101, 103, 10);
    const told = await notices(left);
    expect(told.map(({ release: of, records }) => [of, records])).toEqual([
      [release, ["l100", "l101", "l102"]],
      [release, ["l103"]],
    ]);
    expect(await collect(left, uncollected)).not.toContain("l102");
    await erase(right, 105, 106);
    const later = (await notices(left)).slice(2).map(({ release: of, records }) => [of, records]);
    expect(later.sort()).toEqual(
      [
        [release, ["l105", "l106"]],
        [uncollected, ["l105"]],
      ].sort(),
    );
  });

  test("of deniable entries is told to remove the whole list, once", async () => {
    const { left, right, contract } = await pair({ deniability: "1" });
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    await collect(left, release);
    await erase(right, 9_999);
    expect(await notices(left)).toEqual([]);
    await erase(right, 340);
    await erase(right, 100);
    expect(await notices(left)).toMatchObject([{ release, remove: "list", records: [] }]);
  });

  test("is told when it collects while somebody is erased, or does not get the person at all", async () => {
    const { left, right, contract } = await pair();
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    const gate = gateMatcher(world, "select");
    const collecting = collect(left, release);
    await gate.reached;
    await erase(right, 100);
    gate.open();
    expect(await collecting).not.toContain("l100");
    expect(await notices(left)).toEqual([]);

    const again = gateMatcher(world, "select");
    const erasing = erase(right, 101);
    await again.reached;
    const { id: other } = await ask(left, audienceOf(contract, [left, right], { where: tier(right, "bronze") }));
    expect(await collect(left, other)).toContain("l105");
    await upload(left, csvOf(people(0, 310), "l"));
    again.open();
    await erasing;
    await erase(right, 105);
    const told = (await notices(left)).map(({ release: of, records }) => [of, records]);
    const expected = [
      [release, ["l101"]],
      [release, ["l105"]],
      [other, ["l105"]],
    ];
    expect(told.sort()).toEqual(expected.sort());
  });

  test("cannot acknowledge what it has not fetched, and the operator holds nothing", async () => {
    const { left, right, contract } = await pair();
    await collect(left, (await ask(left, audienceOf(contract, [left, right]))).id);
    await erase(right, 100);
    const json = { notices: [`ntc_${"A".repeat(22)}`] };
    expectProblem(await call(left, ACKNOWLEDGEMENTS, { json }), "not-found", /fetched no notice/);
    expectProblem(await call(world.operator, ACKNOWLEDGEMENTS, { json }), "partner-only", /holds no list/);
    expectProblem(await call(world.operator, "GET /v1/subjects/notices"), "partner-only", /holds no list/);
    for (const ids of [["x"], "all"])
      expectProblem(await call(left, ACKNOWLEDGEMENTS, { json: { notices: ids } }), "invalid-document", /./);
    expect(await notices(left)).toHaveLength(1);
  });
});

describe("whoever objects", () => {
  test("to a purpose is in no later answer for it, whatever is uploaded, and in all others", async () => {
    const exact = { mode: "exact", rounding: 1 };
    const { left, right, contract } = await pair(exact);
    const second = `r100,${emailDigest(9_100)},silver,north,yes,yes`;
    await upload(right, `${csvOf(people(50, 350), "r")}${second}\r\n`);
    const objecting = await object(right, { purpose: "activation" }, 100, 101);
    expect(objecting).toMatchObject({ inForce: [{ purpose: "activation" }], recipients: [] });
    expect(objecting.lists).toEqual([{ dataset: `${right.id}/customers`, people: 2, versions: 2 }]);
    // By its second address, which the objection did not name, the person is known as well.
    await upload(left, csvOf([...people(0, 300), { person: 9_100 }], "l"));
    await upload(right, csvOf([...people(50, 100), { person: 9_100 }, ...people(101, 350)], "n"));
    const listed = await collect(left, (await ask(left, audienceOf(contract, [left, right]))).id);
    expect(listed).toHaveLength(248);
    expect(listed).not.toEqual(expect.arrayContaining(["l9100"]));
    const overlap = overlapOf(contract, [left, right]);
    expect(regionOf(await ask(left, overlap), [left, right])).toBe(250);
  });

  test("to everything, or to the purpose of a question that is running, is in no figure of it", async () => {
    const { left, right, contract } = await pair({ mode: "exact", rounding: 1 });
    await object(right, {}, 100, 101);
    const gate = gateMatcher(world);
    const asked = ask(left, overlapOf(contract, [left, right]));
    await gate.reached;
    await object(left, { purpose: "insight" }, 103, 104, 105);
    await object(right, { channel: "email" }, 110);
    gate.open();
    expect(regionOf(await asked, [left, right])).toBe(245);
  });

  test("leaves lists that wait or were collected, whose holders are told, and comes back to later ones", async () => {
    const { left, right, contract } = await pair();
    const { id: held } = await ask(left, audienceOf(contract, [left, right]));
    await collect(left, held);
    const { id: waiting } = await ask(left, audienceOf(contract, [left, right], { where: tier(right, "silver") }));
    expect((await object(right, { purpose: "insight" }, 100)).recipients).toEqual([]);
    expect((await object(right, { channel: "post" }, 100)).recipients).toEqual([]);
    expect(await notices(left)).toEqual([]);
    const { recipients } = await object(right, { channel: "email" }, 100);
    expect(recipients).toEqual([{ recipient: left.id, lists: 1 }]);
    await withdraw(left, "email-marketing", 103);
    expect((await notices(left)).map(({ release, records }) => [release, records])).toEqual([
      [held, ["l100"]],
      [held, ["l103"]],
    ]);
    for (const release of [held, waiting]) {
      expect(await collect(left, release)).not.toEqual(expect.arrayContaining(["l100"]));
      expect(await collect(left, release)).not.toEqual(expect.arrayContaining(["l103"]));
    }
    const lifted = await object(right, { channel: "email" }, 100, "liftings");
    expect(lifted.inForce).toEqual([{ channel: "post" }, { purpose: "insight" }]);
    expect((await withdraw(left, "email-marketing", 103, "liftings")).inForce).toEqual([]);
    expect(await collect(left, held)).toHaveLength(248);
    const { id: anew } = await ask(left, audienceOf(contract, [left, right], { where: tier(left, "silver", "gold") }));
    expect(await collect(left, anew)).toEqual(expect.arrayContaining(["l100", "l103"]));
    const told = ["people-objected", "consent-withdrawn", "objection-lifted", "consent-restored"];
    const [lefts, rights] = [await acts(left), await acts(right)];
    expect(told.map((act) => [lefts.includes(act), rights.includes(act)])).toEqual([
      [false, true],
      [true, false],
      [false, true],
      [true, false],
    ]);
  });

  test("cannot be made to part two lists that differ by few, nor told by a deniable one", async () => {
    count += 1;
    const rows = people(50, 350).map((row) => ({ ...row, region: row.person < 55 ? "south" : "north" }));
    const names = [`padding-${count}`, `padded-${count}`] as const;
    const { left, right, contract } = await pairOf(world, { names, lists: [people(0, 300), rows] });
    await collect(left, (await ask(left, audienceOf(contract, [left, right]))).id);
    const padding = Array.from({ length: 40 }, (_, index) => 200 + index);
    await object(left, { channel: "email" }, ...padding);
    await object(left, { channel: "email" }, ...padding, "liftings");
    const where = [{ dataset: `${right.id}/customers`, attribute: "region", in: ["north"] }];
    expect((await ask(left, audienceOf(contract, [left, right], { where }))).outcome).toBe("withheld");

    const coin = await pair({ deniability: "1" });
    const { id: deniable } = await ask(coin.left, audienceOf(coin.contract, [coin.left, coin.right]));
    await collect(coin.left, deniable);
    await object(coin.right, { purpose: "insight" }, 100);
    await collect(coin.left, deniable);
    await object(coin.right, { purpose: "activation" }, 340);
    expectProblem(await call(coin.left, `GET /v1/releases/${deniable}/rows`), "release-gone", /as it was made/);
    expect(await notices(coin.left)).toMatchObject([{ release: deniable, remove: "list" }]);
  });

  test("while its list is collected is not on it, or is told of", async () => {
    const { left, right, contract } = await pair();
    const { id: release } = await ask(left, audienceOf(contract, [left, right]));
    const gate = gateMatcher(world, "select");
    const collecting = collect(left, release);
    await gate.reached;
    await object(right, { channel: "email" }, 100);
    gate.open();
    expect(await collecting).not.toContain("l100");
    expect(await notices(left)).toEqual([]);
  });

  test("to what is no name is refused, and the operator has no list", async () => {
    const { left } = await pair();
    for (const json of [{ ...hashed(1), purpose: "" }, { ...hashed(1), consent: "x" }, { purpose: "insight" }])
      expectProblem(await call(left, "POST /v1/subjects/objections", { json }), "invalid-document", /./);
    for (const json of [hashed(1), { ...hashed(1), consent: "Mail" }])
      expectProblem(await call(left, "POST /v1/subjects/withdrawals", { json }), "invalid-document", /./);
    const json = { ...hashed(1), purpose: "insight" };
    expectProblem(await call(world.operator, "POST /v1/subjects/objections", { json }), "partner-only", /no list/);
  });
});

describe("whoever asks what a partner has of it", () => {
  const ACCESS = "POST /v1/subjects/access";

  test("is told all that this partner has, what for and to whom, and nothing of another's", async () => {
    const { left, right, contract } = await pair();
    await collect(left, (await ask(left, audienceOf(contract, [left, right]))).id);
    await upload(right, csvOf([...people(50, 100), { person: 100, tier: "gold", mail: "no" }], "n"));
    await object(right, { channel: "email" }, 100);
    const access = async (member: Member, person: number) =>
      read(accessReplySchema, await call(member, ACCESS, { json: hashed(person) }));
    const told = await access(right, 100);
    const stored = (record: string, tier: string, consents: readonly string[]) => ({
      identifiers: ["email"],
      rows: [{ record, attributes: { tier, region: "north" }, measures: {}, consents }],
    });
    expect(told.datasets).toMatchObject([
      {
        dataset: `${right.id}/customers`,
        versions: [
          { isInForce: true, ...stored("n100", "gold", ["partner-marketing"]) },
          { isInForce: false, ...stored("r100", "silver", ["email-marketing", "partner-marketing"]) },
        ],
      },
    ]);
    expect(told.contracts).toMatchObject([
      {
        contract,
        state: "in-force",
        analyses: [
          { analysis: "overlap", purposes: ["insight"], recipients: [left.id, right.id] },
          { analysis: "audience", purposes: ["activation"], recipients: [left.id, right.id], channels: ["email"] },
        ],
      },
    ]);
    expect(told).toMatchObject({ inForce: [{ channel: "email" }], isKeptOut: false });
    // The person 340 is in no list of the other partner, and what is told of recipients is the same.
    expect(told.recipients).toEqual([{ recipient: left.id, lists: 1 }]);
    expect((await access(right, 340)).recipients).toEqual(told.recipients);
    expect(JSON.stringify(await access(right, 10))).not.toContain(left.id);
    expect(await access(right, 10)).toMatchObject({ datasets: [], contracts: [], recipients: [], inForce: [] });
    await erase(right, 100);
    expect(await access(right, 100)).toMatchObject({ datasets: [], isKeptOut: true });
    const logged = (await entries(right)).filter(({ act }) => act === "access-answered");
    expect(logged[0]?.detail).toMatchObject({
      identifiers: 1,
      lists: [{ dataset: `${right.id}/customers`, people: 1, versions: 2 }],
    });
    expect(JSON.stringify(logged)).not.toMatch(/n100|gold|silver/);
    expect(await acts(left)).not.toContain("access-answered");
  });

  test("is answered anew each time: what was told is kept nowhere", async () => {
    const { right } = await pair();
    const idempotencyKey = "access-once-and-again";
    const answers = [100, 100].map((person) => call(right, ACCESS, { json: hashed(person), idempotencyKey }));
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).not.toContain(500);
    const kept = await world.room.ports.store.note({ name: "look", parties: [right.id] }, (tx) =>
      tx.idempotency.start(right.id, idempotencyKey, "another digest"),
    );
    expect(kept).toMatchObject({ kind: "fresh" });
    expectProblem(await call(world.operator, ACCESS, { json: hashed(1) }), "partner-only", /no list/);
  });
});

describe("a thousand people of four partners", () => {
  test("are in no later answer, list or version once they are erased, and are each told of once", async () => {
    const limits = { ...WIDE_LIMITS, mode: "exact", rounding: 1, maximumAudience: 2_000 };
    // Each has 100 more of its own.
    const listOf = (at: number) => csvOf([...people(0, 1_300), ...people(2_000 + at * 100, 2_100 + at * 100)], "p");
    const members: Member[] = [];
    for (const [at, name] of ["one", "two", "three", "four"].entries()) {
      const member = await bring(world, `thousand-${name}`);
      await putPolicy(member, policyJson(member.id, limits));
      await declare(member);
      await upload(member, listOf(at));
      members.push(member);
    }
    const contract = await agree(members, contractJson(members, { terms: limits }));
    const pairs = members.map((member, at): [Member, Member] => [member, members[(at + 1) % 4] ?? member]);
    const held: string[] = [];
    for (const two of pairs) {
      const { id } = await ask(two[0], audienceOf(contract, two));
      expect(await collect(two[0], id)).toHaveLength(1_300);
      held.push(id);
    }
    const erased = Array.from({ length: 1_000 }, (_, person) => person);
    const names = new Set(erased.map((person) => `p${person}`));
    for (const member of members)
      expect((await erase(member, ...erased)).lists).toMatchObject([{ people: 1_000, versions: 1 }]);
    for (const [at, [member, other]] of pairs.entries()) {
      const told = (await notices(member)).flatMap(({ records }) => records);
      expect(told).toHaveLength(1_000);
      expect(new Set(told)).toEqual(names);
      expect(await upload(member, listOf(at))).toMatchObject({ people: 400, leftOut: 1_000 });
      expect((await collect(member, held[at] ?? "")).filter((record) => names.has(record))).toEqual([]);
      const anew = await ask(member, audienceOf(contract, [member, other], { where: tier(other, "gold", "silver") }));
      const listed = await collect(member, anew.id);
      expect(listed).toHaveLength(200);
      expect(listed.filter((record) => names.has(record))).toEqual([]);
    }
    for (const [member, other] of pairs.slice(0, 2)) {
      const overlap = await ask(member, overlapOf(contract, [member, other]));
      expect(overlap.sizes?.map(({ released }) => released)).toEqual([400, 400]);
      expect(regionOf(overlap, [member, other])).toBe(300);
    }
  });
});

const tier = ({ id }: Member, ...values: readonly string[]) => [
  { dataset: `${id}/customers`, attribute: "tier", in: values },
];
