import { describe, expect, it } from "vitest";
import { toBase64, utf8 } from "../bytes.ts";
import { err, type Result } from "../result.ts";
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { encodeEntry } from "./entry.ts";
import { type AuditExport, formatExport, type Verifier, verifyExport, verifyExportPieces } from "./export-file.ts";
import {
  append,
  consistencyPlan,
  EMPTY_FRONTIER,
  inclusionPlan,
  leafHash,
  proofFromPlan,
  rootOf,
  type TreeNode,
} from "./merkle.ts";

const ORIGIN = "room.example/log";

function entryText(index: number): string {
  return encodeEntry({
    concordat: "entry/1",
    index,
    at: "2026-11-22T10:00:00.000Z",
    act: "policy-put",
    actor: { room: true },
    parties: ["meridian-bank"],
    subject: { policy: `v${index}` },
    detail: { step: index },
    salt: "00112233445566778899aabbccddeeff",
  });
}

const TEXTS = Array.from({ length: 7 }, (_, index) => entryText(index));
const NODES: TreeNode[] = [];
const CHECKPOINTS: Checkpoint[] = [{ origin: ORIGIN, size: 0, root: rootOf(EMPTY_FRONTIER) }];
let frontier = EMPTY_FRONTIER;
for (const text of TEXTS) {
  const step = append(frontier, leafHash(utf8(text)));
  frontier = step.frontier;
  NODES.push(...step.nodes);
  CHECKPOINTS.push({ origin: ORIGIN, size: frontier.size, root: rootOf(frontier) });
}

function checkpointAt(size: number): Checkpoint {
  const checkpoint = CHECKPOINTS[size];
  if (checkpoint === undefined) throw new RangeError("no such checkpoint in this test");
  return checkpoint;
}

function textAt(index: number): string {
  return TEXTS[index] ?? "";
}

const NOTE = `${formatCheckpoint(checkpointAt(7))}\n— ${ORIGIN} c2lnbmF0dXJl\n`;

// Stands in for the signature check: one note is good, every other text is forged.
function openCheckpoint(note: string): Result<Checkpoint, string> {
  if (note !== NOTE) return err("the signature does not verify");
  const body = parseCheckpoint(`${note.split("\n\n")[0]}\n`);
  return body.ok ? body : err(body.error);
}

function entryOf(index: number): AuditExport["entries"][number] {
  return { index, entry: textAt(index), proof: proofFromPlan(inclusionPlan(index, 7), NODES) };
}

function grownFrom(size: number): NonNullable<AuditExport["consistency"]> {
  const proof = proofFromPlan(consistencyPlan(size, 7), NODES);
  return { from: { size, root: checkpointAt(size).root }, proof };
}

const WHOLE: AuditExport = { checkpoint: NOTE, entries: [1, 4, 6].map(entryOf), consistency: grownFrom(3) };
const KEEPER: Verifier = { openCheckpoint, earlier: checkpointAt(3) };

function refusal(content: AuditExport, verifier: Verifier = KEEPER): string {
  const verdict = verifyExport(formatExport(content), verifier);
  return verdict.ok ? "accepted" : `${verdict.error.kind} ${verdict.error.index ?? "-"}`;
}

describe("verifyExport", () => {
  it("accepts what formatExport writes, and gives back its entries and the checkpoint", () => {
    const verdict = verifyExport(formatExport(WHOLE), KEEPER);
    expect(verdict.ok && verdict.value.entries.map((entry) => entry.index)).toEqual([1, 4, 6]);
    expect(verdict.ok && verdict.value).toMatchObject(checkpointAt(7));
  });

  it("accepts growth from every earlier checkpoint, and no entries at all", () => {
    for (let size = 0; size <= 7; size++) {
      const content = { ...WHOLE, entries: [], consistency: grownFrom(size) };
      expect(refusal(content, { openCheckpoint, earlier: checkpointAt(size) })).toBe("accepted");
    }
  });

  it("needs no consistency proof without an earlier checkpoint, nor for one of the same size", () => {
    const { consistency: _, ...bare } = WHOLE;
    expect(refusal(bare, { openCheckpoint })).toBe("accepted");
    expect(refusal(bare, { openCheckpoint, earlier: checkpointAt(7) })).toBe("accepted");
    expect(refusal(bare, { openCheckpoint, earlier: { ...checkpointAt(7), root: checkpointAt(6).root } })).toBe(
      "inconsistent -",
    );
    expect(refusal(bare)).toBe("inconsistent -");
  });

  it("refuses a log that is not the earlier one grown", () => {
    expect(refusal(WHOLE, { openCheckpoint, earlier: checkpointAt(4) })).toBe("inconsistent -");
    expect(refusal(WHOLE, { openCheckpoint, earlier: { ...checkpointAt(3), root: checkpointAt(2).root } })).toBe(
      "inconsistent -",
    );
    expect(refusal(WHOLE, { openCheckpoint, earlier: { ...checkpointAt(3), origin: "other/log" } })).toBe(
      "another-log -",
    );
    const larger = { ...checkpointAt(7), size: 8 };
    expect(refusal({ ...WHOLE, consistency: { from: larger, proof: [] } }, { openCheckpoint, earlier: larger })).toBe(
      "inconsistent -",
    );
  });

  it("checks a consistency proof that nobody asked for", () => {
    const wrong = { ...grownFrom(3), proof: grownFrom(4).proof };
    expect(refusal({ ...WHOLE, consistency: wrong }, { openCheckpoint })).toBe("inconsistent -");
  });

  it("refuses entries doubled, out of order, renumbered, swapped or changed, and says which", () => {
    const [first, second] = [entryOf(1), entryOf(4)];
    expect(refusal({ ...WHOLE, entries: [first, first] })).toBe("order 1");
    expect(refusal({ ...WHOLE, entries: [second, first] })).toBe("order 1");
    expect(refusal({ ...WHOLE, entries: [{ ...first, index: 2 }] })).toBe("entry 2");
    expect(refusal({ ...WHOLE, entries: [{ ...first, entry: `${textAt(1)} ` }] })).toBe("entry 1");
    const forged = textAt(1).replace('"policy-put"', '"key-revoked"');
    expect(refusal({ ...WHOLE, entries: [first, { ...second, proof: first.proof }] })).toBe("inclusion 4");
    expect(refusal({ ...WHOLE, entries: [{ ...first, entry: forged }] })).toBe("inclusion 1");
  });

  it("refuses a checkpoint whose signature does not open", () => {
    expect(refusal({ ...WHOLE, checkpoint: NOTE.replace("c2ln", "d2ln") })).toBe("checkpoint -");
  });

  it("refuses other spellings and members beyond the schema", () => {
    const text = formatExport(WHOLE);
    const body = text.slice(0, -1);
    const spellings = [
      `${text}\n`,
      ` ${text}`,
      body.replace("{", "{ "),
      body.replace("audit-export/1", "audit-export/2"),
      body.replace('{"checkpoint"', '{"also":1,"checkpoint"'),
      body.replace('"index":1,', '"extra":1,"index":1,'),
      body.replace(toBase64(grownFrom(3).from.root), "AAAA"),
      "null",
      "",
    ];
    for (const spelling of spellings) {
      expect(spelling).not.toBe(text);
      const verdict = verifyExport(spelling, KEEPER);
      expect(verdict.ok ? "accepted" : verdict.error.kind, spelling.slice(0, 80)).toBe("not-an-export");
    }
  });

  it("refuses the file with any one byte changed, dropped or doubled, the final newline alone excepted", () => {
    const bytes = utf8(formatExport(WHOLE));
    const last = bytes.length - 1;
    // A stranger reads bytes: what is not UTF-8 does not even become text.
    const accepts = (changed: Uint8Array): boolean => {
      const text = Buffer.from(changed).toString("utf8");
      return Buffer.compare(Buffer.from(text), changed) === 0 && verifyExport(text, KEEPER).ok;
    };
    expect(accepts(bytes)).toBe(true);
    const harmless: string[] = [];
    for (const [at, byte] of bytes.entries()) {
      const others = [byte ^ 1, byte ^ 0x20, byte ^ 0x80, (byte + 1) % 256, 0x30, 0x41, 0x20].filter((b) => b !== byte);
      for (const other of others) if (accepts(bytes.with(at, other))) harmless.push(`${at}: ${byte} to ${other}`);
      if (accepts(Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1)]))) harmless.push(`${at} dropped`);
      if (accepts(Uint8Array.from([...bytes.slice(0, at), byte, ...bytes.slice(at)]))) harmless.push(`${at} doubled`);
    }
    expect(harmless).toEqual([`${last} dropped`]);
  });

  it("refuses any one byte changed also where the reader kept no earlier checkpoint", () => {
    const text = formatExport(WHOLE);
    const accepted = [...text.slice(0, -1)].flatMap((character, at) => {
      const others = ["0", "1", "5", "A", "e", " ", '"'].filter((other) => other !== character);
      return others
        .filter((other) => verifyExport(text.slice(0, at) + other + text.slice(at + 1), { openCheckpoint }).ok)
        .map((other) => `${at}: ${character} to ${other}`);
    });
    expect(accepted).toEqual([]);
  });
});

describe("verifyExportPieces", () => {
  it("says the same wherever the text is cut, and gives each entry once and in order", () => {
    const text = formatExport(WHOLE);
    for (const width of [1, 2, 3, 7, 50, 333, text.length]) {
      const pieces = Array.from({ length: Math.ceil(text.length / width) }, (_, at) =>
        text.slice(at * width, (at + 1) * width),
      );
      const taken: number[] = [];
      const verdict = verifyExportPieces(pieces, KEEPER, ({ index }) => taken.push(index));
      expect(verdict, `pieces of ${width}`).toEqual({ ok: true, value: checkpointAt(7) });
      expect(taken).toEqual([1, 4, 6]);
    }
  });
});
