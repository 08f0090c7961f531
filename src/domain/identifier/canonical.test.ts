import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  PUBLISHED_BASE64,
  PUBLISHED_EMAILS,
  PUBLISHED_MAIDS,
  PUBLISHED_PHONES,
} from "../../testing/vectors/identifiers/published.ts";
import { fromHex, toBase64, toHex } from "../bytes.ts";
import { err, ok } from "../result.ts";
import { canonicalDigestOf, canonicalOf, NORMALISER_VERSION, type OneCellKind } from "./canonical.ts";

test.each([
  ...PUBLISHED_EMAILS.map((one) => ({ ...one, kind: "email" as const })),
  ...PUBLISHED_PHONES.map((one) => ({ ...one, kind: "phone" as const })),
  ...PUBLISHED_MAIDS.map((one) => ({ ...one, kind: "maid" as const })),
])("hashes $input as $source prints it", ({ kind, input, country, canonical, sha256 }) => {
  expect(canonicalOf(kind, input, country)).toEqual(ok(canonical));
  const digest = toHex(canonicalDigestOf(kind, canonical));
  expect(digest).toBe(sha256 ?? createHash("sha256").update(canonical).digest("hex"));
});

test.each(PUBLISHED_BASE64)("spells $sha256 in base64 as UID2 does", ({ sha256, base64 }) => {
  const bytes = fromHex(sha256);
  expect(bytes.ok && toBase64(bytes.value)).toBe(base64);
});

test("hashes the UTF-8 bytes of any canonical e-mail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (local) => {
      const canonical = canonicalOf("email", `${local}@post.example`);
      if (!canonical.ok) return;
      const expected = createHash("sha256").update(canonical.value, "utf8").digest("hex");
      expect(toHex(canonicalDigestOf("email", canonical.value))).toBe(expected);
    }),
  );
});

test("throws where the text is plainly not canonical for its kind", () => {
  expect(() => canonicalDigestOf("phone", "02079460958")).toThrow(RangeError);
  expect(() => canonicalDigestOf("email", "post.example")).toThrow(RangeError);
  expect(() => canonicalDigestOf("maid", "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25")).toThrow(RangeError);
  expect(() => canonicalDigestOf("external", "")).toThrow(RangeError);
  expect(() => canonicalDigestOf("name+postcode", "ann ott")).toThrow(RangeError);
});

test("takes an external id as it is given: spaces, case and Unicode form tell ids apart", () => {
  const ids = ["A 1", "a 1", " A 1", "A 1 ", "\u00e9", "e\u0301", "\n"];
  for (const id of ids) expect(canonicalOf("external", id)).toEqual(ok(id));
  expect(new Set(ids.map((id) => toHex(canonicalDigestOf("external", id)))).size).toBe(ids.length);
  expect(canonicalOf("external", "")).toEqual(err("external-empty"));
  expect(canonicalOf("external", "a\ud800")).toEqual(err("external-not-unicode"));
});

test("names the profile and the numbering plans in its version", () => {
  expect(NORMALISER_VERSION).toMatch(/^concordat-1\+libphonenumber-js-\d+\.\d+\.\d+$/);
});

const examples = z.object({
  examples: z.array(
    z.object({
      convention: z.string(),
      kind: z.string(),
      raw: z.string(),
      normalised: z.string(),
      sha256_hex: z.string(),
    }),
  ),
});
type Example = z.output<typeof examples>["examples"][number];

const COLLECTION = "../shared/vectors/ids/hash-conventions.json";

test.skipIf(!existsSync(COLLECTION))("agrees with the collection of published examples of the same convention", () => {
  const all = examples.parse(JSON.parse(readFileSync(COLLECTION, "utf8"))).examples;
  const ours = all.filter(isOurConvention);
  console.log(`${ours.length} examples hold under concordat-1, ${all.length - ours.length} are of another convention`);
  expect(ours.length).toBeGreaterThan(10);
  for (const example of ours) {
    const kind: OneCellKind = example.kind === "phone" ? "phone" : "email";
    const canonical = canonicalOf(kind, example.raw, "US");
    expect(canonical).toEqual(ok(example.normalised));
    expect(toHex(canonicalDigestOf(kind, example.normalised))).toBe(example.sha256_hex);
  }
});

if (!existsSync(COLLECTION)) console.warn(`SKIPPED: the examples of ${COLLECTION} are not here`);

/** Folded at Gmail, or a phone without its plus sign: other profiles. Names, dates and gender: no join key. */
function isOurConvention({ convention, kind, raw, normalised }: Example): boolean {
  if (kind === "phone") return normalised.startsWith("+");
  return kind === "email" && !(convention === "uid2" && /@gmail\.com$/i.test(raw));
}
