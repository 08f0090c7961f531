// Whether a question is permitted, from all that was read of it: the documents' decision, what was answered before, the
// ledger's books and the guards. Pure: what is told to an asker and what is done for one are weighed by the same rule.

import type { DatasetSchema } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Decision, Permit } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import type { Directory } from "../domain/policy/words.ts";
import type { Charge } from "../domain/privacy/charges.ts";
import type { EpsilonMicros } from "../domain/privacy/epsilon.ts";
import type { Question } from "../domain/question/question.ts";
import type { ContractFile, ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Books, Charging } from "./charge-question.ts";
import type { ListsBehind } from "./count-contacts.ts";
import type { Foreseen, List } from "./foresee-question.ts";
import { type DrawDigests, drawnBefore, holdersOf } from "./recorded-figures.ts";

/** A question that the documents, the caps and the budget permit, with all that explaining it needs. */
export type Explicable = {
  readonly kind: "permitted";
  readonly file: ContractFile;
  readonly directory: Directory;
  readonly question: Question;
  readonly digest: string;
  /** Those of questions whose figures are one draw with this one's, its own first. */
  readonly digests: DrawDigests;
  readonly decision: Permit;
  readonly epsilon: EpsilonMicros;
  readonly versions: readonly VersionRow[];
  /** Where an older version of the asker's own list answers, the one in force, which bears it out. */
  readonly still: VersionRow | null;
  /** How the lists declare what they hold, in the order of the versions. */
  readonly schemas: readonly DatasetSchema[];
  /** Names of the versions, sorted and joined: with the question's digest, what makes a question the same one. */
  readonly versionsKey: string;
  readonly charges: readonly Charge[];
  /** What the ledger said of these. */
  readonly books: Books;
  /** The asker's own earlier release of this question on these versions. */
  readonly recorded: ReleaseRow | null;
  /** A release of the same figures to another recipient under the same protection: its draw is everybody's. */
  readonly drawn: ReleaseRow | null;
  /** Earlier lists that a list rests on. */
  readonly lists: ListsBehind;
  /** What the decision was made on beside the contract and the question. */
  readonly ground: string;
  /** When it was assessed, by the database's clock. */
  readonly at: UnixMillis;
};

/** A question that is refused by a document, a cap or a budget: told in full, since none of it depends on data. */
export type Denied = {
  readonly kind: "denied";
  readonly file: ContractFile;
  readonly directory: Directory;
  readonly question: Question;
  readonly digest: string;
  readonly reasons: readonly Reason[];
  readonly decision: Decision;
};

/** A question with the documents' permit, and what it would be answered from. */
export type Ruled = Omit<Foreseen, "file"> & { readonly file: ContractFile; readonly recipient: PartnerId };

/** What was read of it. */
export type Found = Pick<Explicable, "still" | "versions" | "books" | "lists" | "at"> & {
  /** How the lists of the question stand. */
  readonly asked: readonly List[];
  /** Recorded answers of its digests on its versions, newest first. */
  readonly answers: readonly ReleaseRow[];
  readonly charging: Charging;
  /** What the guards between earlier lists and exact figures, and the caps of contacts, say against it. */
  readonly guarded: readonly Reason[];
};

/** Whether the question is permitted, with what it costs and rests on, or why not. No I/O; some 150 µs a list. */
export function weighQuestion(ruled: Ruled, found: Found): Explicable | Denied {
  const { question, digest, digests, decision, recipient, ground, epsilon, versionsKey, file, directory } = ruled;
  const about = { file, directory, question, digest, decision };
  const denied = (more: readonly Reason[]) =>
    ({ kind: "denied", ...about, reasons: [...decision.reasons, ...more] }) as const;
  if (decision.approvers.length > 0 && file.contract.approvalWithin === undefined)
    return denied([approvalReason(ruled)]);
  const { answers, asked, charging, guarded, ...rest } = found;
  const draw = { recipient, question, digests, terms: decision.terms, epsilon };
  const recorded = answers.find((row) => row.questionDigest === digest && row.recipient === recipient) ?? null;
  const drawn = drawnBefore(answers, draw);
  const charges = charging(drawn === null ? [] : holdersOf(answers, draw, drawn));
  const refusals = charges.flatMap((charge) => charge.refusals);
  const shortfalls = recorded === null ? [...refusals, ...guarded] : [];
  if (shortfalls.length > 0) return denied(shortfalls);
  const schemas = asked.flatMap(({ dataset }) => dataset?.schema ?? []);
  return {
    kind: "permitted",
    ...about,
    ...rest,
    digests,
    epsilon,
    schemas,
    versionsKey,
    charges,
    recorded,
    drawn,
    ground,
  };
}

function approvalReason({ decision, directory, file }: Ruled): Reason {
  const names = decision.approvers.map((partner) => directory.get(partner)?.name ?? partner).join(" and ");
  const says = `a person at ${names} would have to approve it first, and the contract lets no question wait for that`;
  const source = { document: "contract", version: file.contract.version, digest: file.id } as const;
  return { ...source, pointer: "/approvalWithin", effect: "denies", says };
}
