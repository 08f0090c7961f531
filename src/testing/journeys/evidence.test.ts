// Evidence as a compliance officer gets it, over real HTTP and a real database: it verifies with the room's key alone,
// one altered byte anywhere is found and named, it holds what concerns the asker and nothing else, and it is logged.

import { writeFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EvidenceFault } from "../../client/open-evidence.ts";
import { type VerifiedEvidence, verifyEvidence } from "../../client/verify-evidence.ts";
import { cosign, cosignerKey, parseCosignerKey } from "../../crypto/cosignature.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import type { LogKey } from "../../crypto/log-key.ts";
import { parseVerifierKey, rawPublicKey, type VerifierKey, verifierKey } from "../../crypto/signed-note.ts";
import { utf8 } from "../../domain/bytes.ts";
import { contentsOf, evidenceLines, type Part, partName } from "../../domain/evidence/document.ts";
import { evidencePage } from "../../domain/evidence/page.ts";
import { entriesIn, partsOf } from "../../domain/evidence/reading.ts";
import { evidenceFile } from "../../domain/evidence/story.ts";
import type { Result } from "../../domain/result.ts";
import { keySchema } from "../../wire/api/partner.ts";
import { releaseSchema } from "../../wire/api/question.ts";
import { people } from "./lists.ts";
import {
  ask,
  audienceOf,
  call,
  contractJson,
  expectProblem,
  type Member,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  sign,
  type World,
} from "./world.ts";

let world: World;
let left: Member;
let right: Member;
let other: Member;
let contract: string;
let othersContract: string;
let roomKey: LogKey;
let witness: VerifierKey;

beforeAll(async () => {
  world = await openWorld();
  roomKey = world.room.ports.room.logKeys.known();
  ({ left, right, contract } = await pairOf(world, {
    names: ["alba-travel", "boreal-boats"],
    lists: [people(0, 900), people(300, 1_200)],
  }));
  const stranger = await pairOf(world, {
    names: ["cassia-cruises", "delta-dinghies"],
    lists: [people(0, 200), people(100, 300)],
  });
  [other, othersContract] = [stranger.left, stranger.contract];
  await ask(stranger.left, overlapOf(stranger.contract, [stranger.left, stranger.right]));
  await ask(left, overlapOf(contract, [left, right]));
  await ask(right, overlapOf(contract, [left, right]));
  const list = read(
    releaseSchema,
    await call(right, "POST /v1/questions", { json: audienceOf(contract, [right, left]) }),
  );
  await call(right, `GET /v1/releases/${list.id}/rows`);
  await call(right, "POST /v1/questions", { json: overlapOf(contract, [left, right], { purpose: "activation" }) });
  witness = await witnessed(left);
  await putPolicy(left, policyJson(left.id, { k: 12 }, { version: 2 }));
});
afterAll(() => world.room.discard());

describe("evidence about a contract", () => {
  test("verifies with the room's key alone, in either form", async () => {
    const page = await evidence(left, `contract=${contract}`);
    const { evidence: whole, cosignedBy } = verified(page);
    expect(partsOf(whole.parts, "contract").map(({ id }) => id)).toEqual([contract]);
    expect(partsOf(whole.parts, "policy").map(({ version }) => version)).toEqual([1, 2]);
    expect(partsOf(whole.parts, "receipt")).toHaveLength(1);
    expect(partsOf(whole.parts, "keys").map(({ partner }) => partner)).toEqual([left.id, right.id]);
    expect(cosignedBy).toEqual([{ name: witness.name, isTrusted: true }]);
    const lines = evidenceLines(whole).map((line) => `${line}\n`);
    expect(verifyEvidence(utf8(lines.join("")), verifier()).ok).toBe(true);
    const kept = process.env["CONCORDAT_KEEP_EVIDENCE"];
    if (kept !== undefined) await writeFile(kept, page);
  });

  test("says who learned what about one's customers, under which clause, when, and what was refused", async () => {
    const page = await evidence(left, `contract=${contract}`);
    const shown = page.slice(0, page.indexOf('<details class="evidence">'));
    expect(shown).toContain("2 answers about The alba-travel company's customers went to The boreal-boats company");
    expect(shown).toContain("Rows of lists were taken away 1 time, and 1 question was refused.");
    expect(shown).toContain(
      "The boreal-boats company learned how many of its customers are also The alba-travel company's customers",
    );
    expect(shown).toMatch(/contract “joint-season”, version 1/);
    expect(shown).not.toMatch(/<script|src=|https?:\/\/|url\(/);
  });

  test("has nothing of other partners", async () => {
    const page = await evidence(left, `contract=${contract}`);
    for (const foreign of [other.id, "delta-dinghies", othersContract, other.key.publicKey.thumbprint])
      expect(page).not.toContain(foreign);
    const { parts } = verified(page).evidence;
    for (const { parties } of entriesIn({ parts })) expect(parties).toContain(left.id);
    for (const policy of partsOf(parts, "policy")) expect(documentOf(policy.envelope.payload)).toContain(left.id);
    expectProblem(await call(other, `GET /v1/audit/evidence?contract=${contract}`), "not-found", /no such contract/);
    const key = right.key.publicKey.thumbprint;
    expectProblem(await call(left, `GET /v1/audit/evidence?key=${key}`), "not-found", /no key of yours/);
    expectProblem(await call(world.operator, "GET /v1/audit/evidence?from=2026-01-01"), "partner-only", /own affairs/);
  });

  test("is itself an entry of the log, which later evidence has", async () => {
    const first = verified(await evidence(left, `contract=${contract}`)).evidence;
    const { parts } = verified(await evidence(left, `contract=${contract}`)).evidence;
    const entry = entriesIn({ parts }).find(({ index }) => index === first.seal.index);
    expect(entry).toMatchObject({ act: "log-exported", actor: { partner: left.id }, parties: [left.id, "operator"] });
  });

  test("covers every version of the contract, whichever is named", async () => {
    const json = contractJson([left, right], { version: 2, previous: contract });
    const offered = await call(left, "POST /v1/contracts", { json });
    const next = String(offered.body["id"]);
    await sign(left, { id: next, json });
    for (const named of [contract, next]) {
      const { parts } = verified(await evidence(left, `contract=${named}`)).evidence;
      expect(partsOf(parts, "contract").map(({ id, state }) => [id, state])).toEqual([
        [contract, "in-force"],
        [next, "offered"],
      ]);
    }
  });
});

describe("one altered byte", () => {
  test("is found and named, wherever it is", async () => {
    const page = await evidence(left, `contract=${contract}`);
    const { evidence: whole } = verified(page);
    const bytes = utf8(page);
    const names = ["contents", ...whole.parts.map(partName), "seal"];
    const lines = linesWithin(bytes, names);
    const wanted = [
      ...positionsIn(lines, whole.parts),
      ...between(0, lines.start, 30),
      ...between(lines.end, bytes.length, 10),
    ];
    for (const at of wanted) {
      // The room's own timers and connections have their turn between.
      await setImmediate();
      const found = faultsOf(altered(bytes, at)).map(({ part }) => part);
      const named = [lines.nameAt(at), ...(bytes[at] === 10 ? [lines.nameAt(at + 1)] : [])];
      expect(found.length, `byte ${at} of ${bytes.length}`).toBeGreaterThan(0);
      for (const one of found) expect(named, `byte ${at} of ${bytes.length}`).toContain(one);
    }
    expect(wanted.length).toBeGreaterThan(150);
  });

  test("and so are a byte more, a byte less and a line less", async () => {
    const page = await evidence(left, `contract=${contract}`);
    expect(faultsOf(utf8(`${page} `)).map(({ part }) => part)).toEqual(["page"]);
    expect(faultsOf(utf8(page.slice(1))).map(({ part }) => part)).toEqual(["page"]);
    const lines = evidenceLines(verified(page).evidence);
    const without = lines.filter((_, at) => at !== 8);
    expect(faultsOf(utf8(`${without.join("\n")}\n`))[0]?.says).toMatch(/taken out/);
    expect(faultsOf(utf8(`${lines.join("\n")}\n\n`)).length).toBeGreaterThan(0);
  });

  test("is found in a page that was written anew around good evidence", async () => {
    const { evidence: whole } = verified(await evidence(left, `contract=${contract}`));
    const story = { title: "Evidence", lead: ["Nobody was told anything."], sections: [] };
    const [fault] = faultsOf(utf8(evidencePage(story, evidenceLines(whole))));
    expect(fault?.part).toBe("page");
    expect(fault?.says).toMatch(
      /line \d+ says `Evidence`, and the evidence makes it `Evidence for The alba-travel company/,
    );
  });

  test("is found in evidence that was sealed by another room, or is shown without what its seal covers", async () => {
    const { evidence: whole } = verified(await evidence(left, `contract=${contract}`));
    const stranger = generateSigningKey().key;
    const key = known(parseVerifierKey(verifierKey(roomKey.name, rawPublicKey(stranger.publicKey))));
    const file = utf8(evidenceFile(whole));
    expect(verifyEvidence(file, { ...verifier(), room: key })).toMatchObject({ ok: false, error: [{ part: "seal" }] });
    const parts = whole.parts.filter(({ part }) => part !== "receipt");
    const fewer = { ...whole, parts };
    const relisted = { ...fewer, contents: contentsOf(whole.contents, parts) };
    expect(faultsOf(utf8(evidenceFile(relisted))).map(({ part }) => part)).toEqual(["contents"]);
    // What no signature covers and no page shows is covered by the seal alone.
    const later = whole.parts.map((part) =>
      part.part === "keys"
        ? { ...part, keys: part.keys.map((key) => ({ ...key, registeredAt: whole.contents.asOf })) }
        : part,
    );
    const faults = faultsOf(utf8(evidenceFile({ ...whole, parts: later })));
    expect(faults.map(({ part }) => part)).toEqual([`keys of ${left.id}`, `keys of ${right.id}`]);
    expect(faultsOf(utf8(evidenceFile(fewer))).map(({ says }) => says)).toContain(
      "it is not there as it was: altered, moved or taken out",
    );
  });
});

describe("evidence about a person and about a time", () => {
  test("of a key has what was done with it and to it, and nothing else", async () => {
    const { key } = generateSigningKey();
    const { jwk, thumbprint } = key.publicKey;
    const proof = signCompact(key, { partner: left.id, thumbprint }, KEY_PROOF_TYP);
    read(keySchema, await call(left, `POST /v1/partners/${left.id}/keys`, { json: { jwk, proof } }));
    await ask({ ...left, key }, overlapOf(contract, [left, right], { epsilon: "0.5" }));
    const { evidence: whole } = verified(await evidence(left, `key=${key.publicKey.thumbprint}`));
    expect(entriesIn(whole).map(({ act }) => act)).toEqual(["key-registered", "question-permitted"]);
    expect(partsOf(whole.parts, "contract").map(({ id }) => id)).toEqual([contract]);
    expect(partsOf(whole.parts, "policy")).toEqual([]);
  });

  test("of a time has its days and no others", async () => {
    const today = new Date(Date.now()).toISOString().slice(0, 10);
    const now = verified(await evidence(left, `from=${today}`)).evidence;
    expect(entriesIn(now).length).toBeGreaterThan(10);
    const before = verified(await evidence(left, "from=2020-01-01&until=2020-12-31")).evidence;
    expect(entriesIn(before)).toEqual([]);
    expect(partsOf(before.parts, "policy")).toEqual([]);
    expectProblem(
      await call(left, "GET /v1/audit/evidence?from=2026-02-01&until=2026-01-01"),
      "invalid-parameter",
      /from/,
    );
    expectProblem(await call(left, "GET /v1/audit/evidence"), "invalid-parameter", /name a/);
  });
});

function verifier() {
  return { room: roomKey, witnesses: [witness], earlier: null };
}

describe("evidence and the hand-over of the log to another key", () => {
  test("verifies from before and after by the first key, with the notes that belong there alone", async () => {
    const before = await evidence(left, `contract=${contract}`);
    const handed = await call(world.operator, "POST /v1/room/log-key", { json: {} });
    expect(handed.status, handed.text).toBe(201);
    const after = await evidence(left, `contract=${contract}`);
    const followed = world.room.ports.room.logKeys.known();
    for (const room of [roomKey, followed])
      for (const page of [before, after])
        expect(verifyEvidence(utf8(page), { ...verifier(), room })).toMatchObject({ ok: true });
    expect(verified(after).evidence.seal.handOvers).toEqual([handed.body["note"]]);
    const notes = `"handOvers":[${JSON.stringify(handed.body["note"])}],`;
    expect(after.split(notes)).toHaveLength(2);
    const place = before.lastIndexOf('"index":');
    const bent = [after.replace(notes, ""), `${before.slice(0, place)}${notes}${before.slice(place)}`];
    for (const room of [roomKey, followed])
      for (const page of bent)
        expect(verifyEvidence(utf8(page), { ...verifier(), room })).toMatchObject({
          ok: false,
          error: [{ part: "seal" }],
        });
  });
});

async function evidence(member: Member, query: string): Promise<string> {
  const answer = await call(member, `GET /v1/audit/evidence?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
}

function verified(page: string): VerifiedEvidence {
  const outcome = verifyEvidence(utf8(page), verifier());
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

function faultsOf(bytes: Uint8Array): readonly EvidenceFault[] {
  const outcome = verifyEvidence(bytes, verifier());
  return outcome.ok ? [] : outcome.error;
}

function altered(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

type Lines = {
  readonly start: number;
  readonly end: number;
  readonly nameAt: (at: number) => string;
  readonly starts: readonly number[];
};

/** Where the lines of the evidence stand in a page; a line break belongs to the line before it. */
function linesWithin(bytes: Uint8Array, names: readonly string[]): Lines {
  const opening = Buffer.from('<pre id="evidence">\n');
  const start = Buffer.from(bytes).lastIndexOf(opening) + opening.length;
  const starts = [start];
  for (let at = start; starts.length <= names.length; at++) if (bytes[at] === 10) starts.push(at + 1);
  const end = starts.at(-1) ?? start;
  const nameAt = (at: number) =>
    at < start || at >= end ? "page" : (names[starts.findLastIndex((one) => one <= at)] ?? "page");
  return { start, end, nameAt, starts };
}

/** The first, the last and some positions between of every line that is the first of its kind, and ends of all. */
function positionsIn({ starts }: Lines, parts: readonly Part[]): readonly number[] {
  const kinds = ["contents", ...parts.map(({ part }) => part), "seal"];
  return kinds.flatMap((kind, at) => {
    const [from, until] = [starts[at] ?? 0, starts[at + 1] ?? 0];
    return kinds.indexOf(kind) === at ? [...between(from, until, 10), until - 1] : [from, until - 1];
  });
}

function between(from: number, until: number, count: number): readonly number[] {
  const step = Math.max(1, Math.floor((until - from) / count));
  return Array.from({ length: count }, (_, at) => from + at * step).filter((at) => at < until);
}

/** A witness of a member's that has cosigned the published checkpoint. */
async function witnessed(member: Member): Promise<VerifierKey> {
  const signer = { name: `${member.id}/witness`, key: generateSigningKey().key };
  const key = cosignerKey(signer.name, rawPublicKey(signer.key.publicKey));
  const { text } = await call(member, "GET /v1/audit/checkpoint");
  const body = text.slice(0, text.indexOf("\n\n") + 1);
  const checkpoint = `${text}${cosign(body, signer, Math.floor(Date.now() / 1_000))}`;
  const registered = await call(member, "POST /v1/audit/witnesses", { json: { key, checkpoint } });
  expect(registered.status, registered.text).toBeLessThan(300);
  const cosigned = await call(member, "POST /v1/audit/cosignatures", { json: { checkpoint } });
  expect(cosigned.status, cosigned.text).toBeLessThan(300);
  return known(parseCosignerKey(key));
}

function documentOf(payload: string): string {
  return Buffer.from(payload, "base64url").toString("utf8");
}

function known<Value>(result: Result<Value, string>): Value {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
