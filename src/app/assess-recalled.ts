// An explanation from what is remembered of the last one. What it rests on changes together with an entry of the log
// that concerns a member, or ends by the clock, so one look into the log tells whether all of it stands.

import type { UnixMillis } from "../domain/instant.ts";
import { type Books, chargingFrom } from "./charge-question.ts";
import { NO_LISTS } from "./count-contacts.ts";
import { type Asking, type ForeseenFrom, isUnderWay } from "./foresee-question.ts";
import { membersOf } from "./offer-contract.ts";
import type { Ports } from "./ports.ts";
import { type Denied, type Explicable, weighQuestion } from "./weigh-question.ts";

/**
 * A question assessed from what is remembered. Null where something is not remembered, or may be different now: then it
 * is to be read. One message to the store.
 */
export async function assessRecalled(
  { store, grounds }: Pick<Ports, "store" | "grounds">,
  asking: Asking,
  before: ForeseenFrom,
): Promise<Explicable | Denied | null> {
  const { from, recalled, ...foreseen } = before;
  const { logSize, file, lists } = from;
  if (recalled === null || logSize === null) return null;
  const { given, versions, still, books } = recalled;
  // Of what was answered before only the question is remembered.
  if (foreseen.digests.some((digest) => given.has(digest))) return null;
  const { size, isOurs, now } = await store.logSince(membersOf(file.contract), logSize);
  if (isOurs || !isUnderWay(from, now) || !stands(books, now)) return null;
  grounds.keep(asking, { ...from, logSize: size });
  const ruled = { ...foreseen, file, recipient: asking.recipient };
  const charging = chargingFrom(books, { ...ruled, contract: file.contract });
  const found = { versions, still, books, asked: lists, answers: [], charging, guarded: [] };
  return weighQuestion(ruled, { ...found, lists: NO_LISTS, at: now });
}

function stands({ until }: Books, now: UnixMillis): boolean {
  return until === null || now < until;
}
