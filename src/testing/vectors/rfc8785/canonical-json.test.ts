import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../../../domain/bytes.ts";
import { canonicalDigest, canonicalJson, type Json, parseStrictJson } from "../../../domain/canonical-json.ts";
import { NUMBERS, SAMPLE, SORTING } from "./samples.ts";

const FOLDER = new URL("../../../../../shared/vectors/jcs/", import.meta.url);
const TRIPLES = ["arrays", "french", "structures", "unicode", "values", "weird"];

function parsed(text: string): Json {
  const json = parseStrictJson(text);
  if (!json.ok) throw new Error(`${json.error.kind} at ${json.error.at}`);
  return json.value;
}

/** The same value with the names of every object in the opposite order. */
function shuffled(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(shuffled);
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([name, member]) => [name, member === undefined ? member : shuffled(member)]));
}

describe("canonical JSON, RFC 8785", () => {
  it("gives the sample of §3.2.2 its form of §3.2.3", () => {
    expect(canonicalJson(parsed(SAMPLE.input))).toBe(SAMPLE.output);
  });

  it("sorts names by UTF-16 units, §3.2.3", () => {
    expect(Object.values(JSON.parse(canonicalJson(parsed(SORTING.input))))).toHaveLength(SORTING.values.length);
    const text = canonicalJson(parsed(SORTING.input));
    const places = SORTING.values.map((value) => text.indexOf(value));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(places.every((place) => place > 0)).toBe(true);
  });

  it.each(NUMBERS)("prints the double %s as %s, appendix B", (bits, text) => {
    const bytes = fromHex(bits);
    if (!bytes.ok) throw new Error("the table is not hex");
    const double = new DataView(bytes.value.buffer, bytes.value.byteOffset).getFloat64(0);
    expect(canonicalJson(double)).toBe(text);
  });

  const isPresent = existsSync(FOLDER);
  const absence = isPresent ? "" : " (skipped: ../shared/vectors/jcs is missing)";
  if (!isPresent) console.warn(`SKIPPED: canonical JSON triples${absence}`);
  it.runIf(isPresent)(`agrees with the six published triples, byte for byte${absence}`, () => {
    for (const name of TRIPLES) {
      const [input, output] = [`input/${name}.json`, `output/${name}.json`].map((path) =>
        readFileSync(new URL(path, FOLDER), "utf8"),
      );
      const hex = readFileSync(new URL(`outhex/${name}.txt`, FOLDER), "utf8").replace(/\s/g, "");
      const value = parsed(String(input));
      expect(canonicalJson(value), name).toBe(output);
      expect(toHex(utf8(canonicalJson(value))), name).toBe(hex);
      expect(canonicalDigest(shuffled(value)), name).toBe(canonicalDigest(value));
    }
  });
});
