// The rows of one bucket as they were gathered, and the order of those that share a token, which they give themselves.

import type { RowShape } from "../../wire/segment/shape.ts";
import type { NumberForm } from "./record-text.ts";
import type { CompareRows } from "./runs.ts";
import type { Thread } from "./threads/thread.ts";

/** The rows of one bucket: homes first, strays behind them, their columns in the arena. */
export type BucketRows = {
  readonly homes: number;
  readonly strays: number;
  readonly keys: number;
  readonly rest: number;
  readonly columns: readonly number[];
  /** References as numbers; or as texts, where numbers are 0. */
  readonly numbers: number;
  readonly lengths: number;
  readonly recordBytes: number;
  readonly recordBytesLength: number;
  /** Where it is told which row each of them becomes, a word a row; 0 where nobody asks. */
  readonly finals: number;
};

/** What orders rows of a bucket. */
type Ordering = {
  readonly thread: Pick<Thread, "buffer">;
  readonly shape: RowShape;
  readonly numbers: NumberForm | null;
};

/** Orders rows of one token by their references, byte by byte, then by what stands in their columns. */
export function rowOrder({ thread, shape, numbers }: Ordering, bucket: BucketRows): CompareRows {
  const rows = bucket.homes + bucket.strays;
  const { buffer } = thread;
  const compareReferences = numbers === null ? textOrder(buffer, bucket) : numberOrder(buffer, bucket, numbers);
  const columns = shape.columns
    .map(({ width, rank }, index) => ({
      rank,
      values: columnAt(buffer, { at: bucket.columns[index] ?? 0, width, rows }),
    }))
    .sort((left, right) => left.rank - right.rank);
  return (left, right) => {
    const byReference = compareReferences(left, right);
    if (byReference !== 0) return byReference;
    for (const { values } of columns) {
      const difference = (values[left] ?? 0) - (values[right] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function textOrder(buffer: SharedArrayBuffer, bucket: BucketRows): CompareRows {
  const lengths = new Uint8Array(buffer, bucket.lengths, bucket.homes + bucket.strays);
  const bytes = Buffer.from(buffer, bucket.recordBytes, bucket.recordBytesLength);
  let offsets: Uint32Array | null = null;
  return (left, right) => {
    offsets ??= offsetsOf(lengths);
    return bytes.compare(bytes, offsets[right], offsets[right + 1], offsets[left], offsets[left + 1]);
  };
}

/** As texts compare: `c10` before `c9`, unless both have as many digits. */
function numberOrder(buffer: SharedArrayBuffer, bucket: BucketRows, { fixed }: NumberForm): CompareRows {
  const numbers = new Uint32Array(buffer, bucket.numbers, bucket.homes + bucket.strays);
  if (fixed > 0) return (left, right) => (numbers[left] ?? 0) - (numbers[right] ?? 0);
  return (left, right) => {
    const [one, other] = [`${numbers[left]}`, `${numbers[right]}`];
    return one === other ? 0 : one < other ? -1 : 1;
  };
}

type ColumnAt = { readonly at: number; readonly width: number; readonly rows: number };

function columnAt(buffer: SharedArrayBuffer, { at, width, rows }: ColumnAt): Uint8Array | Uint16Array | Int32Array {
  if (width === 1) return new Uint8Array(buffer, at, rows);
  return width === 2 ? new Uint16Array(buffer, at, rows) : new Int32Array(buffer, at, rows);
}

function offsetsOf(lengths: Uint8Array): Uint32Array {
  const offsets = new Uint32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) offsets[row + 1] = (offsets[row] ?? 0) + (lengths[row] ?? 0);
  return offsets;
}
