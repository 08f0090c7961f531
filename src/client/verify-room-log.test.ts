// A room made by hand that tells the truth, and then one lie at a time: each is found at its step.

import { describe, expect, test } from "vitest";
import { cosign, cosignerKey, parseCosignerKey } from "../crypto/cosignature.ts";
import { generateSigningKey, type SigningKey } from "../crypto/jwk.ts";
import { formatLogKey, type LogKey, lastOf, parseLogKey, signHandOver } from "../crypto/log-key.ts";
import { rawPublicKey, signNote, verifierKey } from "../crypto/signed-note.ts";
import { formatCheckpoint } from "../domain/audit/checkpoint.ts";
import { encodeEntry } from "../domain/audit/entry.ts";
import { formatExport } from "../domain/audit/export-file.ts";
import {
  append,
  consistencyPlan,
  EMPTY_FRONTIER,
  inclusionPlan,
  leafHash,
  type ProofPlan,
  proofFromPlan,
  rootOf,
  type TreeNode,
} from "../domain/audit/merkle.ts";
import { concatBytes, toBase64, utf8 } from "../domain/bytes.ts";
import { unixMillis } from "../domain/instant.ts";
import { SUNLINE } from "../testing/documents.ts";
import { type KeptLog, type LogSource, type RoomLog, verifyRoomLog } from "./verify-room-log.ts";
import { compareNotes, parseEvidence } from "./witness.ts";

const ORIGIN = "concordat/test";
const room = generateSigningKey().key;
const next = generateSigningKey().key;
const witness = generateSigningKey().key;
const NOW = unixMillis(Date.UTC(2026, 10, 22));

function entryText(index: number, note = "yes"): string {
  return encodeEntry({
    concordat: "entry/1",
    index,
    at: "2026-11-22T10:00:00.000Z",
    act: "key-registered",
    actor: { room: true },
    parties: [SUNLINE],
    subject: {},
    detail: { note },
    salt: index.toString(16).padStart(32, "0"),
  });
}

type Log = { readonly texts: readonly string[]; readonly nodes: readonly TreeNode[]; readonly roots: Uint8Array[] };

function logOf(size: number, note?: string): Log {
  const texts = Array.from({ length: size }, (_, index) => entryText(index, note));
  const nodes: TreeNode[] = [];
  const roots = [rootOf(EMPTY_FRONTIER)];
  let frontier = EMPTY_FRONTIER;
  for (const text of texts) {
    const grown = append(frontier, leafHash(utf8(text)));
    frontier = grown.frontier;
    nodes.push(...grown.nodes);
    roots.push(rootOf(frontier));
  }
  return { texts, nodes, roots };
}

function noteOf({ roots }: Log, size: number, key: SigningKey = room): string {
  const text = formatCheckpoint({ origin: ORIGIN, size, root: roots[size] ?? new Uint8Array(32) });
  return signNote(text, [{ name: ORIGIN, key }]);
}

const proof = ({ nodes }: Log, plan: ProofPlan) => proofFromPlan(plan, nodes);

/** A room over a log; every third entry concerns the reader. */
function honest(log: Log, size: number, signer = room): LogSource {
  return {
    room: async () => ({ key: firstKey(), size, published: null, witnesses: [] }),
    entries: async (earlier) => {
      const entries = log.texts
        .slice(0, size)
        .flatMap((entry, index) =>
          index % 3 === 0 ? [{ index, entry, proof: proof(log, inclusionPlan(index, size)) }] : [],
        );
      const from = earlier ?? null;
      const grown = from === null ? {} : { consistency: { from, proof: proof(log, consistencyPlan(from.size, size)) } };
      const text = formatExport({ checkpoint: noteOf(log, size, signer), entries, ...grown });
      return [text.slice(0, 40), text.slice(40, 900), text.slice(900)];
    },
    leaves: async (from, until) =>
      concatBytes(...log.texts.slice(from, Math.min(until, from + 7)).map((text) => leafHash(utf8(text)))),
  };
}

const firstKey = () => verifierKey(ORIGIN, rawPublicKey(room.publicKey));

async function verdict(source: LogSource, kept: KeptLog | null = null) {
  const told: Record<string, string> = {};
  const outcome = await verifyRoomLog({
    source,
    kept,
    now: NOW,
    tell: (line) => {
      if (line.state !== "at-work") told[line.step] = `${line.state}: ${line.says}`;
    },
  });
  const faults = Object.values(told).filter((says) => says.startsWith("bad"));
  return { told, faults, outcome };
}

const keptOf = (log: Log, size: number): KeptLog => ({ key: firstKey(), checkpoint: noteOf(log, size), at: NOW });
const LOG = logOf(50);

describe("a room that tells the truth", () => {
  test("holds at every step, and what is kept is what the next look is held against", async () => {
    const first = await verdict(honest(LOG, 37));
    expect(first.faults).toEqual([]);
    expect(first.told).toMatchObject({
      key: expect.stringMatching(/^first: .*for the first time$/),
      fetched: expect.stringContaining("37 entries"),
      entries: "good: 13 of its entries concern you, and each stands where it says",
      grown: expect.stringMatching(/^first/),
    });
    const kept = first.outcome.ok ? first.outcome.value.kept : null;
    expect(kept).toEqual(keptOf(LOG, 37));
    const second = await verdict(honest(LOG, 50), kept);
    expect(second.faults).toEqual([]);
    expect(second.told["grown"]).toBe(
      "good: consistent with the checkpoint of 37 entries that this browser saw on 2026-11-22",
    );
    expect((await verdict(honest(LOG, 50), keptOf(LOG, 50))).faults).toEqual([]);
  });

  test("has handed its log over, which the kept key follows", async () => {
    const note = signHandOver(ORIGIN, 39, { signer: room, next: next.publicKey });
    const key = parseLogKey(`${firstKey()}\n${toBase64(utf8(note))}`);
    const shown: LogKey | null = key.ok ? key.value : null;
    if (shown === null) throw new Error("no key");
    expect(lastOf(shown).key.thumbprint).toBe(next.publicKey.thumbprint);
    const after = honest(LOG, 50, next);
    const source = { ...after, room: async () => ({ ...(await after.room()), key: formatLogKey(shown) }) };
    const { told, faults } = await verdict(source, keptOf(LOG, 37));
    expect(faults).toEqual([]);
    expect(told["key"]).toContain("which has handed over once since");
    expect((await verdict(after, keptOf(LOG, 37))).told["signed"]).toMatch(/^bad: .*not signed by the room's key/);
  });

  test("names the partners that have cosigned, and no line that another key made", async () => {
    const name = `${SUNLINE}/witness`;
    const parsed = parseCosignerKey(cosignerKey(name, rawPublicKey(witness.publicKey)));
    if (!parsed.ok) throw new Error("no key");
    const text = noteOf(LOG, 20).split("\n\n")[0] ?? "";
    const cosigned = (key: SigningKey) => noteOf(LOG, 20) + cosign(`${text}\n`, { name, key }, 1_790_000_000);
    const about = (published: string): RoomLog => ({
      key: firstKey(),
      size: 37,
      published,
      witnesses: [{ company: "Sunline Holidays", key: parsed.value }],
    });
    const source = honest(LOG, 37);
    const good = await verdict({ ...source, room: async () => about(cosigned(witness)) });
    expect(good.told["cosigned"]).toBe("good: the first 20 entries are cosigned by Sunline Holidays");
    const forked = noteOf(logOf(20, "no"), 20);
    expect((await verdict({ ...source, room: async () => about(forked) })).faults).toEqual([
      "bad: the log does not begin with the published checkpoint of 20 entries",
    ]);
    const bent = cosigned(witness).replace(/(?<=\n— sunline-holidays\/witness .{30})./, (at) =>
      at === "A" ? "B" : "A",
    );
    expect((await verdict({ ...source, room: async () => about(bent) })).faults).toEqual([
      "bad: a cosignature does not verify under its witness's key",
    ]);
  });
});

describe("a room that lies", () => {
  test("about an entry", async () => {
    const source = honest(LOG, 37);
    const bent = async () =>
      (await source.entries(null)).map((piece) => piece.replace('\\"index\\":12', '\\"index\\":13'));
    const said = await verdict({ ...source, entries: bent });
    expect(said.faults).toEqual(["bad: entry 12: the entry names another index"]);
    const other = formatExport({
      checkpoint: noteOf(LOG, 37),
      entries: [{ index: 12, entry: entryText(12, "no"), proof: proof(LOG, inclusionPlan(12, 37)) }],
    });
    expect((await verdict({ ...source, entries: async () => [other] })).faults).toEqual([
      "bad: entry 12: the entry does not stand there in the log",
    ]);
  });

  test("about an entry of others, which shows in the root alone", async () => {
    const source = honest(LOG, 37);
    const other = logOf(37, "no").texts[11] ?? "";
    const leaves: LogSource["leaves"] = async (from, until) => {
      const hashes = await source.leaves(from, until);
      if (from <= 11 && 11 < from + hashes.length / 32) hashes.set(leafHash(utf8(other)), (11 - from) * 32);
      return hashes;
    };
    const said = await verdict({ ...source, leaves });
    expect(said.faults).toEqual([expect.stringMatching(/^bad: over all 37 entries the root is .*checkpoint says/)]);
    expect(said.outcome).toMatchObject({ ok: true, value: { kept: null } });
    const none = await verdict({ ...source, leaves: async () => new Uint8Array(0) });
    expect(none.faults[0]).toMatch(/^bad: over all 37 entries/);
  });

  test("by another key, named or not", async () => {
    const source = honest(LOG, 37, next);
    expect((await verdict(source)).told["signed"]).toMatch(/^bad/);
    const other = verifierKey(ORIGIN, rawPublicKey(next.publicKey));
    const named = { ...source, room: async () => ({ ...(await source.room()), key: other }) };
    const said = await verdict(named, keptOf(LOG, 20));
    expect(said.told["key"]).toBe("bad: the room names another key than the one that was kept");
    expect(said.outcome).toMatchObject({ ok: true, value: { kept: null } });
  });

  test.each([
    ["two histories", 37, "two-roots", /two histories/],
    ["a history that did not grow from the one before", 20, "not-grown", /did not grow/],
    ["a log that has become shorter", 50, "behind", /shorter/],
  ] as const)("by showing %s, and has signed the evidence", async (_, size, kind, says) => {
    const said = await verdict(honest(LOG, 37), keptOf(logOf(50, "no"), size));
    expect(said.told["grown"]).toMatch(says);
    const file = said.outcome.ok ? said.outcome.value.evidence : null;
    const evidence = parseEvidence(file ?? "");
    if (!evidence.ok) throw new Error("no evidence");
    expect(evidence.value.kind).toBe(kind);
    const named = parseLogKey(evidence.value.key);
    const { kept, shown } = evidence.value;
    const compared = named.ok ? compareNotes(named.value, [kept, shown], evidence.value.proof) : named;
    expect(compared).toMatchObject({ ok: true, value: { kind: kind === "behind" ? "unproven" : kind } });
  });

  test("with an answer that is no log at all", async () => {
    const source = honest(LOG, 37);
    for (const pieces of [[], ["<!doctype html>"], ['{"checkpoint":"x","entries":[]}']]) {
      expect((await verdict({ ...source, entries: async () => pieces })).outcome).toMatchObject({ ok: false });
    }
  });
});
