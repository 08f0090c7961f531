// The kernels in plain JavaScript: the fallback where WebAssembly lacks SIMD or threads, and the oracle of the others.
// A call makes views alone, one for each column, so that inner loops index from zero in small integers.

import type { Kernels } from "./kernels.ts";
import { plainBitmaps } from "./plain/bitmaps.ts";
import { plainCells } from "./plain/cells.ts";
import { plainColumns } from "./plain/columns.ts";
import { plainDealing } from "./plain/dealing.ts";
import { plainMatching } from "./plain/matching.ts";
import { plainNumbers } from "./plain/numbers.ts";
import { plainRecords } from "./plain/records.ts";
import { plainScatter } from "./plain/scatter.ts";
import { plainSpreading } from "./plain/spreading.ts";
import { plainStanding } from "./plain/standing.ts";
import { plainWords } from "./plain/words.ts";

/** Compresses digests of 8 little-endian words under a key of 8 into tokens of 4 words that compare as bytes do. */
export type CompressAll = (batch: {
  readonly key: Int32Array;
  readonly digests: Int32Array;
  readonly count: number;
  readonly tokens: Uint32Array;
}) => void;

/**
 * The plain kernels over a memory.
 * @param compressAll keyed BLAKE3, which lives with the identifiers
 */
export function plainKernels(buffer: SharedArrayBuffer, compressAll: CompressAll): Kernels {
  return {
    ...plainDealing(buffer),
    ...plainNumbers(buffer),
    ...plainWords(buffer),
    ...plainScatter(buffer),
    ...plainSpreading(buffer),
    ...plainBitmaps(buffer),
    ...plainColumns(buffer),
    ...plainMatching(buffer),
    ...plainStanding(buffer),
    ...plainCells(buffer),
    ...plainRecords(buffer),
    tokens: ({ digests, count, key, tokens }) =>
      compressAll({
        key: new Int32Array(buffer, key, 8),
        digests: new Int32Array(buffer, digests, count * 8),
        count,
        tokens: new Uint32Array(buffer, tokens, count * 4),
      }),
  };
}
