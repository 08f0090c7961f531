// An evidence file's content: lines of canonical JSON (RFC 8785). The first is the contents, which names every part
// and its digest; then the parts, one a line; the last is the seal, an entry of the room's log that holds the digest of
// the contents, with its proof. So each byte is covered, and whichever is altered belongs to a part with a name.

import { z } from "zod";
import { textDigest } from "../bytes.ts";
import { canonicalJson, type Json, parseStrictJson } from "../canonical-json.ts";
import { contractIdSchema } from "../contract/document.ts";
import { industrySchema, partnerIdSchema } from "../partner/manifest.ts";
import { dateSchema } from "../policy/document.ts";
import { err, ok, type Result } from "../result.ts";
import { reportSchema } from "./report.ts";

const thumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const size = z.int().nonnegative();
const hashes = z.array(z.string()).max(64);
const envelope = z.strictObject({
  payload: z.string(),
  signatures: z.array(z.strictObject({ protected: z.string(), signature: z.string() })),
});

/**
 * What the evidence is about: of the log, what names a contract or any version of it, was done by or to one key of the
 * partner's, and lies between two days (UTC, both included), each where it is given; or one of the reports.
 */
const aboutSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("log"),
    contract: contractIdSchema.exactOptional(),
    keyThumbprint: thumbprint.exactOptional(),
    from: dateSchema.exactOptional(),
    until: dateSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("record") }),
  z.strictObject({ kind: z.literal("assessment") }),
  z.strictObject({ kind: z.literal("breach"), from: dateSchema, until: dateSchema }),
]);
export type About = z.output<typeof aboutSchema>;

const PARTS = [
  /** The log's first public key, as the room shows it. */
  z.strictObject({ part: z.literal("room"), key: z.string() }),
  /** Names of everybody who is named. */
  z.strictObject({
    part: z.literal("partners"),
    partners: z.array(z.strictObject({ id: partnerIdSchema, name: z.string(), industry: industrySchema })),
  }),
  /** Every key that a partner has or had, as the room lists them. */
  z.strictObject({
    part: z.literal("keys"),
    partner: partnerIdSchema,
    keys: z.array(
      z.strictObject({
        jwk: z.record(z.string(), z.string()),
        registeredAt: instant,
        revokedAt: instant.nullable(),
      }),
    ),
  }),
  /** A contract with every signature under it; `leaving` are partners that sign it and are not its members. */
  z.strictObject({
    part: z.literal("contract"),
    id: contractIdSchema,
    state: z.string(),
    leaving: z.array(partnerIdSchema),
    envelope,
  }),
  /** A version of the partner's own policy, from when until when it was in force; both null while it waits. */
  z.strictObject({
    part: z.literal("policy"),
    version: z.int().positive(),
    from: instant.nullable(),
    until: instant.nullable(),
    envelope,
  }),
  reportSchema,
  /** The checkpoint under which every entry's proof stands, and that it grew from one kept earlier, where asked. */
  z.strictObject({
    part: z.literal("tree"),
    checkpoint: z.string(),
    grown: z.strictObject({ size, root: z.string(), proof: hashes }).exactOptional(),
  }),
  /** A published checkpoint with its cosignatures, and the proof that the tree grew from it. */
  z.strictObject({
    part: z.literal("watched"),
    checkpoint: z.string(),
    proof: hashes,
    witnesses: z.array(z.strictObject({ partner: partnerIdSchema, key: z.string() })),
  }),
  z.strictObject({ part: z.literal("entry"), index: size, entry: z.string(), proof: hashes }),
  /** The receipt of an answer to the partner, and the answer itself as its canonical JSON. */
  z.strictObject({ part: z.literal("receipt"), release: z.string(), receipt: z.string(), answer: z.string() }),
] as const;

const partSchema = z.discriminatedUnion("part", PARTS);
export type Part = z.output<typeof partSchema>;
/** The parts of one kind. */
export type PartOf<Kind extends Part["part"]> = Extract<Part, { readonly part: Kind }>;

const contentsSchema = z.strictObject({
  concordat: z.literal("evidence/1"),
  about: aboutSchema,
  /** The partner that it was made for: only what concerns it is inside. */
  for: partnerIdSchema,
  asOf: instant,
  origin: z.string(),
  parts: z.array(z.strictObject({ name: z.string(), digest })),
});
export type Contents = z.output<typeof contentsSchema>;

const sealSchema = z.strictObject({
  /** The room's signed note over the log with the entry in it. */
  checkpoint: z.string(),
  entry: z.string(),
  index: size,
  /** That the entry stands there, and that the log grew from the tree of the parts. */
  proof: hashes,
  grown: hashes,
  /** The notes by which the log's first key led to the one that signed here, oldest first; absent while it signs. */
  handOvers: z.array(z.string()).min(1).exactOptional(),
});
export type Seal = z.output<typeof sealSchema>;

/** Everything in an evidence file. */
export type Evidence = { readonly contents: Contents; readonly parts: readonly Part[]; readonly seal: Seal };

/** What a part is called in the contents, and to people. */
export function partName(part: Part): string {
  switch (part.part) {
    case "keys":
      return `keys of ${part.partner}`;
    case "contract":
      return `contract ${part.id}`;
    case "policy":
      return `policy version ${part.version}`;
    case "entry":
      return `entry ${part.index}`;
    case "receipt":
      return `receipt of ${part.release}`;
    default:
      return part.part;
  }
}

/** A line of an evidence file. */
export function evidenceLine(document: Contents | Part | Seal): string {
  return canonicalJson(document);
}

/** The contents of these parts. */
export function contentsOf(frame: Omit<Contents, "concordat" | "parts">, parts: readonly Part[]): Contents {
  const named = parts.map((part) => ({ name: partName(part), digest: textDigest(evidenceLine(part)) }));
  return { concordat: "evidence/1", ...frame, parts: named };
}

/** The lines of an evidence file in their order. */
export function evidenceLines({ contents, parts, seal }: Evidence): readonly string[] {
  return [contents, ...parts, seal].map(evidenceLine);
}

/** Why a line is not what should stand there. */
type LineRefusal = "not-canonical" | "not-as-expected";

/** Reads the line of the contents. */
export const readContents = (line: string): Result<Contents, LineRefusal> => readLine(contentsSchema, line);
/** Reads the line of a part. */
export const readPart = (line: string): Result<Part, LineRefusal> => readLine(partSchema, line);
/** Reads the line of the seal. */
export const readSeal = (line: string): Result<Seal, LineRefusal> => readLine(sealSchema, line);

function readLine<Shape extends z.ZodType<Json>>(shape: Shape, line: string): Result<z.output<Shape>, LineRefusal> {
  const json = parseStrictJson(line);
  if (!json.ok || canonicalJson(json.value) !== line) return err("not-canonical");
  const read = shape.safeParse(json.value);
  // What a schema leaves out without a word, such as a member named `__proto__`, was not what should stand there.
  return read.success && canonicalJson(read.data) === line ? ok(read.data) : err("not-as-expected");
}
