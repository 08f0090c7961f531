import { createHmac, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { compactVerify, exportJWK, FlattenedSign, GeneralSign, generalVerify, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../domain/bytes.ts";
import { canonicalJson, type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { exampleSigningKey } from "../testing/vectors/rfc7638/example-key.ts";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import { CONTRACT_TYP, type Envelope, envelope, verifyEnvelope } from "./contract-jws.ts";
import { generateSigningKey, type PublicKey, type SigningKey, signingKeyFromJwk } from "./jwk.ts";
import { type JwsEntry, SIGNATURE_REFUSALS, signCompact, signPayload, verifyCompact, verifySignature } from "./jws.ts";
import { signBytes } from "./signature.ts";

const HARBOUR = generateSigningKey();
const SUNLINE = generateSigningKey();
const FOREIGN = generateSigningKey();
const EC_JWK = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
const ATLAS = taken(EC_JWK);

function taken(jwk: unknown): SigningKey {
  const key = signingKeyFromJwk(jwk);
  if (!key.ok) throw new Error(key.error);
  return key.value;
}

const PAYLOAD: Json = { members: ["harbour", "sunline", "atlas"], purpose: "overlap", epsilon: 0.1 };
const BYTES = utf8(canonicalJson(PAYLOAD));
const MEMBERS: ReadonlyMap<string, readonly PublicKey[]> = new Map([
  ["harbour", [HARBOUR.key.publicKey]],
  ["sunline", [SUNLINE.key.publicKey, generateSigningKey().key.publicKey]],
  ["atlas", [ATLAS.publicKey]],
]);

const SIGNATURES = [HARBOUR.key, SUNLINE.key, ATLAS].map((key) => signPayload(key, BYTES, CONTRACT_TYP));
const [FIRST, SECOND, THIRD] = SIGNATURES;
if (FIRST === undefined || SECOND === undefined || THIRD === undefined) throw new Error("three members sign");
const GOOD = envelope(BYTES, SIGNATURES);

/** Every reason, with its place or member; empty when the contract is in force. */
function reasons(document: unknown, payloadBytes?: Uint8Array): string[] {
  const checked = { document, members: MEMBERS, typ: CONTRACT_TYP };
  const verdict = verifyEnvelope(payloadBytes === undefined ? checked : { ...checked, payloadBytes });
  if (verdict.ok) return [];
  return verdict.error.map((refusal) => {
    if ("member" in refusal) return `${refusal.reason} ${refusal.member}`;
    return "at" in refusal ? `${refusal.at} ${refusal.reason}` : refusal.reason;
  });
}

function withFirst(entry: unknown): unknown {
  return { payload: GOOD.payload, signatures: [entry, SECOND, THIRD] };
}

/** The first member's signature under a header of any text, cryptographically right for it. */
function underHeader(text: string): JwsEntry {
  const header = toBase64Url(utf8(text));
  return signedInput(header);
}

function signedInput(header: string, key: SigningKey = HARBOUR.key): JwsEntry {
  const input = utf8(`${header}.${toBase64Url(BYTES)}`);
  return { protected: header, signature: toBase64Url(signBytes(key, input)) };
}

const KID = HARBOUR.key.publicKey.thumbprint;
const HEADER = { alg: "EdDSA", kid: KID, typ: CONTRACT_TYP };

function more(extra: Readonly<Record<string, Json>>): JwsEntry {
  return underHeader(JSON.stringify({ ...HEADER, ...extra }));
}

/** The last character replaced by one with the same leading bits and other trailing ones. */
function otherTrailingBits(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) ^ 1);
}

/** The first member's signature over bytes that are no canonical JSON, all three having signed them. */
function overPayload(text: string): Envelope {
  const bytes = utf8(text);
  return envelope(
    bytes,
    [HARBOUR.key, SUNLINE.key, ATLAS].map((key) => signPayload(key, bytes, CONTRACT_TYP)),
  );
}

const hmac = (header: string): JwsEntry => ({
  protected: header,
  signature: toBase64Url(
    createHmac("sha512", HARBOUR.key.publicKey.jwk.x)
      .update(`${header}.${toBase64Url(BYTES)}`)
      .digest(),
  ),
});
const swapped = { protected: FIRST.protected, signature: SECOND.signature };
const missingFirst = "member-missing harbour";

const MUTATIONS: readonly (readonly [claim: string, document: unknown, reasons: readonly string[]])[] = [
  ["all three members' signatures", GOOD, []],
  ["the signatures in another order", { ...GOOD, signatures: GOOD.signatures.toReversed() }, []],
  [
    "a header with blanks and another order of names",
    withFirst(underHeader(`{ "typ": "${CONTRACT_TYP}", "kid": "${KID}", "alg": "EdDSA" }`)),
    [],
  ],

  ["a signature dropped", { ...GOOD, signatures: [SECOND, THIRD] }, [missingFirst]],
  [
    "all signatures dropped",
    { ...GOOD, signatures: [] },
    [missingFirst, "member-missing sunline", "member-missing atlas"],
  ],
  ["two signatures swapped under their headers", withFirst(swapped), ["0 signature-invalid", missingFirst]],
  ["a signature doubled", { ...GOOD, signatures: [...SIGNATURES, FIRST] }, ["member-doubled harbour"]],
  ["a signature doubled in place of another member's", withFirst(SECOND), [missingFirst, "member-doubled sunline"]],
  [
    "a foreign signature added",
    { ...GOOD, signatures: [...SIGNATURES, signPayload(FOREIGN.key, BYTES, CONTRACT_TYP)] },
    ["3 key-unknown"],
  ],
  [
    "a foreign signature in place of a member's",
    withFirst(signPayload(FOREIGN.key, BYTES, CONTRACT_TYP)),
    ["0 key-unknown", missingFirst],
  ],
  [
    "a foreign signature under a member's kid",
    withFirst(signedInput(FIRST.protected, FOREIGN.key)),
    ["0 signature-invalid", missingFirst],
  ],
  [
    "a damaged signature",
    withFirst({ ...FIRST, signature: `${FIRST.signature.startsWith("A") ? "B" : "A"}${FIRST.signature.slice(1)}` }),
    ["0 signature-invalid", missingFirst],
  ],
  [
    "a signature cut short",
    withFirst({ ...FIRST, signature: toBase64Url(new Uint8Array(63)) }),
    ["0 signature-length", missingFirst],
  ],
  [
    "a signature one byte long",
    withFirst({ ...FIRST, signature: toBase64Url(new Uint8Array(65)) }),
    ["0 signature-length", missingFirst],
  ],
  ["an empty signature", withFirst({ ...FIRST, signature: "" }), ["0 signature-length", missingFirst]],
  [
    "a signature of zeros",
    withFirst({ ...FIRST, signature: toBase64Url(new Uint8Array(64)) }),
    ["0 signature-invalid", missingFirst],
  ],
  [
    "another payload",
    { ...GOOD, payload: toBase64Url(utf8(canonicalJson({ members: [] }))) },
    [
      "0 signature-invalid",
      "1 signature-invalid",
      "2 signature-invalid",
      missingFirst,
      "member-missing sunline",
      "member-missing atlas",
    ],
  ],

  [
    "padding on a signature",
    withFirst({ ...FIRST, signature: `${FIRST.signature}==` }),
    ["0 signature-not-base64url", missingFirst],
  ],
  [
    "padding on a header",
    withFirst({ ...FIRST, protected: `${FIRST.protected}=` }),
    ["0 header-not-base64url", missingFirst],
  ],
  ["padding on the payload", { ...GOOD, payload: `${GOOD.payload}=` }, ["payload-not-base64url"]],
  [
    "the standard alphabet in a signature",
    withFirst({ ...FIRST, signature: `+/${FIRST.signature.slice(2)}` }),
    ["0 signature-not-base64url", missingFirst],
  ],
  [
    "the standard alphabet in the payload",
    { ...GOOD, payload: `+/${GOOD.payload.slice(2)}` },
    ["payload-not-base64url"],
  ],
  [
    "a blank in a signature",
    withFirst({ ...FIRST, signature: ` ${FIRST.signature}` }),
    ["0 signature-not-base64url", missingFirst],
  ],
  ["a line break after the payload", { ...GOOD, payload: `${GOOD.payload}\n` }, ["payload-not-base64url"]],
  [
    "a line break in a header",
    withFirst({ ...FIRST, protected: `${FIRST.protected.slice(0, 8)}\n${FIRST.protected.slice(8)}` }),
    ["0 header-not-base64url", missingFirst],
  ],
  [
    "non-zero trailing bits in a signature",
    withFirst({ ...FIRST, signature: otherTrailingBits(FIRST.signature) }),
    ["0 signature-not-base64url", missingFirst],
  ],

  ["an unprotected header", withFirst({ ...FIRST, header: { kid: KID } }), ["0 entry-malformed", missingFirst]],
  [
    "an unprotected header alone",
    withFirst({ header: HEADER, signature: FIRST.signature }),
    ["0 entry-malformed", missingFirst],
  ],
  ["a signature without a header", withFirst({ signature: FIRST.signature }), ["0 entry-malformed", missingFirst]],
  ["a signature that is a text", withFirst(FIRST.signature), ["0 entry-malformed", missingFirst]],
  ["a signature that is null", withFirst(null), ["0 entry-malformed", missingFirst]],
  ["a header that is an object", withFirst({ ...FIRST, protected: HEADER }), ["0 entry-malformed", missingFirst]],
  ["an extra member in the document", { ...GOOD, note: "x" }, ["envelope-malformed"]],
  ["no payload (detached)", { signatures: SIGNATURES }, ["envelope-malformed"]],
  ["a payload that is null", { ...GOOD, payload: null }, ["envelope-malformed"]],
  ["flattened serialisation", { payload: GOOD.payload, ...FIRST }, ["envelope-malformed"]],
  ["signatures by name in place of a list", { ...GOOD, signatures: { harbour: FIRST } }, ["envelope-malformed"]],
  ["a text in place of the document", JSON.stringify(GOOD), ["envelope-malformed"]],
  ["null in place of the document", null, ["envelope-malformed"]],
  ["a list in place of the document", [GOOD.payload, SIGNATURES], ["envelope-malformed"]],

  ...(["crit", "b64", "jku", "jwk", "x5u", "x5c", "cty", "iat"] as const).map((name): [string, unknown, string[]] => [
    `${name} in the header, signed`,
    withFirst(more({ [name]: name === "crit" ? ["b64"] : name === "b64" ? false : "https://a.example" })),
    ["0 header-members", missingFirst],
  ]),
  ["no typ", withFirst(underHeader(JSON.stringify({ alg: "EdDSA", kid: KID }))), ["0 header-members", missingFirst]],
  [
    "no kid",
    withFirst(underHeader(JSON.stringify({ alg: "EdDSA", typ: CONTRACT_TYP }))),
    ["0 header-members", missingFirst],
  ],
  [
    "a kid that is no text",
    withFirst(underHeader(JSON.stringify({ ...HEADER, kid: [KID] }))),
    ["0 header-members", missingFirst],
  ],
  [
    "alg none, signature empty",
    withFirst({ protected: more({ alg: "none" }).protected, signature: "" }),
    ["0 alg-differs", missingFirst],
  ],
  ["alg none, signed all the same", withFirst(more({ alg: "none" })), ["0 alg-differs", missingFirst]],
  ["alg of the other curve", withFirst(more({ alg: "ES256" })), ["0 alg-differs", missingFirst]],
  ["alg in another case", withFirst(more({ alg: "eddsa" })), ["0 alg-differs", missingFirst]],
  [
    "alg HS512 with the public key as the secret",
    withFirst(hmac(more({ alg: "HS512" }).protected)),
    ["0 alg-differs", missingFirst],
  ],
  ["HMAC with the public key under alg EdDSA", withFirst(hmac(FIRST.protected)), ["0 signature-invalid", missingFirst]],
  ["another typ", withFirst(signPayload(HARBOUR.key, BYTES, "concordat-receipt+jws")), ["0 typ-differs", missingFirst]],
  ["typ in another case", withFirst(more({ typ: "Concordat-Contract+JWS" })), ["0 typ-differs", missingFirst]],
  [
    "the kid of another member",
    withFirst(more({ kid: SUNLINE.key.publicKey.thumbprint })),
    ["0 signature-invalid", missingFirst],
  ],
  ["the kid of nobody", withFirst(more({ kid: "harbour" })), ["0 key-unknown", missingFirst]],
  [
    "a duplicate name in the header",
    withFirst(underHeader(`{"alg":"none","alg":"EdDSA","kid":"${KID}","typ":"${CONTRACT_TYP}"}`)),
    ["0 header-not-json", missingFirst],
  ],
  [
    "a duplicate name spelt with an escape",
    withFirst(underHeader(`{"alg":"EdDSA","\\u0061lg":"EdDSA","kid":"${KID}","typ":"${CONTRACT_TYP}"}`)),
    ["0 header-not-json", missingFirst],
  ],
  [
    "__proto__ in the header",
    withFirst(underHeader(`{"__proto__":{"alg":"EdDSA"},"kid":"${KID}","typ":"${CONTRACT_TYP}"}`)),
    ["0 header-members", missingFirst],
  ],
  ["a header that is a list", withFirst(underHeader("[]")), ["0 header-not-json", missingFirst]],
  ["a header that is not JSON", withFirst(underHeader("{")), ["0 header-not-json", missingFirst]],
  [
    "a header with a byte order mark",
    withFirst(underHeader(`\ufeff${JSON.stringify(HEADER)}`)),
    ["0 header-not-json", missingFirst],
  ],
  ["an empty header", withFirst(signedInput("")), ["0 header-not-json", missingFirst]],

  ["a payload with blanks", overPayload('{ "a": 1 }'), ["payload-not-canonical"]],
  ["a payload with names out of order", overPayload('{"b":1,"a":2}'), ["payload-not-canonical"]],
  ["a payload with a duplicate name", overPayload('{"a":1,"a":1}'), ["payload-not-canonical"]],
  ["a payload with a number spelt otherwise", overPayload('{"a":1.0}'), ["payload-not-canonical"]],
  ["a payload with an escape that needs none", overPayload('{"a":"\\u0062"}'), ["payload-not-canonical"]],
  ["a payload with a byte order mark", overPayload('\ufeff{"a":1}'), ["payload-not-canonical"]],
  ["a payload that is not JSON", overPayload("terms"), ["payload-not-canonical"]],
  ["an empty payload", { ...GOOD, payload: "" }, ["payload-not-canonical"]],
];

describe("a contract's signatures and their mutations", () => {
  it.each(MUTATIONS)("%s", (_, document, expected) => {
    expect(reasons(document)).toEqual(expected);
  });

  it("has at least 30 mutations", () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(60);
  });

  it("refuses a payload that is not UTF-8", () => {
    const payload = toBase64Url(Uint8Array.of(0x22, 0xff, 0x22));
    expect(reasons({ ...GOOD, payload })).toEqual(["payload-not-canonical"]);
  });

  it("gives the payload and who signed with which key", () => {
    const verdict = verifyEnvelope({ document: GOOD, members: MEMBERS, typ: CONTRACT_TYP, payloadBytes: BYTES });
    if (!verdict.ok) throw new Error("the good contract is refused");
    expect(verdict.value.payload).toEqual(parsed(canonicalJson(PAYLOAD)));
    expect(verdict.value.payloadBytes).toEqual(BYTES);
    expect([...verdict.value.signers]).toEqual([
      ["harbour", HARBOUR.key.publicKey.thumbprint],
      ["sunline", SUNLINE.key.publicKey.thumbprint],
      ["atlas", ATLAS.publicKey.thumbprint],
    ]);
  });

  it("is another contract's when the payload is not the expected one", () => {
    expect(reasons(GOOD, utf8("{}"))).toEqual(["payload-differs"]);
    expect(reasons(GOOD, BYTES)).toEqual([]);
  });

  it("refuses two signatures of one member by two of its keys", () => {
    const second = generateSigningKey().key;
    const members = new Map([...MEMBERS, ["harbour", [HARBOUR.key.publicKey, second.publicKey]] as const]);
    const document = envelope(BYTES, [...SIGNATURES, signPayload(second, BYTES, CONTRACT_TYP)]);
    const verdict = verifyEnvelope({ document, members, typ: CONTRACT_TYP });
    expect(verdict).toEqual({ ok: false, error: [{ reason: "member-doubled", member: "harbour" }] });
  });

  it("lets no key speak for two members", () => {
    const members = new Map([
      ["harbour", [HARBOUR.key.publicKey]],
      ["sunline", [HARBOUR.key.publicKey]],
    ]);
    const document = envelope(BYTES, [FIRST]);
    const verdict = verifyEnvelope({ document, members, typ: CONTRACT_TYP });
    expect(verdict).toEqual({ ok: false, error: [{ reason: "key-of-two-members" }] });
  });

  it("is not in force for any proper subset of its signatures", () => {
    fc.assert(
      fc.property(fc.subarray(SIGNATURES), (subset) => {
        return (reasons({ ...GOOD, signatures: subset }).length === 0) === (subset.length === SIGNATURES.length);
      }),
    );
  });

  it("is not in force after any change of one character anywhere in its text", () => {
    const text = JSON.stringify(GOOD);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'Aa0-_=+/ \n"{}x'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        const json = parseStrictJson(changed);
        return !json.ok || canonicalJson(json.value) === canonicalJson(parsed(text)) || reasons(json.value).length > 0;
      }),
      { numRuns: 500 },
    );
  });
});

function parsed(text: string): Json {
  const json = parseStrictJson(text);
  if (!json.ok) throw new Error(json.error.kind);
  return json.value;
}

describe("one signature", () => {
  const check = (key: PublicKey, entry: unknown) =>
    verifySignature({ key, payloadBytes: BYTES, typ: CONTRACT_TYP, entry });

  it("verifies under its own key, and names the difference under another", () => {
    expect(check(HARBOUR.key.publicKey, FIRST).ok).toBe(true);
    expect(check(SUNLINE.key.publicKey, FIRST)).toEqual({ ok: false, error: "kid-differs" });
    expect(check(ATLAS.publicKey, THIRD).ok).toBe(true);
  });

  it("has a sentence for every refusal, without a key in it", () => {
    for (const sentence of Object.values(SIGNATURE_REFUSALS)) expect(sentence).toMatch(/^[a-z][^A-Z]*.*[^.]$/);
  });
});

describe("a second implementation", () => {
  it("verifies what is signed here, each signature on its own", async () => {
    for (const [index, key] of [HARBOUR.key, SUNLINE.key, ATLAS].entries()) {
      const jose = await importJWK({ ...key.publicKey.jwk }, key.publicKey.algorithm);
      const signatures = GOOD.signatures.slice(index, index + 1).map((entry) => ({ ...entry }));
      const verified = await generalVerify({ payload: GOOD.payload, signatures }, jose);
      expect(Buffer.from(verified.payload).equals(BYTES)).toBe(true);
      expect(verified.protectedHeader).toEqual({
        alg: key.publicKey.algorithm,
        kid: key.publicKey.thumbprint,
        typ: CONTRACT_TYP,
      });
    }
  });

  it("signs what is verified here", async () => {
    const sign = new GeneralSign(BYTES);
    for (const { jwk, key } of [
      { jwk: HARBOUR.privateJwk, key: HARBOUR.key },
      { jwk: SUNLINE.privateJwk, key: SUNLINE.key },
      { jwk: { ...(await exportJWK(ATLAS.signer)) }, key: ATLAS },
    ]) {
      const { algorithm, thumbprint } = key.publicKey;
      sign
        .addSignature(await importJWK({ ...jwk }, algorithm))
        .setProtectedHeader({ alg: algorithm, kid: thumbprint, typ: CONTRACT_TYP });
    }
    expect(reasons(await sign.sign())).toEqual([]);
  });

  it("signs under a richer header what is refused here", async () => {
    const flattened = await new FlattenedSign(BYTES)
      .setProtectedHeader({ ...HEADER, cty: "json" })
      .sign(await importJWK({ ...HARBOUR.privateJwk }, "EdDSA"));
    const entry = { protected: flattened.protected, signature: flattened.signature };
    expect(reasons(withFirst(entry))).toEqual(["0 header-members", missingFirst]);
  });
});

describe("receipts", () => {
  const TYP = "concordat-receipt+jws";
  const RECEIPT: Json = { release: "rel_1", spent: 100 };
  const text = signCompact(HARBOUR.key, RECEIPT, TYP);
  const check = (changed: string, typ = TYP) => verifyCompact(HARBOUR.key.publicKey, changed, typ);

  it("read back as what was signed, here and in a second implementation", async () => {
    const verdict = check(text);
    expect(verdict.ok && canonicalJson(verdict.value)).toBe(canonicalJson(RECEIPT));
    const jose = await compactVerify(text, await importJWK({ ...HARBOUR.key.publicKey.jwk }, "EdDSA"));
    expect(Buffer.from(jose.payload).toString()).toBe(canonicalJson(RECEIPT));
    const es256 = signCompact(ATLAS, RECEIPT, TYP);
    expect(verifyCompact(ATLAS.publicKey, es256, TYP).ok).toBe(true);
  });

  const [header = "", payload = "", signature = ""] = text.split(".");
  const blank = toBase64Url(utf8('{"release": "rel_1"}'));
  it.each([
    ["another type", text, "typ-differs", CONTRACT_TYP],
    ["a part less", `${header}.${payload}`, "not-compact", TYP],
    ["a part more", `${text}.`, "not-compact", TYP],
    ["nothing", "", "not-compact", TYP],
    ["a detached payload", `${header}..${signature}`, "payload-not-canonical", TYP],
    ["a payload with blanks", `${header}.${blank}.${signature}`, "payload-not-canonical", TYP],
    ["a padded payload", `${header}.${payload}=.${signature}`, "payload-not-base64url", TYP],
    ["a blank in front", ` ${text}`, "header-not-base64url", TYP],
    ["a line break behind", `${text}\n`, "signature-not-base64url", TYP],
    ["another payload", `${header}.${toBase64Url(utf8("{}"))}.${signature}`, "signature-invalid", TYP],
    ["a contract's signature", signCompact(HARBOUR.key, RECEIPT, CONTRACT_TYP), "typ-differs", TYP],
    ["another key", signCompact(SUNLINE.key, RECEIPT, TYP), "kid-differs", TYP],
  ])("are refused with %s", (...[, changed, reason, typ]) => {
    expect(check(changed, typ)).toEqual({ ok: false, error: reason });
  });
});

describe("published documents, RFC 7520 §4 and RFC 7797", () => {
  type Published = {
    readonly output: { readonly compact?: string; readonly json?: unknown; readonly json_flat?: unknown };
  };
  for (const file of [
    "jws/4_1.rsa_v15_signature",
    "jws/4_2.rsa-pss_signature",
    "jws/4_3.ecdsa_signature",
    "jws/4_4.hmac-sha2_integrity_protection",
    "jws/4_5.signature_with_detached_content",
    "jws/4_6.protecting_specific_header_fields",
    "jws/4_7.protecting_content_only",
    "jws/4_8.multiple_signatures",
    "rfc7797/4.2.hmac-sha2_b64_false",
    "rfc7797/hmac-sha2_b64_false",
    "curve25519/jws",
  ]) {
    itWithPublished(`jose/${file}.json`, `refuses ${file} as a contract and as a receipt`, ({ output }: Published) => {
      const documents = [output.json, output.json_flat].filter((document) => document !== undefined);
      expect(documents.length).toBeGreaterThan(0);
      for (const document of documents) expect(reasons(document)).not.toEqual([]);
      if (output.compact !== undefined) {
        expect(verifyCompact(HARBOUR.key.publicKey, output.compact, CONTRACT_TYP).ok).toBe(false);
      }
    });
  }
});

describe("published signatures, RFC 8037 and RFC 7520 §4.8", () => {
  type Ed25519 = {
    readonly input: { readonly key: { readonly x: string; readonly d: string } };
    readonly signing: { readonly "sig-input": string; readonly sig: string };
  };
  itWithPublished(
    "jose/curve25519/jws.json",
    "refuses the example key and makes its signature past the intake",
    (file: Ed25519) => {
      const { x, d } = file.input.key;
      expect(signingKeyFromJwk({ kty: "OKP", crv: "Ed25519", x, d })).toEqual({ ok: false, error: "example-key" });
      const key = exampleSigningKey({ kty: "OKP", crv: "Ed25519", x }, d);
      expect(toBase64Url(signBytes(key, utf8(file.signing["sig-input"])))).toBe(file.signing.sig);
    },
  );

  type Multiple = {
    readonly input: { readonly key: readonly Record<string, string>[]; readonly alg: readonly string[] };
    readonly output: { readonly json: { readonly payload: string; readonly signatures: readonly JwsEntry[] } };
  };
  itWithPublished(
    "jose/jws/4_8.multiple_signatures.json",
    "sees three sound signatures that it does not register",
    async (file: Multiple) => {
      const { payload, signatures } = file.output.json;
      for (const [index, jwk] of file.input.key.entries()) {
        const { d, p, q, dp, dq, qi, ...publicJwk } = jwk;
        const key = await importJWK(publicJwk, file.input.alg[index]);
        const verified = await generalVerify({ payload, signatures: signatures.slice(index, index + 1) }, key);
        expect(toBase64Url(verified.payload)).toBe(payload);
      }
      expect(signatures).toHaveLength(3);
      expect(reasons(file.output.json)).toEqual(["payload-not-canonical"]);
    },
  );
});
