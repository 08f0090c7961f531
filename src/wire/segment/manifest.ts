// What a sealed version says of itself: what its rows hold, where its frames lie, and how many rows and tokens each of
// its buckets has. Frames may lie in the files of earlier versions, which this one shares.

import { z } from "zod";
import { identifierKindSchema } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";

const count = z.int().min(0);
const spotSchema = z.strictObject({
  /** The segment in whose file it lies, by its place in `files`; 0 is this one. */
  file: count,
  number: count,
  offset: count,
  bytes: count,
});
const byBucket = z
  .array(z.int().min(0).max(0xffff_ffff))
  .length(BUCKETS)
  .transform((counts): Uint32Array => Uint32Array.from(counts));

const manifestSchema = z.strictObject({
  layout: z.literal("concordat segment 2"),
  /** How the tokens were made. */
  scheme: z.string(),
  rows: count,
  people: count,
  /** The segments beside this one whose files hold frames of it. */
  files: z.array(z.string()),
  /** Sections: buckets that lie together, as many in each. A power of two up to 256. */
  sections: z.int().min(1).max(BUCKETS),
  /** Rows of each bucket, and how many of them, the first ones, have the first kind of identifier. */
  bucketRows: byBucket,
  bucketHomes: byBucket,
  tables: z.array(
    z.strictObject({
      kind: identifierKindSchema,
      /** Distinct tokens of each bucket. */
      bucketTokens: byBucket,
      frames: z.array(spotSchema),
    }),
  ),
  /** Attributes, measures and consents, in frames by section; none where the schema has none. */
  columns: z.array(spotSchema),
  /** Record references, in frames by section. */
  records: z.array(spotSchema),
  /** Pairs of rows that are one person, where there are any. */
  same: spotSchema.nullable(),
  attributes: z.array(z.strictObject({ name: z.string(), values: z.array(z.string()) })),
  measures: z.array(z.string()),
  /** The consent of each bit, the least significant first. */
  consents: z.array(z.string()),
});

export type Manifest = z.output<typeof manifestSchema>;
export type Spot = z.output<typeof spotSchema>;

export const SEGMENT_LABEL = "segment 2";

export function writeManifest(manifest: Manifest): Uint8Array {
  const text = JSON.stringify(manifest, (_, value) => (value instanceof Uint32Array ? [...value] : value));
  return Buffer.from(text, "utf8");
}

/** @throws when it is of another layout */
export function readManifest(plain: Uint8Array): Manifest {
  return manifestSchema.parse(JSON.parse(Buffer.from(plain).toString("utf8")));
}

/** Rows of a section, about: large enough to be worth a frame, small enough for a thread to hold many times over. */
const SECTION_ROWS = 32_768;

/** Into how many sections a version of so many rows is cut. */
export function sectionsFor(rows: number): number {
  let sections = 1;
  while (sections < BUCKETS && rows / sections > SECTION_ROWS) sections *= 2;
  return sections;
}
