// Figures that were given before: read back from their releases, handed on where they are the same draw, and put in a
// series for a trend.

import { isoInstant } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Terms } from "../domain/policy/terms.ts";
import type { EpsilonMicros } from "../domain/privacy/epsilon.ts";
import type { CrosstabAnswer } from "../domain/question/crosstab/answer.ts";
import type { CrosstabQuestion } from "../domain/question/crosstab/question.ts";
import { isProtectedAs, type PrivacyNote } from "../domain/question/figures.ts";
import { type OverlapAnswer, tellsOfOthers } from "../domain/question/overlap/answer.ts";
import type { OverlapQuestion } from "../domain/question/overlap/question.ts";
import { isForList, type Question, questionDigest } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import type { TrendAnswer, TrendPoint } from "../domain/question/trend/analysis.ts";
import type { ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";

export type DrawDigests = readonly [string, ...string[]];

/** Digests of the questions whose figures are one draw on the same versions: the question's own first. */
export function drawDigests(question: Question): DrawDigests {
  const twin = rulesOf(question.analysis).twin(question);
  return [questionDigest(question), ...(twin === null ? [] : [questionDigest(twin)])];
}

/**
 * What a question asks for that the differencing guard of exact mode compares: a table, or an overlap, by itself or at
 * the end of a series. Null where it asks for neither.
 */
export function exactlyBehind(question: Question): OverlapQuestion | CrosstabQuestion | null {
  if (question.analysis === "overlap" || question.analysis === "crosstab") return question;
  const twin = question.analysis === "trend" ? rulesOf("trend").twin(question) : null;
  return twin?.analysis === "overlap" || twin?.analysis === "crosstab" ? twin : null;
}

/** A question as its figures are drawn: protected by terms and a price. */
type Draw = {
  readonly recipient: PartnerId;
  readonly question: Question;
  /** Its `drawDigests`. */
  readonly digests: readonly string[];
  readonly terms: Terms;
  readonly epsilon: EpsilonMicros;
};

/**
 * Figures drawn before serve a recipient when they were protected just as its terms demand: its own of the same draw
 * first, then anybody's. What the differencing guard withheld from one recipient says nothing of what another may be
 * told.
 * @param rows  recorded answers of `drawDigests`, newest first
 */
export function drawnBefore(rows: readonly ReleaseRow[], draw: Draw): ReleaseRow | null {
  const { recipient, question, digests, terms, epsilon } = draw;
  if (isForList(question)) return null;
  const own = digests.map((digest) => rows.find((row) => isOf(row, digest) && row.recipient === recipient));
  const anybodys = digests.map((digest) => rows.find((row) => isOf(row, digest)));
  const isUsable = (row: ReleaseRow) => {
    const { privacy }: { privacy: PrivacyNote } = JSON.parse(row.answer);
    const isTold = privacy.mode === "noise" || isTellingOfOthers(question, row);
    return isTold && isProtectedAs(privacy, terms, epsilon);
  };
  return [...own, ...anybodys].find((row) => row !== undefined && isUsable(row)) ?? null;
}

function isOf({ questionDigest }: ReleaseRow, digest: string): boolean {
  return questionDigest === digest;
}

/** Whether an answer shows its recipient exact figures of another's list, which the differencing guard remembers. */
export function showsExactly(question: Question, release: Pick<ReleaseRow, "answer" | "recipient">): boolean {
  if (exactlyBehind(question) === null) return false;
  const { privacy }: { privacy: PrivacyNote } = JSON.parse(release.answer);
  return privacy.mode === "exact" && isTellingOfOthers(question, release);
}

// What was withheld is known to nobody.
function isTellingOfOthers(question: Question, release: Pick<ReleaseRow, "answer" | "recipient">): boolean {
  if (exactlyBehind(question)?.analysis !== "crosstab")
    return tellsOfOthers(overlapFigures(release), release.recipient);
  // SAFETY: the figures of a cross-tab are its answer.
  const { cells } = figuresIn(release) as CrosstabAnswer;
  return cells.some(({ people }) => "released" in people);
}

/**
 * The recipients that have the very figures that were drawn, by what each was told last.
 * @param rows  recorded answers of `drawDigests`, newest first
 */
export function holdersOf(rows: readonly ReleaseRow[], { digests }: Draw, drawn: ReleaseRow): PartnerId[] {
  const recipients = [...new Set(rows.map((row) => row.recipient))];
  const told = digests.flatMap((digest) =>
    recipients.flatMap((recipient) => rows.find((row) => isOf(row, digest) && row.recipient === recipient) ?? []),
  );
  const figures = JSON.stringify(figuresIn(drawn));
  return told.flatMap((row) => (JSON.stringify(figuresIn(row)) === figures ? [row.recipient] : []));
}

/** The figures of a release without what frames them; of a trend, those of its present point. */
export function figuresIn({ answer }: Pick<ReleaseRow, "answer">): object {
  const { figures, points } = partsOf(answer);
  const present = points?.at(-1);
  if (present === undefined) return figures;
  const { asOf: _, versions: __, ...drawn } = present;
  return drawn;
}

/** The figures of an overlap's release, or of the present point of a trend's. */
function overlapFigures(release: Pick<ReleaseRow, "answer">): OverlapAnswer {
  // SAFETY: they are those that `answerOverlap` gave.
  return figuresIn(release) as OverlapAnswer;
}

/** The answer to a trend: what the asker was given before on other versions, then the present figures. */
export async function inSeries(
  tx: Transaction,
  asked: Pick<ReleaseRow, "recipient"> & { readonly question: Question; readonly versionsKey: string },
  present: TrendPoint,
): Promise<TrendAnswer> {
  const rows = await tx.releases.series(asked.recipient, drawDigests(asked.question), LIMITS.trendPoints);
  const earlier = new Map<string, TrendPoint>();
  for (const row of rows) if (row.versions !== asked.versionsKey) earlier.set(row.versions, pointOf(row));
  return { points: [...[...earlier.values()].reverse(), present], privacy: present.privacy };
}

function pointOf(row: ReleaseRow): TrendPoint {
  const { versions, points } = partsOf(row.answer);
  const present = points?.at(-1);
  if (present !== undefined) return present;
  // SAFETY: the series holds answers to the question that the trend follows.
  return { asOf: isoInstant(row.releasedAt), versions, ...figuresIn(row) } as TrendPoint;
}

type Parts = {
  readonly versions: { readonly [list: string]: string };
  readonly points: readonly TrendPoint[] | undefined;
  readonly figures: object;
};

// A release is its figures within a frame that `ask-question.ts` writes.
function partsOf(answer: string): Parts {
  const { id, kind, outcome, contract, recipient, asOf, expiresAt, ...rest } = JSON.parse(answer);
  const { question, versions, consents, spent, reasons, salt, ...figures } = rest;
  return { versions, points: figures.points, figures };
}
