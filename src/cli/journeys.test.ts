// The commands against a real room: a company comes in, agrees, uploads, asks and verifies, by command lines alone.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeCustomers } from "../../partners/generate.ts";
import { generateSigningKey } from "../crypto/jwk.ts";
import { textDigest } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { formFields } from "../testing/console/form-fields.ts";
import { visitorBy } from "../testing/console/visitor.ts";
import { startTestRoom, type TestRoom } from "../testing/room.ts";
import { runProgram } from "./program.ts";

type Ran = { readonly exit: number; readonly out: string; readonly err: string };

const SUNLINE = "sunline-holidays";
const HARBOUR = "harbour-yachts";
const CONTRACT = "sunline-harbour";
const ROWS = 3_000;

let folder = "";
let room: TestRoom;

async function concordat(...argv: string[]): Promise<Ran> {
  const told = { out: "", err: "" };
  const world = {
    standardOutput: (text: string) => {
      told.out += text;
    },
    standardError: (text: string) => {
      told.err += text;
    },
    isTerminal: false,
    environment: {},
    home: folder,
    clock: () => Date.now(),
    random: (count: number) => randomBytes(count),
  };
  const exit = await runProgram(argv, world, []);
  expect(told.err).not.toMatch(/\n\s+at .+:\d+:\d+/);
  return { exit, ...told };
}

async function done(...argv: string[]): Promise<string> {
  const ran = await concordat(...argv);
  expect(`${ran.exit} ${ran.err}`, argv.join(" ")).toMatch(/^0 /);
  return ran.out;
}

async function json(...argv: string[]): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse(await done("--json", ...argv));
}

function operator(...argv: string[]): string[] {
  return ["--url", room.url, "--partner", "operator", "--key", room.operatorKeyPath, ...argv];
}

function as(partner: string, ...argv: string[]): string[] {
  return ["--profile", partner, ...argv];
}

function at(name: string): string {
  return join(folder, name);
}

// The command in a process of its own, where no part of a list gets through, interrupted when one is on its way.
async function interrupted(argv: readonly string[]): Promise<string> {
  const stuck = `
    const send = globalThis.fetch;
    const wait = () => new Promise(() => setInterval(() => process.stderr.write("stuck\\n"), 50));
    globalThis.fetch = (to, how) => ((how?.method ?? to.method) === "PUT" ? wait() : send(to, how));`;
  const preload = `data:text/javascript,${encodeURIComponent(stuck)}`;
  const main = ["--import", preload, "--import", "tsx", "src/cli/main.ts", ...argv];
  const child = spawn(process.execPath, main, {
    env: { ...process.env, HOME: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  child.stderr.on("data", (piece) => {
    told += String(piece);
    if (told.includes("stuck") && !child.killed) child.kill("SIGINT");
  });
  const [code] = await once(child, "close");
  expect(`${code} ${told}`).toMatch(/^1 /);
  return told;
}

async function comeIn(partner: typeof SUNLINE | typeof HARBOUR): Promise<void> {
  const { code } = await json(...operator("partner", "add", `partners/${partner}/partner.json`));
  await done("enrol", code, "--url", room.url);
  await done(...as(partner, "policy", "put", `partners/${partner}/policy.json`));
  await done(...as(partner, "dataset", "create", `partners/${partner}/schema.json`));
  await writeCustomers({ partner, rows: ROWS, seed: 7, out: at(`${partner}.csv`) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-cli-"));
  room = await startTestRoom(undefined, { seconds: LIMITS.checkpointSeconds, entries: 1 });
  await comeIn(SUNLINE);
  await comeIn(HARBOUR);
});

afterAll(async () => {
  await room?.discard();
  await rm(folder, { recursive: true, force: true });
});

describe("two companies in a room", () => {
  test("each have a profile, a key that nobody else may read, and the room's key pinned", async () => {
    const profiles = JSON.parse(await readFile(at(".config/concordat/profiles.json"), "utf8"));
    expect(Object.keys(profiles.profiles)).toEqual([SUNLINE, HARBOUR]);
    expect(profiles.current).toBe(SUNLINE);
    const { key, roomKey } = profiles.profiles[SUNLINE];
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(await done(...as(SUNLINE, "audit", "key"))).toContain(roomKey);
  });

  test("agree a contract: read in plain words, signed by one, then in force with the other", async () => {
    const offered = await json(...as(SUNLINE, "contract", "propose", `partners/contracts/${CONTRACT}.json`));
    const plain = await done(...as(HARBOUR, "contract", "show", CONTRACT, "--plain"));
    expect(plain).toMatch(/If Harbour Yachts signs, Sunline Holidays may/);
    const first = await concordat(...as(SUNLINE, "contract", "sign", offered.id.slice(0, 8)));
    expect(first.exit).toBe(4);
    expect(first.out).toMatch(/not signed by Harbour Yachts/);
    expect(await done(...as(HARBOUR, "contract", "sign", CONTRACT))).toMatch(/state +in force/);
  });

  test("propose the very file that a person saves from the form of the console", async () => {
    const { link } = await json(...as(SUNLINE, "user", "invite", "--role", "compliance"));
    const person = await visitorBy({ link, member: { origin: room.publicOrigin } });
    const { id } = await json(...as(SUNLINE, "contract", "show", CONTRACT));
    const form = formFields((await person.get(`/console/contracts/new?like=${id}`)).text, "contract-form");
    form.set("name", "saved-by-hand");
    form.set("act", "file");
    const { text, headers } = await person.post("/console/contracts/new", form);
    expect(headers.get("content-disposition")).toBe('attachment; filename="saved-by-hand-version-1.json"');
    await writeFile(at("saved.json"), text);
    const offered = await json(...as(SUNLINE, "contract", "propose", at("saved.json")));
    expect([offered.id, offered.state.kind]).toEqual([textDigest(text), "offered"]);
    await done(...as(HARBOUR, "contract", "refuse", offered.id));
  });

  test("verify the signed contract offline, and see when keys or text are others", async () => {
    await writeFile(at("contract.json"), await done(...as(SUNLINE, "contract", "show", CONTRACT, "--jws")));
    await writeFile(at("keys.json"), await done(...as(SUNLINE, "contract", "show", CONTRACT, "--jwks")));
    const verify = ["contract", "verify", at("contract.json"), "--jwks"];
    expect(await done(...verify, at("keys.json"))).toMatch(/signed by harbour-yachts/);
    const keys = JSON.parse(await readFile(at("keys.json"), "utf8"));
    await writeFile(at("swapped.json"), JSON.stringify({ [SUNLINE]: keys[HARBOUR], [HARBOUR]: keys[HARBOUR] }));
    expect((await concordat(...verify, at("swapped.json"))).exit).toBe(5);
    await writeFile(at("one.json"), JSON.stringify(keys[SUNLINE]));
    const lacking = await concordat("--json", ...verify, `${SUNLINE}=${at("one.json")}`);
    expect(lacking.exit).toBe(5);
    expect(JSON.parse(lacking.out).error).toEqual(expect.any(String));
  });

  test("bring their lists in, hashed on the way, with the doctor's findings beside", async () => {
    for (const partner of [SUNLINE, HARBOUR]) {
      const ran = await concordat(...as(partner, "upload", "customers", at(`${partner}.csv`)));
      expect(ran).toMatchObject({ exit: 0, out: expect.stringMatching(/^version 1 of customers/) });
      expect(ran.err).toMatch(/rows read/);
    }
    const uploads = JSON.parse(await readFile(at(".config/concordat/uploads.json"), "utf8"));
    expect(uploads).toEqual({});
  });

  test("ask: explained first, answered with a receipt that verifies, for nothing the second time", async () => {
    const asked = as(SUNLINE, "overlap", "--contract", CONTRACT, "--where", "harbour.tier in (silver,gold,platinum)");
    expect(await done(...asked, "--explain")).toMatch(/^this is permitted\n/);
    const told = await done(...asked, "-o", at("overlap.json"));
    expect(told).toMatch(/Sunline Holidays' “customers” +2,\d{3} ± \d+ \(95 %\)/);
    expect(told).toMatch(/of Sunline Holidays' “customers” +\d+\.\d %/);
    expect(told).toMatch(/left ε 9\.\d+/);
    expect(await done(...as(SUNLINE, "receipt", "verify", at("overlap.json")))).toMatch(/is the one that was released/);
    const release = JSON.parse(await readFile(at("overlap.json"), "utf8"));
    expect(await json(...asked)).toEqual(release);
    expect(await done(...asked, "--explain")).toMatch(/nothing: it was asked before/);
    await writeFile(at("forged.json"), JSON.stringify({ ...release, regions: [] }));
    const forged = await concordat(...as(SUNLINE, "receipt", "verify", at("forged.json")));
    expect(forged).toMatchObject({ exit: 5, out: "", err: expect.stringMatching(/digest differs/) });
  });

  test("get an audience as rows of their own list", async () => {
    const asked = ["audience", "--contract", CONTRACT, "--where", "harbour.tier in (silver,gold,platinum)"];
    const told = await done(...as(SUNLINE, ...asked, "--rows", at("rows.csv")));
    expect(told).toMatch(/people on the list: \d+ ± \d+/);
    const rows = (await readFile(at("rows.csv"), "utf8")).split("\r\n");
    expect(rows[0]).toBe("record");
    expect(told).toContain(`rows: ${rows.length - 2} record references`);
    expect((await stat(at("rows.csv"))).mode & 0o777).toBe(0o600);
  });

  test("are denied by a clause that is named, with what is permitted instead", async () => {
    const asked = as(HARBOUR, "audience", "--contract", CONTRACT, "--channel", "email");
    const ran = await concordat("--json", ...asked);
    expect(ran.exit).toBe(3);
    expect(ran.err).toMatch(/ {2}- the contract does not let Harbour Yachts ask for audience lists/);
    expect(ran.err).not.toMatch(/\/analyses|[0-9a-f]{16}/);
    expect(ran.err).toMatch(/permitted instead: ask /);
    expect(JSON.parse(ran.out)).toMatchObject({ kind: "not-permitted", status: 403 });
    expect((await concordat(...asked, "--explain")).exit).toBe(3);
  });

  test("see what was taken from their budget, and what they were given", async () => {
    expect(await done(...as(HARBOUR, "budget"))).toMatch(/Harbour Yachts' “customers” +Sunline Holidays +0\.\d+ rho/);
    expect(await json(...as(SUNLINE, "releases"))).toHaveLength(2);
    const [{ id }] = await json(...as(SUNLINE, "releases"));
    expect(await json(...as(SUNLINE, "releases", id))).toMatchObject({ id });
  });

  test("ask for a table, for segments and for a series, each as lines that read", async () => {
    const one = ["--contract", CONTRACT, "--identifiers", "email"];
    const table = as(SUNLINE, "crosstab", ...one, "--by", "harbour.product-line,sunline.tier");
    expect(await done(...table, "--explain")).toMatch(
      /how sure it would be:\n {2}- people: within \d+ of the truth, 95 times/,
    );
    const grid = await done(...table);
    expect(grid).toMatch(
      /“product-line” at Harbour Yachts \\ “tier” at Sunline Holidays +basic +silver +gold +\(none\)/,
    );
    expect(grid).toMatch(/\n {2}charter +fewer than 50 /);
    const mean = ["--by", "harbour.product-line", "--measure", "mean(harbour.spend)"];
    expect(await done(...as(SUNLINE, "crosstab", ...one, ...mean))).toMatch(/people +mean of spend\n/);
    expect(await done(...as(SUNLINE, "affinity", ...one, "--segments", "harbour.product-line"))).toMatch(
      /“product-line” at Harbour Yachts +index +shared +on the list/,
    );
    const trend = await done(...as(SUNLINE, "trend", "--contract", CONTRACT));
    expect(trend).toMatch(/as of +Harbour Yachts' “customers” +Sunline Holidays' “customers” +all share/);
    const both = await concordat(
      ...as(SUNLINE, "crosstab", "--contract", CONTRACT, "--by", "harbour.tier,sunline.tier"),
    );
    expect(both).toMatchObject({ exit: 1, err: expect.stringMatching(/matched by one identifier at a time/) });
  });

  test("verify the log offline, with a checkpoint that they kept, and see one changed entry", async () => {
    await done(...as(HARBOUR, "audit", "checkpoint", "-o", at("kept.txt")));
    const { checkpoint } = await json(...as(HARBOUR, "audit", "checkpoint"));
    expect(await readFile(at("kept.txt"), "utf8")).toBe(checkpoint);
    await done(...as(HARBOUR, "contract", "suspend", CONTRACT));
    await done(...as(HARBOUR, "audit", "export", "-o", at("log.json"), "--checkpoint", at("kept.txt")));
    // The first round registers the witness, which is an entry of its own.
    await done(...as(HARBOUR, "witness", "--once"));
    const { key: witness } = await json(...as(HARBOUR, "witness", "--once"));
    expect(await done(...as(SUNLINE, "audit", "witnesses"))).toMatch(/^harbour-yachts\/witness .* cosigns/m);
    expect(await done(...as(SUNLINE, "audit", "checkpoint", "--cosigned"))).toMatch(
      /^\u2014 harbour-yachts\/witness /m,
    );
    await done(...as(SUNLINE, "receipt", "witnessed", at("overlap.json"), "-o", at("witnessed.json")));
    const completed = as(SUNLINE, "receipt", "verify", at("overlap.json"), "--witnessed", at("witnessed.json"));
    expect(await done(...completed)).toMatch(/stands under a published checkpoint of \d+ entries/);
    expect(await done(...completed, "--witness", witness)).toMatch(/^cosigned by harbour-yachts\/witness at 20/m);
    const stranger = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    const unseen = await concordat(...completed, "--witness", stranger);
    expect(unseen).toMatchObject({ exit: 5, err: expect.stringMatching(/`remora.n621.de` has not cosigned/) });
    await done(...as(HARBOUR, "audit", "export", "--contract", CONTRACT, "-o", at("evidence.html")));
    const proven = ["audit", "verify", at("evidence.html"), "--key", (await json(...as(HARBOUR, "audit", "key"))).key];
    expect(await done(...proven)).toMatch(/^verified: evidence for harbour-yachts.*the page says what the evidence/s);
    const page = await readFile(at("evidence.html"), "utf8");
    await writeFile(at("evidence.html"), page.replace("Who learned what", "Who heard what"));
    expect(await concordat(...proven)).toMatchObject({
      exit: 5,
      err: expect.stringMatching(/^error: page: line \d+ says/),
    });
    const { contacts } = await json(...as(HARBOUR, "audit", "record", "-o", at("record.html")));
    expect(contacts.length).toBeGreaterThan(0);
    const verify = as(HARBOUR, "audit", "verify", at("log.json"), "--checkpoint", at("kept.txt"));
    expect(await done(...verify)).toMatch(/it only grew since it had \d+/);
    const { key } = await json(...as(HARBOUR, "audit", "key"));
    expect(await done("audit", "verify", at("log.json"), "--key", key)).toMatch(/^verified/);
    const text = await readFile(at("log.json"), "utf8");
    await writeFile(at("bent.json"), text.replace('question-denied\\"', 'question-permitted\\"'));
    const bent = await concordat(...as(HARBOUR, "audit", "verify", at("bent.json")));
    const { entries }: { entries: { index: number; entry: string }[] } = JSON.parse(text);
    const denial = entries.find(({ entry }) => entry.includes("question-denied"));
    expect(bent).toMatchObject({ exit: 5, err: expect.stringContaining(`entry ${denial?.index}:`) });
  });

  test("get nothing under a suspended contract until it is resumed", async () => {
    const asked = as(SUNLINE, "overlap", "--contract", CONTRACT);
    const refused = await concordat(...asked);
    expect(refused).toMatchObject({ exit: 3, err: expect.stringMatching(/suspended/) });
    await done(...as(HARBOUR, "contract", "resume", CONTRACT));
    expect(await done(...asked)).toMatch(/^overlap rel_/);
  });

  test("rotate a key without a gap, and revoke the old one", async () => {
    const { before, thumbprint } = await json(...as(SUNLINE, "keys", "rotate"));
    expect(await done(...as(SUNLINE, "keys", "revoke", before))).toMatch(`revoked: ${before}`);
    expect(await json(...as(SUNLINE, "policy", "show"))).toMatchObject({ partner: SUNLINE });
    expect((await concordat(...as(SUNLINE, "keys", "revoke", thumbprint))).err).toMatch(/last active key/);
  });

  test("name a key whose thumbprint begins with a hyphen, before and after options", async () => {
    const hyphened = `-h${"A".repeat(41)}`;
    for (const words of [
      ["revoke", hyphened, "--json"],
      ["revoke", "--json", hyphened],
      ["revoke", hyphened],
    ]) {
      const told = await concordat(...as(SUNLINE, "keys", ...words));
      expect(`${told.out}${told.err}`).toMatch(/you have no such key|no such key/);
    }
  });
});

describe("a list that is in the room", () => {
  const head = async () => {
    const [header = "", ...rows] = (await readFile(at(`${SUNLINE}.csv`), "utf8")).split(/\r?\n/);
    return { header, rows: rows.slice(0, 5), records: rows.slice(0, 5).map((row) => row.split(",")[0] ?? "") };
  };

  test("loses the rows of a list of record references, which goes up alone, and gets them back", async () => {
    const { header, rows, records } = await head();
    const [before] = await json(...as(SUNLINE, "dataset", "versions", "customers"));
    await writeFile(at("gone.csv"), ["customer_id", ...records, "nobody", ""].join("\n"));
    const gone = await concordat(...as(SUNLINE, "upload", "customers", at("gone.csv"), "--delete"));
    expect(gone).toMatchObject({ exit: 0, err: expect.stringMatching(/6 rows read, 6 record references/) });
    expect(gone.out).toMatch(/^version 2 of customers[\s\S]*delete: 5 rows went, 0 came; 1 record references were not/);
    await writeFile(at("back.csv"), [header, ...rows, ""].join("\n"));
    const back = await json(...as(SUNLINE, "upload", "customers", at("back.csv"), "--upsert"));
    expect(back).toMatchObject({ change: "upsert", increment: { rowsRemoved: 0, rowsAdded: 5, referencesUnknown: 5 } });
    expect(back.people).toBe(before.people);
  });

  test("loses rows by a raw list too, of which the record column alone leaves this machine", async () => {
    const { header, rows } = await head();
    await writeFile(at("raw-gone.csv"), [header, rows[0], ""].join("\n"));
    const told = await concordat(...as(SUNLINE, "upload", "customers", at("raw-gone.csv"), "--delete"));
    expect(told).toMatchObject({ exit: 0, err: expect.stringMatching(/columns written: customer_id\n/) });
    expect(told.out).toMatch(/delete: 1 rows went/);
  });

  test("is changed in one way at a time, and only by a list that can say whom", async () => {
    const both = await concordat(...as(SUNLINE, "upload", "customers", at("gone.csv"), "--delete", "--upsert"));
    expect(both).toMatchObject({ exit: 2, err: expect.stringMatching(/not both/) });
    await writeFile(at("nameless.csv"), "email\nann@post.example\n");
    const nameless = await concordat(...as(SUNLINE, "upload", "customers", at("nameless.csv"), "--delete"));
    expect(nameless).toMatchObject({ exit: 1, err: expect.stringMatching(/no column `customer_id`/) });
  });

  test("goes on with an upload that was interrupted, which says how, or gives it up", async () => {
    const { header, rows } = await head();
    await writeFile(at("cut.csv"), [header, ...rows, ""].join("\n"));
    const command = as(SUNLINE, "upload", "customers", at("cut.csv"), "--upsert");
    const told = await interrupted(command);
    const [upload = ""] = /upl_[\w-]+/.exec(told) ?? [];
    expect(told).toMatch(/nothing of it is in force\nto go on, or to see what came of it: give the same command again/);
    expect(told).toContain(`\`concordat dataset drop-upload ${upload}\``);
    const resumed = await concordat("--json", ...command);
    expect(resumed).toMatchObject({ exit: 0, err: expect.stringMatching(/going on with the upload that was begun/) });
    expect(await concordat(...as(SUNLINE, "dataset", "drop-upload", upload))).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/is committed/),
    });
    await writeFile(at("cut.csv"), [header, ...rows.slice(1), ""].join("\n"));
    const [other = ""] = /upl_[\w-]+/.exec(await interrupted(command)) ?? [];
    expect(await done(...as(SUNLINE, "dataset", "drop-upload", other))).toMatch(`${other} is dropped`);
    expect(JSON.parse(await readFile(at(".config/concordat/uploads.json"), "utf8"))).toEqual({});
  });
});

describe("a contract that goes on", () => {
  test("is amended, compared in plain words and signed again; then a question waits for a person", async () => {
    const { default: policy } = await import(`../../partners/${HARBOUR}/policy.json`, { with: { type: "json" } });
    const defaults = { ...policy.defaults, approval: ["overlap"] };
    await writeFile(at("careful.json"), JSON.stringify({ ...policy, version: 2, defaults }));
    await done(...as(HARBOUR, "policy", "put", at("careful.json")));
    const before = await json(...as(SUNLINE, "contract", "show", CONTRACT));
    const { previous, version, ...draft } = { ...before.document, approvalWithin: "P7D" };
    await writeFile(at("amended.json"), JSON.stringify(draft));
    const amended = await done(...as(SUNLINE, "contract", "amend", CONTRACT, at("amended.json")));
    expect(amended).toMatch(/Harbour Yachts: nothing changes about its customers\./);
    expect(amended).toMatch(/more: a question waits for a person's approval at most 7 days\./);
    const [, id = ""] = /concordat contract sign (\w+)/.exec(amended) ?? [];
    expect((await concordat(...as(SUNLINE, "contract", "sign", id))).exit).toBe(4);
    await done(...as(HARBOUR, "contract", "sign", id));
    expect(await done(...as(HARBOUR, "contract", "show", id, "--against"))).toMatch(/at most 7 days/);
    const asked = as(SUNLINE, "overlap", "--contract", CONTRACT);
    const held = await concordat(...asked);
    expect(held).toMatchObject({ exit: 4, out: expect.stringMatching(/state +waiting for Harbour Yachts/) });
    const [request = ""] = /req_[\w-]+/.exec(held.out) ?? [];
    expect(await done(...as(HARBOUR, "approvals"))).toMatch(`${request}  yours to decide`);
    const shown = await done(...as(HARBOUR, "approvals", request));
    expect(shown).toMatch(/would learn how many of its customers are also Harbour Yachts' customers/);
    const approved = await done(...as(HARBOUR, "approve", request, "--because", "agreed in the plan"));
    expect(approved).toMatch(/approved +by Harbour Yachts at .+: agreed in the plan/);
    expect(await done(...asked)).toMatch(/^overlap rel_/);
    expect(await done(...as(SUNLINE, "approvals"))).toMatch("nothing waits for approval");
    const late = await concordat(...as(HARBOUR, "deny", request, "--because", "too late"));
    expect(late).toMatchObject({ exit: 1, err: expect.stringMatching(/is released/) });
  });
});

describe("the command line", () => {
  test("refuses a key file that others may read, and says what to do", async () => {
    const { path } = await json("keys", "new", "--out", at("open.jwk"));
    await chmod(path, 0o644);
    const ran = await concordat("--url", room.url, "--partner", SUNLINE, "--key", path, "policy", "show");
    expect(ran).toMatchObject({ exit: 1, err: expect.stringContaining(`chmod 600 ${path}`) });
    expect((await concordat("keys", "new", "--out", path)).exit).toBe(1);
  });

  test("answers wrong usage with 2, as JSON where that is asked for", async () => {
    for (const argv of [
      [],
      ["keys"],
      ["contract", "sign"],
      ["nonsense"],
      ["overlap"],
      ["policy", "show", "--no-such"],
    ]) {
      const ran = await concordat("--json", ...argv);
      expect(ran.exit, argv.join(" ")).toBe(2);
      expect(JSON.parse(ran.out)).toEqual({ error: expect.any(String), next: expect.any(String) });
    }
    const unknown = await concordat(...as("nobody", "policy", "show"));
    expect(unknown).toMatchObject({ exit: 2, err: expect.stringMatching(/no profile `nobody`/) });
  });

  test("names each place of a document that does not fit, and each example that does not hold", async () => {
    const policy = JSON.parse(await readFile("partners/harbour-yachts/policy.json", "utf8"));
    await writeFile(
      at("unfit.json"),
      JSON.stringify({ ...policy, version: 0, grants: [{ ...policy.grants[0], to: [] }] }),
    );
    const unfit = await concordat("policy", "check", at("unfit.json"));
    expect(unfit).toMatchObject({ exit: 1, err: expect.stringMatching(/\/version: [\s\S]*\/grants\/0\/to: /) });
    await writeFile(at("broken.json"), JSON.stringify({ ...policy, grants: [] }));
    const broken = await concordat("policy", "check", at("broken.json"));
    expect(broken).toMatchObject({ exit: 1, err: expect.stringMatching(/\/examples\/\d+: .*expects permit/) });
    expect(await done("policy", "check", "partners/harbour-yachts/policy.json")).toMatch(/^sound: /);
  });

  test("compares policies in words, verifies a signed one offline, and tells what a partner could learn", async () => {
    const file = "partners/harbour-yachts/policy.json";
    const policy = await json(...as(HARBOUR, "policy", "show"));
    const [before, after] = [policy.version, policy.version + 1];
    const defaults = { ...policy.defaults, k: policy.defaults.k + 1 };
    await writeFile(at("next.json"), JSON.stringify({ ...policy, version: after, defaults, grants: [] }));
    const text = await done("policy", "diff", file, at("next.json"));
    expect(text).toContain(`version 1 of harbour-yachts → version ${after}\ntighter: `);
    expect(text).toContain("people behind any figure: at least");
    const found = await json(...as(HARBOUR, "policy", "diff", at("next.json")));
    expect(found).toMatchObject({ verdict: "tighter", before, after });
    expect(await done("policy", "diff", file, file)).toContain("equal in effect");
    const alien = await concordat("policy", "diff", file, `partners/${SUNLINE}/policy.json`);
    expect(alien).toMatchObject({ exit: 2, err: expect.stringMatching(/two partners/) });
    await writeFile(at("signed.json"), await done(...as(HARBOUR, "policy", "show", "--jws")));
    const keys = JSON.parse(await done(...as(HARBOUR, "contract", "show", CONTRACT, "--jwks")));
    await writeFile(at("harbour.json"), JSON.stringify(keys[HARBOUR]));
    await writeFile(at("sunline.json"), JSON.stringify(keys[SUNLINE]));
    const verify = (jwks: string) => concordat("policy", "verify", at("signed.json"), "--jwks", at(jwks));
    expect(await verify("harbour.json")).toMatchObject({ exit: 0, out: expect.stringMatching(/^verified: policy of/) });
    expect(await verify("sunline.json")).toMatchObject({
      exit: 5,
      err: expect.stringMatching(/none of the partner's/),
    });
    expect(await done(...as(HARBOUR, "policy", "versions"))).toMatch(/^version +in force from/);
    expect(await done(...as(HARBOUR, "exposure", SUNLINE))).toMatch(/by rule “sunline-activation”/);
    expect((await json(...as(HARBOUR, "exposure", SUNLINE))).items.length).toBeGreaterThan(0);
  });

  test("has a second person sign what permits more", async () => {
    const policy = await json(...as(HARBOUR, "policy", "show"));
    const [second, third] = [policy.version + 1, policy.version + 2];
    const version = async (number: number, replaced: object) => {
      await writeFile(at(`v${number}.json`), JSON.stringify({ ...policy, version: number, ...replaced }));
      return concordat(...as(HARBOUR, "policy", "put", at(`v${number}.json`)));
    };
    const { path: firstKey } = await keyOf(HARBOUR);
    await done(...as(HARBOUR, "keys", "rotate", "--out", at("second.json")));
    const loosening = { second: true };
    expect((await version(second, { loosening })).exit).toBe(0);
    const defaults = { ...policy.defaults, retention: "P1Y" };
    const waiting = await version(third, { loosening, defaults });
    expect(waiting).toMatchObject({ exit: 4, out: expect.stringMatching(/waits for a second signature/) });
    expect(await done(...as(HARBOUR, "policy", "waiting"))).toMatch(/looser: [\s\S]*365 days/);
    expect((await concordat(...as(HARBOUR, "policy", "countersign"))).exit).toBe(4);
    const byFirst = ["--url", room.url, "--partner", HARBOUR, "--key", firstKey];
    expect(await done(...byFirst, "policy", "countersign")).toMatch(
      new RegExp(`365 days[^]*version ${third} is in force`),
    );
    expect(await done(...as(HARBOUR, "policy", "waiting"))).toBe("no version waits for a second signature\n");
    expect((await concordat(...as(HARBOUR, "policy", "countersign"))).exit).toBe(1);
  });

  async function keyOf(profile: string): Promise<{ readonly path: string }> {
    const profiles = JSON.parse(await readFile(join(folder, ".config", "concordat", "profiles.json"), "utf8"));
    return { path: profiles.profiles[profile].key };
  }

  test("erase a person by a raw address, hashed here, and say so where nobody has it", async () => {
    const [header = "", first = ""] = (await readFile(at(`${SUNLINE}.csv`), "utf8")).split("\n");
    const email = first.split(",")[header.split(",").indexOf("email")] ?? "";
    expect(email).toContain("@");
    const erased = await done(...as(SUNLINE, "subject", "erase", "--email", email));
    expect(erased).toMatch(/^erased from every version of your lists[\s\S]*sunline-holidays\/customers +1 +\d/);
    const nobody = await done(
      ...as(SUNLINE, "subject", "erase", "--email", "no@body.example", "--phone", "+12125550123"),
    );
    expect(nobody).toMatch(/^nobody in your lists has these identifiers/);
    const wrong = (...options: string[]) => concordat(...as(SUNLINE, "subject", "erase", ...options));
    expect(await wrong()).toMatchObject({ exit: 2, err: expect.stringMatching(/whom\?/) });
    expect(await wrong("--email", "ann")).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/without exactly one @/),
    });
    expect(await wrong("--external", "77")).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/names no namespace/),
    });
    expect(await wrong("--person", "Ann;Ott;N1 9GU")).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/a country that is not known/),
    });
  });

  test("object for a person, tell what they have of it, and fetch and acknowledge notices, each logged", async () => {
    const [header = "", , second = ""] = (await readFile(at(`${SUNLINE}.csv`), "utf8")).split("\n");
    const person = ["--email", second.split(",")[header.split(",").indexOf("email")] ?? ""];
    const subject = (...words: string[]) => as(SUNLINE, "subject", ...words);
    const objected = await done(...subject("object", ...person, "--purpose", "activation", "--channel", "email"));
    expect(objected).toMatch(
      /from now on they are left out:\n {2}of lists to reach people through email for the purpose/,
    );
    expect(await done(...subject("withdraw", ...person, "--consent", "marketing"))).toMatch(
      /asks for the consent mark/,
    );
    const told = await done(...subject("access", ...person, "-o", at("person.json")));
    expect(told).toMatch(/sunline-holidays\/customers, version ver_\S+, in force; kept as tokens: .*email/);
    expect(told).toMatch(/left out of whatever asks for the consent marketing/);
    expect(JSON.parse(await readFile(at("person.json"), "utf8"))).toMatchObject({ isKeptOut: false });
    await done(...subject("withdraw", ...person, "--consent", "marketing", "--lift"));
    const lifting = subject("object", ...person, "--purpose", "activation", "--channel", "email", "--lift");
    expect(await done(...lifting)).toMatch(/they object to nothing now/);
    const asked = await concordat(...subject("withdraw", ...person));
    expect(asked).toMatchObject({ exit: 2, err: expect.stringMatching(/which consent\?/) });
    expect(await done(...subject("notices", "-o", at("remove.csv")))).toMatch(/to be removed|subject acknowledge/);
    expect(await readFile(at("remove.csv"), "utf8")).toMatch(/^notice,release,record\r\n/);
    expect(await done(...subject("acknowledge"))).toMatch(/^nothing to acknowledge, and that is logged/);
  });

  test("lets a party ask for deletions, shows it, and ends it", async () => {
    const subject = (...words: string[]) => as(SUNLINE, "subject", ...words);
    const { x } = generateSigningKey().privateJwk;
    const set = { pollFrequency: "604800", keys: [{ kty: "OKP", crv: "Ed25519", x, kid: "key 1", alg: "EdDSA" }] };
    await writeFile(at("jwks.json"), JSON.stringify(set));
    expect(await done(...subject("trust", "publisher.example", at("jwks.json"), "--audience-required"))).toMatch(
      /^publisher\.example may ask .* at http:.*\/v1\/deletion-requests\/sunline-holidays/,
    );
    expect(await done(...subject("requesters"))).toMatch(/publisher\.example .*key 1 \(EdDSA\).* must name .* trusted/);
    await done(...subject("distrust", "publisher.example"));
    expect(await done(...subject("requesters"))).toMatch(/ended 2/);
    expect(await concordat(...subject("trust", "publisher.example", at("person.json")))).toMatchObject({ exit: 2 });
  });

  test("says that a room does not answer", async () => {
    const { path } = await json("keys", "new", "--out", at("lonely.jwk"));
    const ran = await concordat("--url", "http://127.0.0.1:9", "--partner", SUNLINE, "--key", path, "policy", "show");
    expect(ran).toMatchObject({ exit: 1, err: expect.stringMatching(/no answer from http:\/\/127\.0\.0\.1:9/) });
  });

  test("hashes a list into a file of its owner's, and refuses one with too many bad rows", async () => {
    const schema = `partners/${SUNLINE}/schema.json`;
    const report = await json("hash", at(`${SUNLINE}.csv`), "--schema", schema);
    expect(report.out).toBe(at(`${SUNLINE}.hashed.csv`));
    expect(await readFile(report.out, "utf8")).not.toContain("@");
    const [header = ""] = (await readFile(at(`${SUNLINE}.csv`), "utf8")).split("\n");
    const bad = Array.from({ length: 9 }, (_, row) => `${row}${",x".repeat(header.split(",").length - 1)}`);
    await writeFile(at("bad.csv"), [header, ...bad, ""].join("\n"));
    expect((await concordat("hash", at("bad.csv"), "--schema", schema)).exit).toBe(1);
    const ran = await concordat(...as(SUNLINE, "upload", "customers", at("bad.csv")));
    expect(ran).toMatchObject({ exit: 1, err: expect.stringMatching(/nothing was sent/) });
  });
});
