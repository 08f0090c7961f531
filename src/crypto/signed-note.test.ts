import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, fromBase64, fromBase64Url, toBase64Url, utf8 } from "../domain/bytes.ts";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from "./jwk.ts";
import {
  type NoteSigner,
  parseVerifierKey,
  signNote,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from "./signed-note.ts";

const TEXT = "concordat.example/log\n12\nroot\n";

function signer(name: string): { readonly signer: NoteSigner; readonly known: VerifierKey } {
  const key = generateSigningKey().key;
  return { signer: { name, key }, known: knownOf(name, key) };
}

function knownOf(name: string, key: SigningKey): VerifierKey {
  const x = fromBase64Url(key.publicKey.jwk.x);
  return known(verifierKey(name, x.ok ? x.value : new Uint8Array()));
}

function known(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (!key.ok) throw new Error(`${key.error}: ${text}`);
  return key.value;
}

const LOG = signer("concordat.example/log");
const WITNESS = signer("witness.example");
const STRANGER = signer("stranger.example");
const NOTE = signNote(TEXT, [LOG.signer, WITNESS.signer]);

/** The names that signed, or the refusal. */
function verdict(
  note: string | Uint8Array,
  keys: readonly VerifierKey[] = [LOG.known, WITNESS.known],
): readonly string[] | string {
  const opened = verifyNote(typeof note === "string" ? utf8(note) : note, keys);
  return opened.ok ? opened.value.signedBy.map(({ name }) => name) : opened.error;
}

describe("a signed note", () => {
  it("opens with its text and its signers", () => {
    expect(verdict(NOTE)).toEqual(["concordat.example/log", "witness.example"]);
    const opened = verifyNote(utf8(NOTE), [WITNESS.known]);
    expect(opened.ok && opened.value.text).toBe(TEXT);
  });

  it("passes over keys it does not know, whatever their signatures", () => {
    const line = signNote("another text\n", [STRANGER.signer]).split("\n").at(-2);
    expect(verdict(`${NOTE}${line}\n`)).toEqual(["concordat.example/log", "witness.example"]);
    expect(verdict(NOTE, [STRANGER.known])).toBe("no-known-signature");
    expect(verdict(NOTE, [])).toBe("no-known-signature");
  });

  it("is spoilt by a known key's signature that does not verify, even beside a good one", () => {
    const forged = signNote("another text\n", [WITNESS.signer]).split("\n").at(-2);
    expect(verdict(`${NOTE}${forged}\n`)).toBe("signature-of-known-key-invalid");
    expect(verdict(NOTE.replace("12", "13"))).toBe("signature-of-known-key-invalid");
  });

  it("does not know a key by its name or by its hash alone", () => {
    const other = signer("concordat.example/log");
    expect(verdict(NOTE, [other.known])).toBe("no-known-signature");
    const renamed = knownOf("renamed.example", LOG.signer.key);
    expect(verdict(NOTE, [renamed])).toBe("no-known-signature");
  });

  it("reads 16 signatures and 100, and refuses more", () => {
    const strangers = Array.from({ length: 100 }, (_, index) => ({ ...STRANGER.signer, name: `s${index}` }));
    expect(verdict(signNote(TEXT, [...strangers.slice(0, 15), LOG.signer]))).toEqual(["concordat.example/log"]);
    expect(verdict(signNote(TEXT, [...strangers.slice(0, 99), LOG.signer]))).toEqual(["concordat.example/log"]);
    expect(verdict(signNote(TEXT, [...strangers, LOG.signer]))).toBe("too-many-signatures");
  });

  it("counts a key that signs twice once", () => {
    expect(verdict(signNote(TEXT, [LOG.signer, LOG.signer]))).toEqual(["concordat.example/log"]);
  });

  it("takes a text with blank lines of its own", () => {
    const text = "a\n\nb\n\n";
    const opened = verifyNote(utf8(signNote(text, [LOG.signer])), [LOG.known]);
    expect(opened.ok && opened.value.text).toBe(text);
  });

  const [textOnly = ""] = NOTE.split("\n\n");
  it.each([
    ["nothing", ""],
    ["no blank line", `${textOnly}\n`],
    ["no signature lines", `${textOnly}\n\n`],
    ["no last line break", NOTE.slice(0, -1)],
    ["a carriage return", NOTE.replaceAll("\n", "\r\n")],
    ["a tab", NOTE.replace("root", "ro\tot")],
    ["a hyphen in place of the dash", NOTE.replace("\u2014 ", "- ")],
    ["two blanks", NOTE.replace("\u2014 ", "\u2014  ")],
    ["a word after the signature", NOTE.replace(/\n$/, " more\n")],
    ["a plus sign in a name", NOTE.replace("witness.example", "witness+example")],
    ["a no-break space in a name", NOTE.replace("witness.example", "witness\u00a0example")],
    ["padding cut from a signature", NOTE.replace(/=\n$/, "\n")],
    ["a signature of four bytes", `${NOTE}\u2014 x AAAAAA==\n`],
    ["a line that is no signature", `${NOTE}more\n`],
  ])("is malformed with %s", (_, note) => {
    expect(verdict(note)).toBe("note-malformed");
  });

  it("is malformed when it is not UTF-8, and keeps a byte order mark as part of the text", () => {
    expect(verdict(concatBytes(Uint8Array.of(0xff), utf8(NOTE)))).toBe("note-malformed");
    expect(verdict(`\ufeff${NOTE}`)).toBe("signature-of-known-key-invalid");
  });

  it("opens whatever was signed, and nothing after a change of one bit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (body, place) => {
        const text = `${body.replace(/\p{Cc}/gu, "")}\n`;
        const note = utf8(signNote(text, [LOG.signer]));
        const opened = verifyNote(note, [LOG.known]);
        const bit = place % (note.length * 8);
        const damaged = note.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        return opened.ok && opened.value.text === text && !verifyNote(damaged, [LOG.known]).ok;
      }),
    );
  });
});

describe("signing a note", () => {
  it.each(["", "no line break", "a\ttab\n", "a\r\n", "lone \ud800\n"])("refuses the text %j as a bug", (text) => {
    expect(() => signNote(text, [LOG.signer])).toThrow(RangeError);
  });

  it.each(["", "two words", "a+b", "a\nb", "a\u2003b"])("refuses the key name %j as a bug", (name) => {
    expect(() => signNote(TEXT, [{ ...LOG.signer, name }])).toThrow(RangeError);
    expect(() => verifierKey(name, new Uint8Array(32))).toThrow(RangeError);
  });
});

describe("verifier keys", () => {
  it("print and read back as themselves", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(..."az09./-é") }), (name) => {
        const { key } = generateSigningKey();
        const read = knownOf(name, key);
        return read.name === name && read.key.thumbprint === key.publicKey.thumbprint;
      }),
      { numRuns: 20 },
    );
  });

  it("refuse a point that would verify anything", () => {
    expect(parseVerifierKey(verifierKey("log", Uint8Array.of(1, ...new Uint8Array(31))))).toEqual({
      ok: false,
      error: "not-a-verifier-key",
    });
  });

  it("refuse a hash in upper case", () => {
    const text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    expect(parseVerifierKey(text).ok).toBe(true);
    expect(parseVerifierKey(text.replace("530d903a", "530D903A")).ok).toBe(false);
  });
});

describe("C2SP signed-note", () => {
  it("opens the example of the specification", () => {
    const key = known("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    const signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
    const note = `This is an example message.\n\n\u2014 example.com/foo ${signature}\n`;
    expect(verdict(note, [key])).toEqual(["example.com/foo"]);
    expect(verdict(note.replace("an", "no"), [key])).toBe("signature-of-known-key-invalid");
  });

  type Open = {
    readonly desc: string;
    readonly vkeys: readonly string[];
    readonly note?: string;
    readonly note_base64?: string;
    readonly ok: boolean;
    readonly verified?: readonly string[];
  };
  type Notes = {
    readonly open: readonly Open[];
    readonly bad_vkeys: readonly string[];
    readonly sign: { readonly skey: string; readonly text: string; readonly want: string };
  };
  const FILE = "tlog/signed-note-and-checkpoint.json";

  itWithPublished(FILE, "gives all 13 verdicts", (file: Notes) => {
    for (const test of file.open) {
      const raw = fromBase64(test.note_base64 ?? "");
      const note = test.note === undefined && raw.ok ? raw.value : utf8(test.note ?? "");
      const names = verdict(note, test.vkeys.map(known));
      expect(typeof names !== "string", test.desc).toBe(test.ok);
      if (test.verified !== undefined) expect(names, test.desc).toEqual(test.verified);
    }
    expect(file.open).toHaveLength(13);
  });

  itWithPublished(FILE, "refuses the five bad keys, and every substring and increment of a good one", (file: Notes) => {
    for (const text of file.bad_vkeys) expect(parseVerifierKey(text).ok, text).toBe(false);
    expect(file.bad_vkeys).toHaveLength(5);
    const good = file.open[1]?.vkeys[0] ?? "";
    expect(parseVerifierKey(good).ok).toBe(true);
    for (let start = 0; start < good.length; start++) {
      for (let end = start; end <= good.length; end++) {
        if (end - start < good.length) expect(parseVerifierKey(good.slice(start, end)).ok).toBe(false);
      }
      const increment = String.fromCharCode(good.charCodeAt(start) + 1);
      expect(parseVerifierKey(good.slice(0, start) + increment + good.slice(start + 1)).ok).toBe(false);
    }
  });

  itWithPublished(FILE, "signs the published text to the published note", (file: Notes) => {
    const [name = "", , ...encoded] = file.sign.skey.replace("PRIVATE+KEY+", "").split("+");
    const seed = fromBase64(encoded.join("+"));
    const x = known(file.open[1]?.vkeys[0] ?? "").key.jwk.x;
    const d = toBase64Url(seed.ok ? seed.value.subarray(1) : new Uint8Array());
    const key = signingKeyFromJwk({ kty: "OKP", crv: "Ed25519", x, d });
    if (!key.ok) throw new Error(key.error);
    expect(signNote(file.sign.text, [{ name, key: key.value }])).toBe(file.sign.want);
  });
});
