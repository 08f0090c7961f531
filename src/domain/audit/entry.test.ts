import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json } from "../canonical-json.ts";
import { ACTS, type AuditEntry, decodeEntry, encodeEntry, personCommitment } from "./entry.ts";

const DIGEST = "0123456789abcdef".repeat(4);
const ENTRY: AuditEntry = {
  concordat: "entry/1",
  index: 41,
  at: "2026-11-22T10:00:00.000Z",
  act: "question-permitted",
  actor: { partner: "meridian-bank", key: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },
  parties: ["harbour-yachts", "meridian-bank"],
  subject: { contract: DIGEST, dataset: "meridian-bank/customers", release: "rel_9fK2", answerDigest: DIGEST },
  detail: { debits: [{ account: "lineage", nanoRho: "125000000" }], policyDigests: [DIGEST], withheld: 2 },
  salt: "00112233445566778899aabbccddeeff",
};

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/);
const text = fc.string({ maxLength: 30, unit: "grapheme" }).filter((value) => !value.includes("@"));
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    text,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(name, tie("tree"), { maxKeys: 3 }),
  ),
}));

const entries: fc.Arbitrary<AuditEntry> = fc.record({
  concordat: fc.constant("entry/1" as const),
  index: fc.maxSafeNat(),
  at: fc
    .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  act: fc.constantFrom(...ACTS),
  actor: fc.constantFrom<AuditEntry["actor"]>(
    { room: true },
    { partner: "meridian-bank", person: personCommitment(ENTRY.salt, "per_9fK2") },
    ENTRY.actor,
  ),
  parties: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), { maxLength: 4 }).map((ids) => ids.sort()),
  subject: fc.dictionary(name, fc.stringMatching(/^[a-z0-9/_-]{1,20}$/), { maxKeys: 3 }),
  detail: fc.dictionary(name, tree, { maxKeys: 3 }),
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex")),
});

function textWith(change: { readonly [field: string]: Json }): string {
  return canonicalJson({ ...ENTRY, ...change });
}

describe("encodeEntry and decodeEntry", () => {
  it("are inverse, for entries of every shape", () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const decoded = decodeEntry(encodeEntry(entry));
        expect(decoded.ok && encodeEntry(decoded.value)).toBe(encodeEntry(entry));
        expect(decoded.ok && decoded.value).toEqual(JSON.parse(encodeEntry(entry)));
      }),
    );
  });

  it("keep the text that is written for ever as it is", () => {
    expect(encodeEntry({ ...ENTRY, subject: {}, detail: {}, actor: { room: true }, parties: [] })).toBe(
      '{"act":"question-permitted","actor":{"room":true},"at":"2026-11-22T10:00:00.000Z","concordat":"entry/1",' +
        '"detail":{},"index":41,"parties":[],"salt":"00112233445566778899aabbccddeeff","subject":{}}',
    );
  });

  it("takes names that JavaScript treats apart as names, or refuses them; it never drops one", () => {
    const plain = decodeEntry(textWith({ detail: { constructor: "a", toString: { valueOf: 1 } } }));
    expect(plain.ok && Object.keys(plain.value.detail).sort()).toEqual(["constructor", "toString"]);
    const proto = encodeEntry(ENTRY).replace('"detail":{', '"detail":{"__proto__":1,');
    expect(decodeEntry(proto)).toEqual({ ok: false, error: "not-an-entry" });
  });

  it("never writes what it could not read back", () => {
    expect(() => encodeEntry({ ...ENTRY, parties: ["b", "a"] })).toThrow(TypeError);
    const nest = (depth: number): Json => (depth === 0 ? 1 : [nest(depth - 1)]);
    expect(() => encodeEntry({ ...ENTRY, detail: { deep: nest(31) } })).toThrow(TypeError);
    expect(() => encodeEntry({ ...ENTRY, detail: { deep: { one: nest(30) } } })).toThrow(TypeError);
    expect(decodeEntry(encodeEntry({ ...ENTRY, detail: { deep: nest(30), wide: { one: nest(29) } } })).ok).toBe(true);
  });
});

describe("decodeEntry", () => {
  it("refuses every other spelling of the same entry", () => {
    const canonical = encodeEntry(ENTRY);
    const spellings = [
      ` ${canonical}`,
      `${canonical}\n`,
      JSON.stringify(ENTRY),
      canonical.replace('"index":41', '"index":41.0'),
      canonical.replace("question", "\\u0071uestion"),
      canonical.replace('"index":41', '"index":41,"index":41'),
    ];
    for (const spelling of spellings) {
      expect(spelling).not.toBe(canonical);
      expect(decodeEntry(spelling)).toEqual({ ok: false, error: "not-canonical" });
    }
  });

  it.each<[string, { readonly [field: string]: Json }]>([
    ["an act outside the list", { act: "question-forgotten" }],
    ["another kind of document", { concordat: "entry/2" }],
    ["a negative index", { index: -1 }],
    ["an index of 2^53", { index: 2 ** 53 }],
    ["an instant without milliseconds", { at: "2026-11-22T10:00:00Z" }],
    ["an instant with an offset", { at: "2026-11-22T10:00:00.000+01:00" }],
    ["a day that the calendar lacks", { at: "2026-02-30T10:00:00.000Z" }],
    ["an hour that the day lacks", { at: "2026-11-22T24:00:00.000Z" }],
    ["parties out of order", { parties: ["meridian-bank", "harbour-yachts"] }],
    ["a party twice", { parties: ["harbour-yachts", "harbour-yachts"] }],
    ["an actor that is both partner and room", { actor: { room: true, partner: "a", key: DIGEST.slice(0, 43) } }],
    ["an actor without a key", { actor: { partner: "meridian-bank" } }],
    ["a member that the schema lacks", { more: 1 }],
    ["a short salt", { salt: "00" }],
    ["a text beyond 2000 characters", { detail: { note: "x".repeat(2_001) } }],
    ["a name with a space", { detail: { "two words": 1 } }],
    ["a name that is a digest", { detail: { [DIGEST]: 1 } }],
    ["an id that is empty", { subject: { dataset: "" } }],
    ["an e-mail address in an id", { subject: { dataset: "ann@example.org" } }],
    ["an e-mail address deep inside", { detail: { reasons: [{ says: "asked by ann@example.org" }] } }],
    ["a hashed e-mail under a plain name", { detail: { reasons: [{ says: `about ${DIGEST}` }] } }],
    ["a hashed e-mail in a list", { detail: { people: [DIGEST] } }],
    ["a hashed e-mail in capitals", { subject: { dataset: DIGEST.toUpperCase() } }],
  ])("refuses %s", (_, change) => {
    expect(decodeEntry(textWith(change))).toEqual({ ok: false, error: "not-an-entry" });
  });
});
