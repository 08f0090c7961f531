// What the tellings of evidence read in it: parts by kind, names of partners, documents out of their envelopes, and
// what an entry says of a question. Requires parts that were verified, or were just made.

import { type AuditEntry, decodeEntry } from "../audit/entry.ts";
import { fromBase64Url } from "../bytes.ts";
import { type Json, parseStrictJson } from "../canonical-json.ts";
import { type Contract, contractSchema } from "../contract/document.ts";
import { type DatasetRef, ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Directory, nameOf } from "../policy/words.ts";
import { datasetsOf, type Question, questionSchema } from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import type { Evidence, Part, PartOf } from "./document.ts";

/** The parts of one kind, in their order. */
export function partsOf<Kind extends Part["part"]>(parts: readonly Part[], kind: Kind): readonly PartOf<Kind>[] {
  return parts.filter((part): part is PartOf<Kind> => part.part === kind);
}

/** Everybody whom the evidence names. */
export function directoryIn(parts: readonly Part[]): Directory {
  const cards = partsOf(parts, "partners").flatMap(({ partners }) => partners);
  return new Map(cards.map(({ id, name, industry }) => [id, { name, industry }]));
}

/** The contracts of the evidence, by id; one that is no contract of this product is left out. */
export function contractsIn(parts: readonly Part[]): ReadonlyMap<string, Contract> {
  return new Map(
    partsOf(parts, "contract").flatMap(({ id, envelope }) => {
      const contract = contractSchema.safeParse(payloadOf(envelope.payload));
      return contract.success ? [[id, contract.data] as const] : [];
    }),
  );
}

/** The document that an envelope holds, or undefined. */
function payloadOf(payload: string): Json | undefined {
  const bytes = fromBase64Url(payload);
  const json = bytes.ok ? parseStrictJson(new TextDecoder().decode(bytes.value)) : bytes;
  return json.ok ? json.value : undefined;
}

/** The entries of the evidence, in the order of the log. */
export function entriesIn({ parts }: Pick<Evidence, "parts">): readonly AuditEntry[] {
  return partsOf(parts, "entry").flatMap(({ entry }) => {
    const decoded = decodeEntry(entry);
    return decoded.ok ? [decoded.value] : [];
  });
}

/** What an entry about a question says: who is told what about whose lists, and by which clauses. */
export type AskedInEntry = {
  readonly recipient: PartnerId;
  readonly analysis: string;
  readonly lists: readonly DatasetRef[];
  /** Whose customers it is about, the recipient's own left out. */
  readonly about: readonly PartnerId[];
  readonly tells: string;
  /** Sentences of the clauses that permitted it, and of those that denied it. */
  readonly permittedBy: readonly string[];
  readonly deniedBy: readonly string[];
};

/** Reads it; null for an entry that is about no question, or that repeats an answer. */
export function askedIn({ detail }: AuditEntry, directory: Directory): AskedInEntry | null {
  const asked = questionSchema.safeParse(detail["question"]);
  const recipient = detail["recipient"];
  if (!asked.success || typeof recipient !== "string") return null;
  if (asked.data.identifiers === undefined || asked.data.where === undefined) return null;
  // SAFETY: the log holds canonical questions, whose identifiers and clauses are spelt out, as checked above.
  const question = asked.data as Question;
  // SAFETY: the recipient of an entry is a partner's id, as the room wrote it.
  const told = { recipient: recipient as PartnerId, directory, terms: null, margins: [] };
  const lists = datasetsOf(question);
  return {
    recipient: told.recipient,
    analysis: question.analysis,
    lists,
    about: lists.map(ownerOf).filter((owner) => owner !== recipient),
    tells: rulesOf(question.analysis).tells(question, told).join("; "),
    permittedBy: clausesIn(detail["reasons"], "permits"),
    deniedBy: clausesIn(detail["reasons"], "denies"),
  };
}

function clausesIn(reasons: Json | undefined, wanted: "permits" | "denies"): string[] {
  if (!Array.isArray(reasons)) return [];
  return reasons.flatMap((reason: Json) => {
    if (typeof reason !== "object" || reason === null || !("says" in reason && "effect" in reason)) return [];
    const { says, effect } = reason;
    return typeof says === "string" && effect === wanted ? [says] : [];
  });
}

/** Who acted, by name. */
export function actorName({ actor }: AuditEntry, directory: Directory): string {
  if (!("partner" in actor)) return "the room itself";
  // SAFETY: the schema of an entry holds an actor to the pattern of a partner's id.
  const name = nameOf(directory, actor.partner as PartnerId);
  return "requester" in actor ? `${actor.requester}, for people in the lists of ${name}` : name;
}

/** `2026-11-22 10:00:00 UTC`, of an instant as documents write it. */
export function timeInWords(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}
