import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileKernels } from "../../kernels/load.ts";
import {
  LONGEST_RECORD,
  packAsNumbers,
  packRecords,
  settledForm,
  unpackNumbers,
  unpackRecords,
} from "./record-text.ts";
import { kernelsOf } from "./threads/thread.ts";

const MEMORY = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const KERNELS = kernelsOf({ memory: MEMORY, module: compileKernels() });

const prefixes = fc.constantFrom("", "c", "C-", "kunde ", "0", "é", "7x", "a".repeat(100));
const digits = (most: number) => fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: most });

/** A prefix and numbers as a partner would write them. */
const numbered = fc.record({ prefix: prefixes, width: fc.integer({ min: 1, max: 18 }) }).chain(({ prefix, width }) => {
  const number = fc.bigInt({ min: 0n, max: 10n ** BigInt(width) - 1n });
  return fc.array(number, { minLength: 1, maxLength: 20 }).chain((numbers) => {
    const plain = numbers.map((one) => `${prefix}${one}`);
    const padded = numbers.map((one) => `${prefix}${`${one}`.padStart(width, "0")}`);
    return fc.constantFrom(plain, padded);
  });
});

/** What is nearly a prefix and a number: other widths, zeros in front, another prefix, none at all. */
const nearly = fc.array(
  fc.tuple(fc.constantFrom("c", "C", "", "c0", "c "), fc.oneof(digits(20), fc.constantFrom("", "1x", "000", "-1"))),
  { maxLength: 12 },
);

const cut = (text: string) => Buffer.from(text).subarray(0, 128);
const anything = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 140, size: "max" }), { maxLength: 9 });

function packed(records: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(records);
  const at = { lengths: 64, bytes: 4_096, low: 40_960, high: 49_152 };
  new Uint8Array(MEMORY.buffer, at.lengths, records.length).set(records.map(({ length }) => length));
  new Uint8Array(MEMORY.buffer, at.bytes, bytes.length).set(bytes);
  const texts = { ...at, count: records.length, byteLength: bytes.length };
  return new Uint8Array(Buffer.concat(packRecords({ kernels: KERNELS, buffer: MEMORY.buffer }, texts)));
}

function unpacked(plain: Uint8Array, count: number): Buffer[] {
  const { write } = unpackRecords(plain, count);
  return Array.from({ length: count }, (_, row) => {
    const room = Buffer.alloc(LONGEST_RECORD + 6, 0xa5);
    const length = write(row, room, 3);
    expect([...room.subarray(0, 3), ...room.subarray(3 + length)].every((byte) => byte === 0xa5)).toBe(true);
    return Buffer.from(room.subarray(3, 3 + length));
  });
}

function comesBack(texts: readonly string[]): void {
  const records = texts.map(cut).filter(({ length }) => length > 0);
  expect(unpacked(packed(records), records.length).map(String)).toEqual(records.map(String));
}

describe("record references", () => {
  it("come back as they were, whatever they are", () => {
    const nearlyTexts = nearly.map((pairs) => pairs.map(([prefix, number]) => prefix + number));
    const mixed = fc.tuple(numbered, anything).map(([some, others]) => [...some, ...others]);
    fc.assert(fc.property(fc.oneof(numbered, nearlyTexts, anything, mixed), comesBack), { numRuns: 1_500 });
  });

  it("come back at every length from one byte to 128", () => {
    comesBack(Array.from({ length: 128 }, (_, index) => "x".repeat(index + 1)));
    for (let length = 1; length <= 128; length++) comesBack(["1".repeat(length), "2".repeat(length)]);
  });

  it("come back where numbers are as great as they may be, or a zero stands alone", () => {
    for (const prefix of ["", "c"]) {
      comesBack([`${prefix}999999999999999999`, `${prefix}0`, `${prefix}1000000000`, `${prefix}999999999`]);
      comesBack([`${prefix}0999999999`, `${prefix}1000000000`, `${prefix}0000000000`]);
      comesBack([`${prefix}9999999999999999999`, `${prefix}1`]);
    }
  });

  it("are kept, when some are gone, as they would be had these never been there", () => {
    // 19 digits and 20: how many of them are the prefix depends on which text is the first.
    const long = fc.array(digits(2), { minLength: 1, maxLength: 9 }).map((ends) => {
      return ends.map((end) => `12${"3".repeat(17)}${end}`);
    });
    const lists = fc.oneof(numbered, long).chain((texts) => fc.tuple(fc.constant(texts), fc.subarray(texts)));
    fc.assert(
      fc.property(lists, ([texts, left]) => {
        const numbers = unpackNumbers(packed(texts.map(cut)), texts.length);
        if (numbers === null) return;
        const stays = (_: number, row: number) => left.includes(texts[row] ?? "");
        const [low, high] = [numbers.low.filter(stays), numbers.high?.filter(stays) ?? null];
        const settled = settledForm({ ...numbers, low, high });
        if (settled === null) return;
        const again = packed(texts.filter((text) => left.includes(text)).map(cut));
        expect(Buffer.concat(packAsNumbers(settled))).toEqual(Buffer.from(again));
      }),
      { numRuns: 600 },
    );
  });

  it("are nothing for a list without rows", () => {
    expect(unpacked(packed([]), 0)).toEqual([]);
  });

  it("take four bytes each where they are a prefix and a number of up to nine digits, eight up to eighteen", () => {
    const bytesOf = (texts: readonly string[]) => packed(texts.map(cut)).length;
    const rows = (width: number, isPadded: boolean) =>
      Array.from({ length: 1_000 }, (_, row) => {
        const number = width === 18 ? `${10n ** 17n + BigInt(row)}` : `${row}`;
        return `c-${isPadded ? number.padStart(width, "0") : number}`;
      });
    for (const isPadded of [true, false]) {
      expect(bytesOf(rows(9, isPadded))).toBeLessThan(4 * 1_000 + 32);
      expect(bytesOf(rows(18, isPadded))).toBeGreaterThan(8 * 1_000);
      expect(bytesOf(rows(18, isPadded))).toBeLessThan(8 * 1_000 + 32);
    }
    expect(bytesOf([...rows(9, true), "c-x"])).toBeGreaterThan(11 * 1_000);
  });
});
