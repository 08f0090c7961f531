// The second assessment of a question, in the transaction that records its answer: the first one where nothing has
// changed since, or a new one.

import { isoDate, type UnixMillis } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import { ok, type Result } from "../domain/result.ts";
import type { LogHead } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type Assessing, assessQuestion, type Permitted } from "./assess-question.ts";
import type { Computed } from "./compute-answer.ts";
import { membersOf } from "./offer-contract.ts";
import type { Denied } from "./weigh-question.ts";

type AssessedNow = { readonly assessed: Result<Permitted | Denied, Problem>; readonly head: LogHead };

/**
 * Assesses a question whose figures were computed, if any are wanted. Requires a transaction of `store.write`: the
 * log's head is its alone, so where no entry was added since the first assessment, nothing was changed that has one.
 * Without one in the same transaction are files sealed anew, which hold the same people, and data keys that
 * housekeeping destroys, whose certificate then stands behind the answer.
 */
export async function assessedNow(
  tx: Transaction,
  question: Pick<Assessing, "recipient" | "asked">,
  computed: Computed | null,
): Promise<AssessedNow> {
  if (computed === null) {
    const [assessed, head] = await Promise.all([assessQuestion(tx, question), tx.log.head()]);
    return { assessed, head };
  }
  const { permitted, logSize } = computed;
  const [head] = await Promise.all([tx.log.head(), tx.actForAlso(membersOf(permitted.file.contract))]);
  if (head.size === logSize && isAsPermittedAt(permitted, tx.now)) return { assessed: ok(permitted), head };
  return { assessed: await assessQuestion(tx, { ...question, before: permitted }), head };
}

// What a decision rests on changes together with an entry of the log, or ends by the clock: a day, a version, an
// answer, a request. What counts within a period only becomes less.
function isAsPermittedAt({ at, versions, still, drawn, request }: Permitted, now: UnixMillis): boolean {
  const read = still === null ? versions : [...versions, still];
  const isUnderWay = read.every(({ endsAt }) => endsAt > now) && (drawn === null || drawn.expiresAt > now);
  return isoDate(at) === isoDate(now) && isUnderWay && request === null;
}
