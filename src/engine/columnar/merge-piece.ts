// What the merging of one section is asked for, and what it comes to.

import type { RowShape } from "../../wire/segment/shape.ts";
import type { BucketRows } from "./bucket-rows.ts";
import type { PlacedSpot } from "./frame-bytes.ts";
import type { FrameSink } from "./frame-sink.ts";
import type { Lender } from "./lent-tokens.ts";
import type { References } from "./references.ts";
import type { MadeSection, SectionPiece, SectionSize } from "./section.ts";

/** What one bucket of the earlier version has, counted from its section's first row and token. */
export type EarlierBucket = {
  readonly firstRow: number;
  readonly homes: number;
  readonly strays: number;
  readonly firstToken: number;
};

export type MergePiece = {
  readonly number: number;
  readonly frames: SectionPiece["frames"];
  readonly base: {
    readonly table: PlacedSpot;
    readonly columns: PlacedSpot | null;
    readonly records: PlacedSpot;
    readonly rows: number;
    readonly tokens: number;
    readonly buckets: readonly EarlierBucket[];
    /** Rows of the section whose token is that of the row before, counted from its first row, ascending. */
    readonly repeated: Uint32Array;
    /** The section's first row among all rows, and where its strays' tokens are found, if it has any. */
    readonly firstRow: number;
    readonly lenders: readonly Lender[];
    /** Where it is told which row each of the section's rows becomes, a word a row; 0 where nobody asks. */
    readonly finals: number;
  };
  /** What the increment brings to each bucket; null for a deletion. */
  readonly added: readonly BucketRows[] | null;
};

export type MergeSettings = {
  readonly shape: RowShape;
  readonly sink: FrameSink;
  readonly references: References;
  /** 8 bytes; Secret. */
  readonly recordKey: Uint8Array;
  /** Of the section that is made, and of the largest section of the earlier version. */
  readonly size: SectionSize;
  readonly baseRows: number;
  /** Whether a section that nothing befell is made anew as well, so that no frame of the base is read again. */
  readonly makesAll: boolean;
};

/** What became of a section: null where it is as it was. */
export type Merged = { readonly number: number; readonly rowsRemoved: number; readonly made: MadeSection | null };

/** Whether a section of which so many rows go may stay where it lies. */
export function stays({ makesAll }: MergeSettings, { added }: MergePiece, rowsRemoved: number): boolean {
  const gains = added?.some(({ homes, strays }) => homes + strays > 0) ?? false;
  return !makesAll && rowsRemoved === 0 && !gains;
}
