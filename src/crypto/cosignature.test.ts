// C2SP tlog-cosignature, section "Format" and "Ed25519 signed message". Published values: the example of that text, and
// keys and a signature of transparency-dev/formats (Apache-2.0, note/note_cosigv1_test.go).

import { createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromBase64, fromBase64Url, toBase64Url, toHex, utf8 } from "../domain/bytes.ts";
import { cosign, cosignerKey, parseCosignerKey, verifyCosignatures } from "./cosignature.ts";
import { generateSigningKey } from "./jwk.ts";
import {
  type NoteSigner,
  parseVerifierKey,
  rawPublicKey,
  readNote,
  signNote,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from "./signed-note.ts";

const TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const EXAMPLE = [
  `${TEXT}\n\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGz`,
  "Gku9nTo+zyWE+xeMcTOAYQ8=\n\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZC",
  "B9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n",
].join("");

const LOG = signer("concordat/log");
const WITNESS = signer("harbour-yachts/witness");

describe("published values", () => {
  test("the example's line is a key hash, the time 1679315147 and 64 bytes", () => {
    const note = readNote(utf8(EXAMPLE));
    const line = note.ok ? note.value.signatures[1] : undefined;
    expect([line?.name, toHex(line?.id ?? utf8("")), line?.bytes.length]).toEqual([
      "witness.example.com/w1",
      "8d66cf3f",
      72,
    ]);
    expect(Buffer.from(line?.bytes ?? []).readBigUInt64BE()).toBe(1_679_315_147n);
  });

  test("a witness's key of type 0x04 is read, and written again as it stood", () => {
    const text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    const key = parseCosignerKey(text);
    expect(key.ok && cosignerKey(key.value.name, rawPublicKey(key.value.key))).toBe(text);
    expect(parseVerifierKey(text).ok).toBe(false);
  });

  test.each([
    ["a plain key of type 0x01", "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"],
    ["two parts", "bananas.sigstore.dev+12344556"],
    ["no base64", "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!"],
    ["an unknown type", "rekor.sigstore.dev+12345678+AwEB"],
    ["another hash", "remora.n621.de+00000000+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"],
  ])("refuses %s as a witness's key", (_, text) => {
    expect(parseCosignerKey(text).ok).toBe(false);
  });

  test("the time of a signature is read big-endian", () => {
    const published =
      "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==";
    const bytes = fromBase64(published);
    expect(bytes.ok && Buffer.from(bytes.value).readBigUInt64BE(4)).toBe(1_727_964_367n);
    const ours = cosign(TEXT, WITNESS.signer, 1_727_964_367).split(" ").at(-1)?.trim() ?? "";
    expect(Buffer.from(ours, "base64").subarray(4, 12).toString("hex")).toBe("0000000066fea4cf");
  });
});

describe("a cosignature", () => {
  const line = cosign(TEXT, WITNESS.signer, 1_679_315_147);
  const note = signNote(TEXT, [LOG.signer]) + line;

  test("is found with its time behind the log's own line, which still opens", () => {
    const found = verifyCosignatures(utf8(note), [WITNESS.known]);
    expect(found.ok && found.value.cosignatures).toEqual([
      { key: WITNESS.known, atSeconds: 1_679_315_147, line: line.trimEnd() },
    ]);
    expect(verifyNote(utf8(note), [LOG.known]).ok).toBe(true);
  });

  // A second implementation of the message, by the words of the standard, over node:crypto alone.
  test("is Ed25519 over the header line, the time line and the whole text", () => {
    const raw = Buffer.from(line.split(" ")[2] ?? "", "base64");
    const x = toBase64Url(rawPublicKey(WITNESS.signer.key.publicKey));
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const signed = `cosignature/v1\ntime 1679315147\n${TEXT}`;
    expect(verify(null, Buffer.from(signed), key, raw.subarray(12))).toBe(true);
  });

  test("covers extension lines, the time and every byte of the text", () => {
    const extended = `${TEXT}an extension\n`;
    const good = signNote(extended, [LOG.signer]) + cosign(extended, WITNESS.signer, 7);
    expect(verifyCosignatures(utf8(good), [WITNESS.known]).ok).toBe(true);
    for (const bent of [good.replace("an ext", "An ext"), good.replace("20852163", "20852164")]) {
      expect(verifyCosignatures(utf8(bent), [WITNESS.known])).toEqual({
        ok: false,
        error: "signature-of-known-key-invalid",
      });
    }
    const [name, later] = [line.split(" ")[1], cosign(TEXT, WITNESS.signer, 9).split(" ")[2] ?? ""];
    const mixed = Buffer.from(line.split(" ")[2] ?? "", "base64");
    Buffer.from(later, "base64").copy(mixed, 4, 4, 12);
    const retimed = `${signNote(TEXT, [LOG.signer])}— ${name} ${mixed.toString("base64")}\n`;
    expect(verifyCosignatures(utf8(retimed), [WITNESS.known]).ok).toBe(false);
  });

  test("is no signature of a log, and a log's no cosignature, under one key", () => {
    const asLog = keyOf(parseVerifierKey(verifierKey(WITNESS.signer.name, rawOf(WITNESS.signer))));
    expect(verifyNote(utf8(note), [asLog]).ok).toBe(false);
    const asWitness = keyOf(parseCosignerKey(cosignerKey(LOG.signer.name, rawOf(LOG.signer))));
    expect(verifyCosignatures(utf8(note), [asWitness])).toMatchObject({ ok: true, value: { cosignatures: [] } });
  });

  test("of a known witness is refused when it is cut short or its time is out of range", () => {
    const raw = Buffer.from(line.split(" ")[2] ?? "", "base64");
    const late = Buffer.from(raw);
    late.writeBigUInt64BE(1n << 63n, 4);
    for (const bytes of [raw.subarray(0, 10), raw.subarray(0, 75), late]) {
      const bent = `${signNote(TEXT, [LOG.signer])}— ${WITNESS.signer.name} ${bytes.toString("base64")}\n`;
      expect(verifyCosignatures(utf8(bent), [WITNESS.known]).ok).toBe(false);
    }
  });
});

function signer(name: string): { readonly signer: NoteSigner; readonly known: VerifierKey } {
  const { key } = generateSigningKey();
  const made: NoteSigner = { name, key };
  const text = name.startsWith("concordat/") ? verifierKey(name, rawOf(made)) : cosignerKey(name, rawOf(made));
  return {
    signer: made,
    known: keyOf(name.startsWith("concordat/") ? parseVerifierKey(text) : parseCosignerKey(text)),
  };
}

function rawOf({ key }: NoteSigner): Uint8Array {
  const bytes = fromBase64Url(key.publicKey.jwk.x);
  if (!bytes.ok) throw new Error(bytes.error);
  return bytes.value;
}

function keyOf(parsed: ReturnType<typeof parseCosignerKey>): VerifierKey {
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
