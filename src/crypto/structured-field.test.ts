import {
  type BareItem,
  type Dictionary,
  parseDictionary,
  parseItem,
  serializeDictionary,
  serializeItem,
} from "structured-headers";
import { describe, expect, it } from "vitest";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import { parseContentDigest } from "./content-digest.ts";
import { readSignature } from "./http-signature.ts";
import { strictDictionary } from "./structured-field.ts";

describe("dictionaries in their one spelling", () => {
  it.each(["", "a", "a=1", 'a="x", b=:AAEC:', 'sig=("a" "b");created=1;tag="t"', "a=1,b=2", "a=1 \t,\t b=2"])(
    "takes %j",
    (text) => {
      expect(strictDictionary(text).ok).toBe(true);
    },
  );

  it.each([
    "a=1, a=2",
    "a=1;p=1;p=2",
    "a=01",
    "a=1.0",
    "a=-0",
    "a=?1",
    "a=:AAE:",
    "a=:AAF=:",
    "a=( 1)",
    "a=(1  2)",
    "a=1; p",
    " a=1",
    "a=1 ",
    "a=1,",
    "A=1",
    'a="é"',
    'a="\n"',
    `a="${"x".repeat(5_000)}"`,
  ])("refuses %j", (text) => {
    expect(strictDictionary(text)).toEqual({ ok: false, error: "not-canonical" });
  });
});

type Case = {
  readonly name: string;
  readonly raw: readonly string[];
  readonly header_type: "dictionary" | "item";
  readonly must_fail?: boolean;
  readonly can_fail?: boolean;
  readonly canonical?: readonly string[];
  readonly expected?: unknown;
};

const GOOD_SIGNATURE = `sig=:${"A".repeat(86)}==:`;

/** Every place where such a text may stand in a request: none of them may take it, none may throw. */
function readings({ raw, header_type }: Case) {
  const text = raw.join(", ");
  const asParameter = `sig=("@method");created=1;expires=2;keyid="k";tag="concordat";nonce=${text}`;
  const inputs = header_type === "dictionary" ? [text] : [text, asParameter, `sig=${text}`, `sig=(${text})`];
  return [
    ...inputs.map((input) =>
      readSignature([
        ["Signature-Input", input],
        ["Signature", GOOD_SIGNATURE],
      ]),
    ),
    ...[text, `sig=${text}`].map((value) =>
      readSignature([
        ["Signature-Input", 'sig=("@method")'],
        ["Signature", value],
      ]),
    ),
    ...[text, `sha-256=${text}`].map((field) => parseContentDigest(field)),
  ];
}

/** The library's reading in the notation of the published cases, binary in base32. */
function notation(item: BareItem): unknown {
  if (!(item instanceof ArrayBuffer)) return item;
  const bits = [...new Uint8Array(item)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = bits.match(/.{1,5}/g) ?? [];
  const text = digits
    .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)])
    .join("");
  return { __type: "binary", value: text.padEnd(Math.ceil(text.length / 8) * 8, "=") };
}

function dictionaryNotation(dictionary: Dictionary): unknown {
  return [...dictionary].map(([key, [value, parameters]]) => [
    key,
    [
      Array.isArray(value) ? value.map(([item, own]) => [notation(item), pairs(own)]) : notation(value),
      pairs(parameters),
    ],
  ]);
}

function pairs(parameters: ReadonlyMap<string, BareItem>): unknown {
  return [...parameters].map(([name, value]) => [name, notation(value)]);
}

describe("structured fields, the published cases of RFC 9651", () => {
  for (const [file, count] of [
    ["dictionary", 26],
    ["item", 5],
    ["string", 14],
    ["binary", 15],
  ] as const) {
    itWithPublished(
      `structured-fields/${file}.json`,
      `refuses every must_fail of ${file} with a problem`,
      (cases: Case[]) => {
        expect(cases).toHaveLength(count);
        for (const test of cases.filter(({ must_fail }) => must_fail === true)) {
          for (const reading of readings(test)) {
            expect(reading.ok, test.name).toBe(false);
            expect(reading.ok || reading.error.kind, test.name).toMatch(/^(signature|digest)-/);
          }
          if (test.header_type === "dictionary")
            expect(strictDictionary(test.raw.join(", ")).ok, test.name).toBe(false);
        }
      },
    );

    itWithPublished(`structured-fields/${file}.json`, `reads the rest of ${file} as expected`, (cases: Case[]) => {
      for (const test of cases.filter(({ must_fail }) => must_fail !== true)) {
        const text = test.raw.join(", ");
        const canonical = (test.canonical ?? test.raw).join(", ");
        if (test.header_type === "dictionary") {
          const dictionary = parseDictionary(text);
          expect(dictionaryNotation(dictionary), test.name).toEqual(test.expected);
          expect(serializeDictionary(dictionary), test.name).toBe(canonical);
          const isCanonical = text.replace(/[ \t]*,[ \t]*/g, ", ") === canonical;
          expect(strictDictionary(text).ok, test.name).toBe(isCanonical);
        } else if (test.can_fail !== true) {
          const [value, parameters] = parseItem(text);
          expect([notation(value), pairs(parameters)], test.name).toEqual(test.expected);
          expect(serializeItem([value, parameters]), test.name).toBe(canonical);
        }
      }
    });

    itWithPublished(`structured-fields/${file}.json`, `refuses every can_fail of ${file}`, (cases: Case[]) => {
      for (const test of cases.filter(({ can_fail }) => can_fail === true)) {
        expect(
          readings(test).some((reading) => reading.ok),
          test.name,
        ).toBe(false);
        expect(strictDictionary(`a=${test.raw.join(", ")}`).ok, test.name).toBe(test.name === "two lines string");
      }
    });
  }
});
