// Writes the token kernel in AssemblyScript: the rounds of scripts/token-kernel.ts on vectors of four words, one digest
// a lane. Digests are turned from rows to lanes and tokens back by 4 by 4 transpositions of words.

import { BLOCK_BYTES, FLAGS, INITIAL, MESSAGE_WORDS, rounds } from "./token-kernel.ts";

const HEAD = `// Made by scripts/token-lanes.ts; not to be edited.

/**
 * Keyed BLAKE3 of \`count\` digests of 32 bytes, cut to 128 bits. The lanes past the last digest repeat it and write
 * its token again.
 */
export function tokens(digests: usize, count: u32, key: usize, to: usize): void {
  if (count == 0) return;
  const last = count - 1;
  for (let row: u32 = 0; row < count; row += 4) {
    const row1 = min(row + 1, last);
    const row2 = min(row + 2, last);
    const row3 = min(row + 3, last);`;

const TAIL = `  }
}

// @ts-ignore: decorator
@inline function low(a: v128, b: v128): v128 { return v128.shuffle<u32>(a, b, 0, 4, 1, 5); }
// @ts-ignore: decorator
@inline function high(a: v128, b: v128): v128 { return v128.shuffle<u32>(a, b, 2, 6, 3, 7); }
// @ts-ignore: decorator
@inline function lowPairs(a: v128, b: v128): v128 { return v128.shuffle<u64>(a, b, 0, 2); }
// @ts-ignore: decorator
@inline function highPairs(a: v128, b: v128): v128 { return v128.shuffle<u64>(a, b, 1, 3); }
// @ts-ignore: decorator
@inline function bigEndian(a: v128): v128 {
  return v128.shuffle<u8>(a, a, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}
`;

/** The text of \`src/kernels/assembly/tokens.gen.ts\`. */
export function tokenLanesSource(): string {
  const body = [
    ...[0, 1].flatMap((half) => [
      ...["row", "row1", "row2", "row3"].map(
        (row, lane) => `const d${half}${lane} = v128.load(digests + (<usize>${row} << 5), ${half * 16});`,
      ),
      ...transposed(
        `d${half}`,
        [0, 1, 2, 3].map((word) => `m${half * 4 + word}`),
      ),
    ]),
    ...Array.from({ length: MESSAGE_WORDS }, (_, word) => `let v${word} = v128.load32_splat(key, ${word * 4});`),
    ...[...INITIAL, "0", "0", `${BLOCK_BYTES}`, `${FLAGS}`].map(
      (value, place) => `let v${place + 8} = i32x4.splat(${value});`,
    ),
    ...rounds(halfOfLanes),
    ...[0, 1, 2, 3].map((word) => `const h${word} = bigEndian(v128.xor(v${word}, v${word + 8}));`),
    ...transposed("h", ["t0", "t1", "t2", "t3"]),
    ...["row", "row1", "row2", "row3"].map((row, lane) => `v128.store(to + (<usize>${row} << 4), t${lane});`),
  ];
  return [HEAD, ...body.map((line) => `    ${line}`), TAIL].join("\n");
}

function transposed(from: string, to: readonly string[]): string[] {
  return [
    `const ${from}a = low(${from}0, ${from}1);`,
    `const ${from}b = low(${from}2, ${from}3);`,
    `const ${from}c = high(${from}0, ${from}1);`,
    `const ${from}d = high(${from}2, ${from}3);`,
    `const ${to[0]} = lowPairs(${from}a, ${from}b);`,
    `const ${to[1]} = highPairs(${from}a, ${from}b);`,
    `const ${to[2]} = lowPairs(${from}c, ${from}d);`,
    `const ${to[3]} = highPairs(${from}c, ${from}d);`,
  ];
}

/** Half of the quarter-round of §2.2 on lanes; rotations by whole bytes are shuffles. */
function halfOfLanes(
  [a, b, c, d]: readonly [number, number, number, number],
  [right, left]: readonly [number, number],
  word: string | null,
): string[] {
  return [
    `v${a} = i32x4.add(v${a}, ${word === null ? `v${b}` : `i32x4.add(v${b}, ${word})`});`,
    `v${d} = v128.xor(v${d}, v${a});`,
    `v${d} = ${rotated(`v${d}`, right)};`,
    `v${c} = i32x4.add(v${c}, v${d});`,
    `v${b} = v128.xor(v${b}, v${c});`,
    `v${b} = ${rotated(`v${b}`, left)};`,
  ];
}

function rotated(value: string, right: number): string {
  if (right % 8 !== 0) return `v128.or(i32x4.shl(${value}, ${32 - right}), i32x4.shr_u(${value}, ${right}))`;
  const bytes = Array.from({ length: 16 }, (_, place) => (place & ~3) | ((place + right / 8) & 3));
  return `v128.swizzle(${value}, i8x16(${bytes.join(", ")}))`;
}
