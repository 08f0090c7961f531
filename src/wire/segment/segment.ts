// A sealed version on disk: one file of sealed frames, the first its header, the rest its columns one after the other.
// People stand in the order of the partner's file; token tables stand sorted, apart from them, with person numbers.
// Numbers lie little-endian.

import { z } from "zod";
import { identifierKindSchema } from "../../domain/dataset/schema.ts";
import { BUCKETS, REST_WORDS } from "../../domain/matching/token-table.ts";

const count = z.int().min(0);

const headerSchema = z.strictObject({
  layout: z.literal("concordat segment 1"),
  /** How the tokens were made. */
  scheme: z.string(),
  people: count,
  recordBytes: count,
  identifiers: z.array(
    z.strictObject({
      kind: identifierKindSchema,
      tokens: count,
      /** Whether some person holds two tokens: then each token says whether it is its person's first. */
      hasFirsts: z.boolean(),
    }),
  ),
  attributes: z.array(z.strictObject({ name: z.string(), values: z.array(z.string()) })),
  /** The consent of each bit, the least significant first. */
  consents: z.array(z.string()),
});

export type SegmentHeader = z.output<typeof headerSchema>;

export const SEGMENT_LABEL = "segment";

/** One column: its name, what it is made of and how many of these it has. */
export type ColumnShape = { readonly name: string; readonly elementBytes: 1 | 2 | 4; readonly length: number };

/** The columns of a segment in the order in which they lie in its file. */
export function columnsOfSegment(header: SegmentHeader): readonly ColumnShape[] {
  const { people } = header;
  const consentBytes = bytesForConsents(header.consents.length);
  return [
    ...header.attributes.map(({ name, values }) => shape(`attribute ${name}`, values.length < 256 ? 1 : 2, people)),
    ...(consentBytes === 0 ? [] : [shape("consents", consentBytes, people)]),
    shape("record lengths", 1, people),
    shape("record bytes", 1, header.recordBytes),
    ...header.identifiers.flatMap(({ kind, tokens, hasFirsts }) => [
      shape(`${kind} starts`, 4, BUCKETS + 1),
      shape(`${kind} keys`, 4, tokens),
      shape(`${kind} rest`, 4, tokens * REST_WORDS),
      shape(`${kind} people`, 4, tokens),
      ...(hasFirsts ? [shape(`${kind} firsts`, 1, tokens)] : []),
    ]),
  ];
}

/** Bytes that the consent bits of one person take. */
export function bytesForConsents(consents: number): 0 | 1 | 2 | 4 {
  if (consents === 0) return 0;
  if (consents <= 8) return 1;
  return consents <= 16 ? 2 : 4;
}

export function writeHeader(header: SegmentHeader): Uint8Array {
  return Buffer.from(JSON.stringify(header), "utf8");
}

/** @throws when the header is of another layout */
export function readHeader(frame: Uint8Array): SegmentHeader {
  return headerSchema.parse(JSON.parse(Buffer.from(frame).toString("utf8")));
}

function shape(name: string, elementBytes: 1 | 2 | 4, length: number): ColumnShape {
  return { name, elementBytes, length };
}
