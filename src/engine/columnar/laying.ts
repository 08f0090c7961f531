// What every step of laying an increment over an earlier version works on.

import type { Spot } from "../../wire/segment/manifest.ts";
import type { PlacedSpot } from "./frame-bytes.ts";
import type { Gathered } from "./gather.ts";
import type { ReferenceTable } from "./references.ts";
import type { ReadSameRows } from "./same-rows.ts";
import type { Step } from "./sealing.ts";
import type { Version } from "./version.ts";

/** What an increment is made of. */
export type Laying = Step & {
  readonly base: Version;
  readonly same: ReadSameRows;
  readonly gathered: Gathered;
  readonly references: ReferenceTable;
  readonly recordKey: Uint8Array;
  /** Whether no frame of the base is to be read again. */
  readonly isApart: boolean;
  /** Which row of the new version each row of the base becomes, `NOWHERE` for those that go; 0 where nobody asks. */
  readonly baseFinals: { readonly offset: number };
};

/** Where a frame of the base lies. */
export function placed(base: Version, spot: Spot | undefined): PlacedSpot {
  if (spot === undefined) throw new Error(`the segment ${base.name} lacks a frame`);
  return { ...base.place(spot), spot };
}
