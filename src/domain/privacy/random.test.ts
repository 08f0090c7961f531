import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { bernoulli, bernoulliExpMinus, uniformBelow } from "./random.ts";

// A single count within 4.892 standard deviations: significance 1e-6 on two sides, seeds fixed.
const DEVIATIONS = 4.892;

function deviations(draws: number, chance: number, draw: () => boolean): number {
  let seen = 0;
  for (let index = 0; index < draws; index++) if (draw()) seen++;
  return Math.abs(seen - draws * chance) / Math.sqrt(draws * chance * (1 - chance));
}

// Gives the bytes listed, then fails: every draw beyond the list is a bug of the sampler.
function scripted(...bytes: readonly number[]): (count: number) => Uint8Array {
  let at = 0;
  return (count) => {
    if (at + count > bytes.length) throw new RangeError("the script has no more bytes");
    at += count;
    return Uint8Array.from(bytes.slice(at - count, at));
  };
}

// The bytes as one number in hexadecimal digits, of which the last bits count.
function slowBelow(bound: bigint, random: (count: number) => Uint8Array): bigint {
  const bits = bound === 1n ? 0 : (bound - 1n).toString(2).length;
  for (;;) {
    const drawn = BigInt.asUintN(bits, BigInt(`0x0${Buffer.from(random(Math.ceil(bits / 8))).toString("hex")}`));
    if (drawn < bound) return drawn;
  }
}

describe("uniformBelow", () => {
  it("takes each value from as many bytes as any other, over every one-byte stream", () => {
    for (const bound of [2, 3, 5, 7, 16, 100, 129, 255, 256]) {
      const counts = new Map<bigint, number>();
      for (let byte = 0; byte < 256; byte++) {
        // The second byte is 0, which every bound takes: a rejection shows as one 0 too many.
        const value = uniformBelow(BigInt(bound), scripted(byte, 0));
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const accepted = 256 / 2 ** Math.ceil(Math.log2(bound));
      expect(counts.size).toBe(bound);
      for (const [value, count] of counts) if (value !== 0n) expect(count).toBe(accepted);
    }
  });

  it("reads bytes from the most significant on, and rejects what is not below the bound", () => {
    expect(uniformBelow(65_536n, scripted(0x12, 0x34))).toBe(0x1234n);
    expect(uniformBelow(257n, scripted(0xff, 0xff, 0x01, 0x00))).toBe(256n);
    expect(uniformBelow(200n, scripted(201, 255, 199))).toBe(199n);
    expect(uniformBelow(1n, scripted())).toBe(0n);
  });

  it("draws of the same bytes the same from words as from large integers, on either side of 32 bits", () => {
    const around = [1n, 8n, 9n, 16n, 24n, 31n, 32n, 33n, 40n, 64n].flatMap((bits) =>
      [-1n, 0n, 1n].map((more) => 2n ** bits + more),
    );
    for (const bound of around) {
      const [one, other] = [seededRandom(`below ${bound}`), seededRandom(`below ${bound}`)];
      for (let draw = 0; draw < 200; draw++) expect(uniformBelow(bound, one)).toBe(slowBelow(bound, other));
    }
  });

  it("refuses a bound below 1", () => {
    expect(() => uniformBelow(0n, scripted(0))).toThrow(RangeError);
  });
});

describe("bernoulli", () => {
  it("is true for exactly p of q values", () => {
    const trues = Array.from({ length: 8 }, (_, byte) =>
      bernoulli({ numerator: 3n, denominator: 8n }, scripted(byte)),
    ).filter((isTrue) => isTrue);
    expect(trues.length).toBe(3);
  });

  it("is never true for 0 and always for 1", () => {
    const random = seededRandom("certain");
    for (let draw = 0; draw < 1_000; draw++) {
      expect(bernoulli({ numerator: 0n, denominator: 7n }, random)).toBe(false);
      expect(bernoulli({ numerator: 7n, denominator: 7n }, random)).toBe(true);
    }
  });
});

describe("bernoulliExpMinus", () => {
  it.each([
    [0, 1],
    [1, 1_000],
    [1, 3],
    [1, 1],
    [3, 2],
    [5, 1],
    [12_345, 10_000],
  ])("is true with probability e^-(%i/%i)", (numerator, denominator) => {
    const random = seededRandom(`exp ${numerator}/${denominator}`);
    const gamma = { numerator: BigInt(numerator), denominator: BigInt(denominator) };
    const draw = (): boolean => bernoulliExpMinus(gamma, random);
    if (numerator === 0) expect(Array.from({ length: 1_000 }, draw)).not.toContain(false);
    else expect(deviations(300_000, Math.exp(-numerator / denominator), draw)).toBeLessThan(DEVIATIONS);
  });
});
