import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PUBLISHED_PHONES } from "../../testing/vectors/identifiers/published.ts";
import { err, ok } from "../result.ts";
import { canonicalPhone, hasNumberingPlan, isInternational, PHONE_METADATA_VERSION } from "./phone.ts";

const LONDON = "+442079460958";

describe("canonicalPhone", () => {
  test.each(PUBLISHED_PHONES)("$source: $input", ({ input, country, canonical }) => {
    expect(canonicalPhone(input, country)).toEqual(ok(canonical));
  });

  test.each([
    ["020 7946 0958"],
    ["(020) 7946.0958"],
    ["+44 20 7946 0958"],
    ["+44 (0)20 7946 0958"],
    ["(+44) 20 7946 0958"],
    ["0044 20 7946 0958"],
    ["(0044) 20 7946 0958"],
    ["020\u20117946\u20120958"],
    ["020\u22127946\u20430958"],
    ["\u202a+44\u00a020\u20097946\u202f0958\u202c"],
    ["０２０７９４６０９５８"],
    ["＋４４ ２０ ７９４６ ０９５８"],
    ["٠٢٠٧٩٤٦٠٩٥٨"],
  ])("reads %j, with Britain as default, as one London number", (input) => {
    expect(canonicalPhone(input, "GB")).toEqual(ok(LONDON));
  });

  test("leaves the default country aside where the number carries its code", () => {
    expect(canonicalPhone("+44 20 7946 0958", "DE")).toEqual(ok(LONDON));
    expect(canonicalPhone("+44 20 7946 0958", "no country")).toEqual(ok(LONDON));
  });

  test.each([
    ["phone-no-country", "020 7946 0958", undefined],
    ["phone-country-unknown", "020 7946 0958", "XX"],
    ["phone-country-unknown", "020 7946 0958", "gb"],
    ["phone-invalid", "", "GB"],
    ["phone-invalid", "+", undefined],
    ["phone-invalid", "020 7946", "GB"],
    ["phone-invalid", "+39 06 69", undefined],
    ["phone-invalid", "020 7946 0958 / 0113 496 0987", "GB"],
    ["phone-letters", "1-800-FLOWERS", "US"],
    ["phone-letters", "+1-800-FLOWERS", undefined],
    ["phone-letters", "tel:+442079460958", undefined],
    ["phone-letters", "ask reception", undefined],
    ["phone-extension", "020 7946 0958 ext. 5", "GB"],
    ["phone-extension", "+44 20 7946 0958;ext=5", undefined],
    ["phone-extension", "+44 20 7946 0958 x5", undefined],
  ])("refuses with %s: %j of %j", (refusal, input, country) => {
    expect(canonicalPhone(input, country)).toEqual(err(refusal));
  });

  test("refuses a number that is possible by its length and not valid by its plan", () => {
    expect(canonicalPhone("07700 900123", "GB")).toEqual(err("phone-invalid"));
  });

  test("never throws, is idempotent and gives E.164", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789+() -.\u2011０x"), maxLength: 20 });
    const country = fc.constantFrom("GB", "DE", "FR", "IT", "ES", "SE", "NL", "US", "XX", "", undefined);
    fc.assert(
      fc.property(fc.oneof(digits, fc.string({ unit: "binary" })), country, (text, region) => {
        const once = canonicalPhone(text, region);
        if (!once.ok) return;
        expect(once.value).toMatch(/^\+[1-9]\d{1,14}$/);
        expect(canonicalPhone(once.value)).toEqual(once);
      }),
      { numRuns: 2_000 },
    );
  });

  test("reads a German mobile number the same in every spelling", () => {
    const mobile = fc.integer({ min: 1_000_000, max: 9_999_999 }).map((rest) => `151${rest}1`);
    const spelling = fc.constantFrom("0#", "+49#", "0049 #", "+49 (0)#", "0#".split("").join(" "), "+49-#");
    fc.assert(
      fc.property(mobile, spelling, (number, pattern) => {
        expect(canonicalPhone(pattern.replace("#", number), "DE")).toEqual(ok(`+49${number}`));
      }),
    );
  });
});

test("tells a spelling with its own country code from one without", () => {
  expect(["+44 20", "(+44) 20", "＋44", "020", "0044", ""].map(isInternational)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("knows the countries that have a numbering plan", () => {
  expect(["GB", "XX", "gb"].map(hasNumberingPlan)).toEqual([true, false, false]);
});

test("states the version of the numbering plans that are installed", () => {
  const manifest = JSON.parse(readFileSync("node_modules/libphonenumber-js/package.json", "utf8"));
  expect(PHONE_METADATA_VERSION).toBe(manifest.version);
});
