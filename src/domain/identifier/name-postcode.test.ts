import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  PUBLISHED_COUNTRIES,
  PUBLISHED_NAMES,
  PUBLISHED_POSTCODES,
} from "../../testing/vectors/identifiers/published.ts";
import { toHex } from "../bytes.ts";
import { err, ok } from "../result.ts";
import { canonicalDigestOf } from "./canonical.ts";
import { canonicalCountry } from "./country.ts";
import { canonicalName } from "./name.ts";
import { canonicalNamePostcode } from "./name-postcode.ts";
import { canonicalPostcode } from "./postcode.ts";

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

describe("a name", () => {
  test.each(PUBLISHED_NAMES)("$input is spelt as $source prints it", ({ input, canonical, sha256: digest }) => {
    expect(canonicalName(input)).toEqual(ok(canonical));
    if (digest !== undefined) expect(sha256(canonical)).toBe(digest);
  });

  test.each([
    ["O'Connor", "oconnor"],
    ["O\u2019CONNOR", "oconnor"],
    ["o\u02bcconnor", "oconnor"],
    ["Anne-Marie", "annemarie"],
    ["anne\u2011marie", "annemarie"],
    [" de la  Cruz ", "delacruz"],
    ["Dr. Müller", "drmüller"],
    ["Yılmaz", "yılmaz"],
    ["ΣΊΣΥΦΟΣ", "σίσυφος"],
    ["李", "李"],
    ["An\u200bn", "ann"],
    ["Louis 2", "louis2"],
  ])("%j is %j", (input, canonical) => {
    expect(canonicalName(input)).toEqual(ok(canonical));
  });

  test.each(["", " ", "-", "'", "\u0301", "…"])("%j is none", (input) => {
    expect(canonicalName(input)).toEqual(err("name-empty"));
  });

  it("is none when the text is not well-formed", () => {
    expect(canonicalName("a\udc00")).toEqual(err("name-not-unicode"));
  });

  it("has one spelling, whatever its case, Unicode form, punctuation and white space", () => {
    const noise = fc.constantFrom("", " ", "-", "'", "\u2019", "\u00a0", ".", "\u200d");
    const parts = fc.array(fc.tuple(fc.constantFrom("a", "É", "ü", "ñ", "Ж"), noise), { minLength: 1 });
    fc.assert(
      fc.property(parts, fc.boolean(), fc.constantFrom("NFC", "NFD"), (letters, isUpper, form) => {
        const plain = letters.map(([letter]) => letter).join("");
        const spelt = letters.map((pair) => pair.join("")).join("");
        const other = (isUpper ? spelt.toUpperCase() : spelt.toLowerCase()).normalize(form);
        expect(canonicalName(other)).toEqual(canonicalName(plain));
      }),
    );
  });

  it("is its own canonical form", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const name = canonicalName(text);
        if (name.ok) expect(canonicalName(name.value)).toEqual(name);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("a postal code", () => {
  test.each(PUBLISHED_POSTCODES)(
    "$input is spelt as $source prints it",
    ({ input, country, canonical, ...printed }) => {
      expect(canonicalPostcode(input, country)).toEqual(ok(canonical));
      if (printed.sha256 !== undefined) expect(sha256(canonical)).toBe(printed.sha256);
    },
  );

  test.each([
    ["GB", " ec1a\u00a01bb", "ec1a1bb"],
    ["gb", "W1A 0AX", "w1a0ax"],
    ["GB", "GIR 0AA", "gir0aa"],
    ["GB", "dn55 1pt", "dn551pt"],
    ["US", "902101234", "90210"],
    ["PR", "00901-1234", "00901"],
    ["DE", "10115", "10115"],
    ["SE", "SE-114 55", "11455"],
    ["LV", "LV-1010", "1010"],
    ["AD", "AD500", "ad500"],
    ["NL", "1012 ab", "1012ab"],
    ["IE", "D02 X285", "d02x285"],
    ["JP", "100\u20110001", "1000001"],
    ["BR", "01310-100", "01310100"],
    ["PT", "1000-205", "1000205"],
    ["HK", "999077", "999077"],
  ])("of %s: %j is %j", (country, input, canonical) => {
    expect(canonicalPostcode(input, country)).toEqual(ok(canonical));
  });

  test.each([
    ["US", "2134", "postcode-malformed"],
    ["US", "M1 1AE", "postcode-malformed"],
    ["GB", "10115", "postcode-malformed"],
    ["SG", "WC2H 8LG", "postcode-malformed"],
    ["DE", "", "postcode-malformed"],
    ["DE", "1011O", "postcode-malformed"],
    ["HK", "none", "postcode-malformed"],
    ["UK", "M1 1AE", "country-unknown"],
    ["United States", "94035", "country-unknown"],
    ["", "94035", "country-unknown"],
  ])("of %s: %j is refused as %s", (country, input, refusal) => {
    expect(canonicalPostcode(input, country)).toEqual(err(refusal));
  });

  it("is its own canonical form, whatever the country", () => {
    const country = fc.constantFrom("us", "gb", "de", "lv", "ad", "se", "nl", "ca", "hk", "ie", "mt", "ar", "az");
    const text = fc.string({ unit: fc.constantFrom(..."0123456789 -adlvnse".split("")), maxLength: 10 });
    fc.assert(
      fc.property(country, text, (code, input) => {
        const postcode = canonicalPostcode(input, code);
        if (postcode.ok) expect(canonicalPostcode(postcode.value, code)).toEqual(postcode);
      }),
      { numRuns: 5_000 },
    );
  });

  it("takes every code of ISO 3166-1 in either case, spelt as Meta hashes it", () => {
    for (const { canonical, sha256: digest } of PUBLISHED_COUNTRIES) {
      expect(canonicalCountry(` ${canonical.toUpperCase()} `)).toEqual(ok(canonical));
      expect(sha256(canonical)).toBe(digest);
    }
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const codes = letters.flatMap((one) => letters.map((other) => one + other));
    expect(codes.filter((code) => canonicalCountry(code).ok)).toHaveLength(249);
  });
});

describe("name and postal code", () => {
  const ANN = { firstName: " Ann-Sofie", lastName: "O'TT", postcode: "m1 1ae", country: "gb" };

  it("are their canonical parts, joined by the unit separator and hashed once", () => {
    const canonical = "annsofie\u001fott\u001fm11ae\u001fgb";
    expect(canonicalNamePostcode(ANN)).toEqual(ok(canonical));
    expect(toHex(canonicalDigestOf("name+postcode", canonical))).toBe(sha256(canonical));
  });

  test.each([
    ["name-empty", { firstName: "-" }],
    ["name-empty", { lastName: "?" }],
    ["postcode-malformed", { postcode: "10115" }],
    ["country-unknown", { country: "Britain" }],
  ])("are refused with %s when a part is", (refusal, part) => {
    expect(canonicalNamePostcode({ ...ANN, ...part })).toEqual(err(refusal));
  });

  it("differ when any part does, however the letters are shared out among the parts", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "\u001f"), minLength: 1, maxLength: 4 });
    const person = fc.record({
      firstName: part,
      lastName: part,
      postcode: fc.stringMatching(/^[1-3]{5}$/),
      country: fc.constantFrom("de", "fr", "us"),
    });
    const told = ({ firstName, lastName, postcode, country }: typeof ANN) =>
      [firstName, lastName, postcode, country].map((one) => one.replaceAll("\u001f", ""));
    fc.assert(
      fc.property(person, person, (one, other) => {
        const [left, right] = [canonicalNamePostcode(one), canonicalNamePostcode(other)];
        if (left.ok && right.ok) expect(left.value === right.value).toBe(told(one).join() === told(other).join());
      }),
      { numRuns: 2_000 },
    );
  });
});
