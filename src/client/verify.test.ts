import { describe, expect, test } from "vitest";
import { CONTRACT_TYP, envelope } from "../crypto/contract-jws.ts";
import { RECEIPT_TYP } from "../crypto/document-types.ts";
import { generateSigningKey, type SigningKey } from "../crypto/jwk.ts";
import { signCompact, signPayload } from "../crypto/jws.ts";
import { parseVerifierKey, signNote, type VerifierKey, verifierKey } from "../crypto/signed-note.ts";
import { formatCheckpoint, parseCheckpoint } from "../domain/audit/checkpoint.ts";
import { encodeEntry } from "../domain/audit/entry.ts";
import { formatExport } from "../domain/audit/export-file.ts";
import { append, EMPTY_FRONTIER, leafHash, rootOf } from "../domain/audit/merkle.ts";
import { fromBase64Url, toBase64, utf8 } from "../domain/bytes.ts";
import { canonicalDigest, canonicalJson, type Json } from "../domain/canonical-json.ts";
import { contractSchema } from "../domain/contract/document.ts";
import { contractJson, HARBOUR, SUNLINE } from "../testing/documents.ts";
import { contractSignature } from "./sign-contract.ts";
import { verifyAuditExport } from "./verify.ts";
import { verifyContract } from "./verify-contract.ts";
import { verifyReceipt } from "./verify-receipt.ts";

const ORIGIN = "concordat/test";
const room = generateSigningKey().key;
const stranger = generateSigningKey().key;

function checkpointKey(key: SigningKey, name = ORIGIN): VerifierKey {
  const x = fromBase64Url(key.publicKey.jwk.x);
  const parsed = parseVerifierKey(verifierKey(name, x.ok ? x.value : new Uint8Array()));
  if (!parsed.ok) throw new Error("no verifier key");
  return parsed.value;
}

type Bent = {
  readonly signer?: SigningKey;
  readonly noteSigner?: SigningKey;
  readonly act?: "question-permitted" | "question-denied";
  readonly entryRelease?: string;
  readonly entryDigest?: string;
  readonly index?: number;
  readonly typ?: string;
};

const answer: { readonly [name: string]: Json } = {
  id: "rel_AAAAAAAAAAAAAAAAAAAAAA",
  contract: "a".repeat(64),
  recipient: SUNLINE,
  sizes: [{ dataset: "sunline-holidays/customers", released: 50_010 }],
  salt: "00",
};

// A receipt made by hand: one entry before it in the log, then its own.
function receiptOf(bent: Bent = {}): string {
  const before = append(EMPTY_FRONTIER, leafHash(utf8("an entry before"))).frontier;
  const answerDigest = canonicalDigest(answer);
  const entry = encodeEntry({
    concordat: "entry/1",
    index: 1,
    at: "2026-11-22T10:00:00.000Z",
    act: bent.act ?? "question-permitted",
    actor: { partner: SUNLINE, key: room.publicKey.thumbprint },
    parties: ["operator", SUNLINE],
    subject: { contract: String(answer["contract"]), release: bent.entryRelease ?? String(answer["id"]) },
    detail: { recipient: SUNLINE, answerDigest: bent.entryDigest ?? answerDigest },
    salt: "0".repeat(32),
  });
  const after = append(before, leafHash(utf8(entry))).frontier;
  const body = formatCheckpoint({ origin: ORIGIN, size: 2, root: rootOf(after) });
  const receipt = {
    concordat: "receipt/1",
    release: String(answer["id"]),
    recipient: SUNLINE,
    contract: String(answer["contract"]),
    answerDigest,
    entry,
    index: bent.index ?? 1,
    proof: before.hashes.map(toBase64),
    checkpoint: signNote(body, [{ name: ORIGIN, key: bent.noteSigner ?? room }]),
  };
  return signCompact(bent.signer ?? room, receipt, bent.typ ?? RECEIPT_TYP);
}

function said(text: string): string {
  const verified = verifyReceipt(text, checkpointKey(room));
  return verified.ok ? "verified" : verified.error;
}

describe("a receipt", () => {
  test("holds with its release, in any order of members, and says that it covers the answer", () => {
    const release = JSON.stringify({ receipt: receiptOf(), ...answer });
    const verified = verifyReceipt(`${release}\n`, checkpointKey(room));
    expect(verified).toMatchObject({ ok: true, value: { coversAnswer: true, receipt: { index: 1 } } });
  });

  test("holds alone, and says that the answer was not at hand", () => {
    for (const text of [receiptOf(), JSON.stringify({ receipt: receiptOf() })]) {
      expect(verifyReceipt(text, checkpointKey(room))).toMatchObject({ ok: true, value: { coversAnswer: false } });
    }
  });

  test("does not hold with an answer of which one figure was changed", () => {
    const sizes = [{ dataset: "sunline-holidays/customers", released: 50_011 }];
    expect(said(JSON.stringify({ ...answer, sizes, receipt: receiptOf() }))).toMatch(/not the one that was released/);
  });

  test("does not hold with an answer that has one member more", () => {
    expect(said(JSON.stringify({ ...answer, note: "", receipt: receiptOf() }))).toMatch(/not the one/);
  });

  test("does not hold for another release or recipient", () => {
    expect(said(JSON.stringify({ ...answer, id: "rel_B", receipt: receiptOf() }))).toMatch(/another release/);
    expect(said(JSON.stringify({ ...answer, recipient: HARBOUR, receipt: receiptOf() }))).toMatch(/another release/);
  });

  test.each<[string, Bent, RegExp]>([
    ["signed by another key", { signer: stranger }, /names another key/],
    ["of another kind of document", { typ: "concordat-contract+jws" }, /another type/],
    ["with a checkpoint of another key", { noteSigner: stranger }, /not signed by the room's key/],
    ["whose entry stands elsewhere", { index: 0 }, /does not stand in the log/],
    ["whose entry records another answer", { entryDigest: "b".repeat(64) }, /records another answer/],
    ["whose entry is about another release", { entryRelease: "rel_B" }, /about something else/],
    ["whose entry records a denial", { act: "question-denied" }, /about something else/],
  ])("does not hold %s", (_, bent, says) => {
    expect(said(receiptOf(bent))).toMatch(says);
  });

  test("does not hold against the key of a room of another name", () => {
    const verified = verifyReceipt(receiptOf(), checkpointKey(room, "concordat/other"));
    expect(verified.ok).toBe(false);
  });

  test("is told from a file that is none", () => {
    for (const text of ["", "{", "[]", "{}", "a.b", "a.b.c.d"]) expect(said(text)).not.toBe("verified");
  });
});

describe("a signed contract", () => {
  const contract = contractSchema.parse(contractJson([SUNLINE, HARBOUR]));
  const id = canonicalDigest(contract);
  const [sunline, harbour] = [generateSigningKey().key, generateSigningKey().key];
  const keys = new Map([
    [SUNLINE, [sunline.publicKey.jwk]],
    [HARBOUR, [harbour.publicKey.jwk]],
  ]);

  function signedBy(...signers: SigningKey[]): string {
    const signatures = signers.map((key) => {
      const signature = contractSignature(key, { id, document: contract });
      if (!signature.ok) throw new Error(signature.error);
      return signature.value;
    });
    return JSON.stringify(envelope(utf8(canonicalJson(contract)), signatures));
  }

  test("holds when each member has signed, and names who with which key", () => {
    const verified = verifyContract(signedBy(harbour, sunline), keys);
    expect(verified).toMatchObject({ ok: true, value: { id } });
    expect(verified.ok && verified.value.signers.get(SUNLINE)).toBe(sunline.publicKey.thumbprint);
  });

  test("does not hold while a member's signature is missing", () => {
    expect(verifyContract(signedBy(sunline), keys)).toMatchObject({ ok: false });
  });

  test("does not hold for a reader who left a member's keys out, though all signatures given are good", () => {
    const verified = verifyContract(signedBy(sunline), new Map([[SUNLINE, [sunline.publicKey.jwk]]]));
    expect(verified).toMatchObject({ ok: false, error: expect.stringContaining(HARBOUR) });
  });

  test("does not hold when somebody signed who is no member", () => {
    const withStranger = new Map([...keys, ["volt-electronics", [stranger.publicKey.jwk]]]);
    expect(verifyContract(signedBy(sunline, harbour, stranger), withStranger)).toMatchObject({ ok: false });
  });

  test("is not signed under an id that is not its digest", () => {
    const document = { ...contract, name: "another" };
    expect(contractSignature(sunline, { id, document })).toEqual({ ok: false, error: "digest-differs" });
  });

  test("does not hold when the payload is no contract", () => {
    const payload = utf8(canonicalJson({ hello: "world" }));
    const signatures = [sunline, harbour].map((key) => signPayload(key, payload, CONTRACT_TYP));
    expect(verifyContract(JSON.stringify(envelope(payload, signatures)), keys)).toMatchObject({ ok: false });
  });
});

describe("an exported log", () => {
  const root = rootOf(append(EMPTY_FRONTIER, leafHash(utf8("one"))).frontier);
  const body = formatCheckpoint({ origin: ORIGIN, size: 1, root });

  test("holds under the room's key and under no other, and extends what was kept", () => {
    const checkpoint = signNote(body, [{ name: ORIGIN, key: room }]);
    const text = formatExport({ checkpoint, entries: [] });
    const kept = parseCheckpoint(body);
    if (!kept.ok) throw new Error(kept.error);
    expect(verifyAuditExport(text, checkpointKey(room), kept.value)).toMatchObject({ ok: true, value: { size: 1 } });
    expect(verifyAuditExport(text, checkpointKey(stranger))).toMatchObject({ error: { kind: "checkpoint" } });
    const forked = { ...kept.value, root: new Uint8Array(32) };
    expect(verifyAuditExport(text, checkpointKey(room), forked)).toMatchObject({ error: { kind: "inconsistent" } });
  });

  test("does not hold when its checkpoint is of another log that the same key signs under this name", () => {
    const other = formatCheckpoint({ origin: "concordat/other", size: 1, root });
    const text = formatExport({ checkpoint: signNote(other, [{ name: ORIGIN, key: room }]), entries: [] });
    expect(verifyAuditExport(text, checkpointKey(room))).toMatchObject({ ok: false, error: { kind: "checkpoint" } });
  });
});
