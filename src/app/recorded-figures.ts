// Figures that were given before: read back from their releases, handed on where they are the same draw, and put in a
// series for a trend.

import { isoInstant } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PrivacyNote } from "../domain/question/figures.ts";
import { type Question, questionDigest } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import type { TrendAnswer, TrendPoint } from "../domain/question/trend/analysis.ts";
import type { ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";

/** Digests of the questions whose figures are one draw on the same versions: the question's own first. */
export function drawDigests(question: Question): readonly string[] {
  const twin = rulesOf(question.analysis).twin(question);
  return [questionDigest(question), ...(twin === null ? [] : [questionDigest(twin)])];
}

/** How the figures of a release were protected: equal where one draw serves another recipient. */
export function protectionOf({ answer }: ReleaseRow) {
  const { privacy }: { privacy: PrivacyNote } = JSON.parse(answer);
  const { mode, threshold: k } = privacy;
  return { mode, k, price: privacy.mode === "noise" ? privacy.epsilon : String(privacy.rounding) };
}

/** The figures of a release without what frames them; of a trend, those of its present point. */
export function figuresIn({ answer }: ReleaseRow): object {
  const { figures, points } = partsOf(answer);
  const present = points?.at(-1);
  if (present === undefined) return figures;
  const { asOf: _, versions: __, ...drawn } = present;
  return drawn;
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
  return { asOf: isoInstant(row.releasedAt), versions, ...pointFigures(row) };
}

function pointFigures(row: ReleaseRow): Omit<TrendPoint, "asOf" | "versions"> {
  // SAFETY: the figures of an overlap's release are those that `answerOverlap` gave.
  return figuresIn(row) as Omit<TrendPoint, "asOf" | "versions">;
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
