import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestRoom, type TestRoom } from "../room.ts";
import { asOwner, type Content, contentFaults, fileFaults, sealedLists, tableFaults } from "./room-facts.ts";
import { agree, bringList, mustCall, overlapQuestion, populate } from "./small-world.ts";

let room: TestRoom;

beforeAll(async () => {
  room = await startTestRoom();
  const origin = room.publicOrigin;
  const keys = await populate(origin, room.operatorKey);
  for (const from of [0, 10]) await bringList(origin, keys["alba-travel"], { from, until: 300 });
  await bringList(origin, keys["boreal-boats"], { from: 100, until: 400 });
  const contract = await agree(origin, keys, "facts");
  for (const number of [1, 2]) {
    const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], number);
    await mustCall(origin, { method: "POST", path: "/v1/questions", key: keys["alba-travel"], json });
  }
});
afterAll(() => room.discard());

const LAST_DEBIT = "number = (select max(number) from concordat.ledger_debit)";
const LAST_ENTRY = "index = (select max(index) from concordat.log_entry)";
const FIRST_RELEASE = "entry = (select min(entry) from concordat.release)";

/** What must not be, done on purpose, and the fault that says so. */
const DAMAGES = [
  ["an account is not the sum", "update concordat.ledger_account set spent = spent + 1, cap = null"],
  [
    "a debit of the ledger is not that of the log",
    `update concordat.ledger_debit set nano_rho = 1 where ${LAST_DEBIT}`,
  ],
  ["a debit of the ledger is not that of the log", `delete from concordat.ledger_debit where ${LAST_DEBIT}`],
  ["a debit has no release", `delete from concordat.release where ${FIRST_RELEASE}`],
  ["a release has no debit", "delete from concordat.ledger_debit"],
  ["a release is not what its entry", "update concordat.release set entry = 0"],
  ["the log tells of a release that is not there", `delete from concordat.release where ${FIRST_RELEASE}`],
  ["a question has two releases", "update concordat.release set question_digest = ''"],
  ["the log has a hole", `delete from concordat.log_entry where ${LAST_ENTRY}`],
  ["the log has a hole", "update concordat.log_head set size = size + 1"],
  [
    "the versions of a list have a hole",
    "delete from concordat.version where sequence = 1 and partner = 'alba-travel'",
  ],
  ["the versions and the committed uploads differ", "update concordat.upload set state = 'dropped', version = null"],
  ["a version is not in the log once", "update concordat.version set id = 'ver_' || sequence"],
  ["the debits of an owner have a hole", "update concordat.ledger_debit set number = number + 1000"],
  ["the versions of a policy have a hole", "update concordat.policy set version = version + 1"],
] as const;

test("a whole room has no faults", async () => {
  await asOwner(room.directory, async (sql) => {
    expect(await tableFaults(sql)).toEqual([]);
    expect(await fileFaults(sql, room.directory)).toEqual([]);
    expect(await contentFaults(sql, await contentOf(await sealedLists(sql), [0, 10, 100]))).toEqual([]);
  });
});

test.each(DAMAGES)("the checks say that %s after: %s", async (fault, damage) => {
  await asOwner(room.directory, async (sql) => {
    await sql.unsafe("begin; set local session_replication_role = replica");
    await sql.unsafe(damage);
    const faults = await tableFaults(sql);
    await sql.unsafe("rollback");
    expect(faults.filter((says) => says.startsWith(fault))).toHaveLength(1);
  });
});

test("the checks name a file that nothing names, a file that is missing, and a list of other people", async () => {
  await asOwner(room.directory, async (sql) => {
    const [stray, staged] = [join("segments", "stray.segment"), join("staging", "stray")];
    for (const name of [stray, staged]) await writeFile(join(room.directory, "lists", name), "");
    const segment = (await sealedLists(sql)).find(({ sequence }) => sequence === 2)?.segment;
    await sql.unsafe("begin; update concordat.version set segment = 'gone' where sequence = 2");
    const faults = await fileFaults(sql, room.directory);
    await sql.unsafe("rollback");
    const expected = [
      "no version names the segment stray.segment",
      `no version names the segment ${segment}.segment`,
      "the segment gone.segment is not there",
      "no open upload names the staged stray",
    ];
    expect(faults.sort()).toEqual(expected.sort());
    for (const name of [stray, staged]) await rm(join(room.directory, "lists", name));
    const others = await contentOf(await sealedLists(sql), [0, 11, 100]);
    expect(await contentFaults(sql, others)).toEqual([
      expect.stringMatching(/^alba-travel 2: 290,200 instead of 289,200$/),
    ]);
  });
});

async function contentOf(lists: Awaited<ReturnType<typeof sealedLists>>, starts: readonly number[]) {
  const contents = lists.map((list, index): Content => {
    const from = starts[index] ?? 0;
    return { list, people: { from, until: list.partner === "alba-travel" ? 300 : 400 } };
  });
  return { directory: room.directory, lists: contents };
}
