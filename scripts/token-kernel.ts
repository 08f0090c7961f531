// Writes the source of the token kernels: keyed BLAKE3 of one 32-byte block (BLAKE3 specification, §2.2 to §2.4) as
// straight-line code, once in TypeScript and once in AssemblyScript, four digests in the lanes of a vector. Unrolled,
// the permutation of the message costs nothing: twice as fast as a loop over rounds, and nothing to be read by line.

const ROUNDS = 7;
/** §2.2, table 2: where each message word of a round stood in the round before. */
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/** The four words of the initialisation vector that a compression uses (§2.1, table 1). */
export const INITIAL = ["0x6a09e667", "0xbb67ae85 | 0", "0x3c6ef372", "0xa54ff53a | 0"];
/** Columns, then diagonals (§2.2): the state words of each mixing. */
const MIXINGS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

type Words = readonly [number, number, number, number];
type Half = (words: Words, rotations: readonly [number, number], word: string | null) => string[];

/** A digest fills half of the block; the other words are zero and are left out of the sums. */
export const MESSAGE_WORDS = 8;
export const BLOCK_BYTES = 32;
/** One block of a one-chunk message: CHUNK_START, CHUNK_END, ROOT and KEYED_HASH (§2.4, table 3). */
export const FLAGS = 1 | 2 | 8 | 16;

const HEAD = `// Made by scripts/token-kernel.ts; not to be edited.

type Batch = {
  readonly key: Int32Array;
  readonly digests: Int32Array;
  readonly count: number;
  readonly tokens: Uint32Array;
};

/** Compresses digests of 8 little-endian words under a key into tokens of 4 words that compare as bytes do. */
export function compressAll({ key, digests, count, tokens }: Batch): void {`;

const TAIL = `
function bigEndian(word: number): number {
  return (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
`;

/** The text of \`src/domain/identifier/token-kernel.gen.ts\`. */
export function tokenKernelSource(): string {
  const places = (count: number) => Array.from({ length: count }, (_, place) => place);
  const offset = (place: number) => (place === 0 ? "" : ` + ${place}`);
  const initial = [...places(8).map((place) => `k${place}`), ...INITIAL, "0", "0", `${BLOCK_BYTES}`, `${FLAGS}`];
  const body = [
    "const at = row * 8;",
    ...places(MESSAGE_WORDS).map((place) => `const m${place} = digests[at${offset(place)}] ?? 0;`),
    ...initial.map((value, place) => `let v${place} = ${value};`),
    ...rounds(halfOfNumbers),
    "const to = row * 4;",
    ...places(4).map((place) => `tokens[to${offset(place)}] = bigEndian(v${place} ^ v${place + 8});`),
  ];
  return [
    HEAD,
    ...places(8).map((place) => `  const k${place} = key[${place}] ?? 0;`),
    "  for (let row = 0; row < count; row++) {",
    ...body.map((line) => `    ${line}`),
    "  }",
    "}",
    TAIL,
  ].join("\n");
}

/**
 * The seven rounds over the state words `v0` to `v15` and the message words `m0` to `m7`.
 * @param half writes half a quarter-round on four state words, with a message word unless that is zero
 */
export function rounds(half: Half): string[] {
  const lines: string[] = [];
  let message = PERMUTATION.map((_, place) => place);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, words] of MIXINGS.entries()) {
      const [first, second] = [index * 2, index * 2 + 1].map((place) => messageWord(message[place] ?? 0));
      lines.push(...half(words, [16, 12], first ?? null), ...half(words, [8, 7], second ?? null));
    }
    message = PERMUTATION.map((from) => message[from] ?? 0);
  }
  return lines;
}

function messageWord(word: number): string | null {
  return word < MESSAGE_WORDS ? `m${word}` : null;
}

/** Half of the quarter-round of §2.2. */
function halfOfNumbers([a, b, c, d]: Words, [right, left]: readonly [number, number], word: string | null): string[] {
  return [
    `v${a} = (v${a} + v${b}${word === null ? "" : ` + ${word}`}) | 0;`,
    `v${d} ^= v${a};`,
    `v${d} = (v${d} << ${32 - right}) | (v${d} >>> ${right});`,
    `v${c} = (v${c} + v${d}) | 0;`,
    `v${b} ^= v${c};`,
    `v${b} = (v${b} << ${32 - left}) | (v${b} >>> ${left});`,
  ];
}
