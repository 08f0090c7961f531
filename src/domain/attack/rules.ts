// The rules that a room of attacks plays by: those of the real room, or with one of them broken, for attacks to be
// tried on.

import type { ContractId } from "../contract/document.ts";
import type { DatasetRef } from "../dataset/schema.ts";
import { isTurned } from "../privacy/deniability.ts";
import type { RandomBytes } from "../privacy/random.ts";
import type { Answer, Priced, Truth } from "../question/analysis.ts";
import type { Question } from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import type { Probe } from "./probe.ts";
import { truthOf } from "./truths.ts";

export type Rules = {
  /** What is found on the lists. */
  readonly measure: typeof truthOf;
  /** What is told of it. */
  readonly answer: (priced: Priced<Question>, truths: readonly Truth[], random: RandomBytes) => Answer;
  /** Where the noise of an answer comes from. */
  readonly noise: (random: RandomBytes, question: Question) => RandomBytes;
  /** Whether the coin of a deniable list tells one membership the other way round. */
  readonly turns: typeof isTurned;
  /** In whose account an answer about a list stands. */
  readonly account: (lineage: DatasetRef, contract: ContractId, probe: Probe) => string;
  /** Under which name an answer is kept for those who ask the same again, given the question's digest. */
  readonly recordedAs: (digest: string, probe: Probe) => string;
};

/** The rules of the real room. */
export const ROOM_RULES: Rules = {
  measure: truthOf,
  answer: (priced, truths, random) => rulesOf(priced.question.analysis).answer(priced, truths, random),
  noise: (random) => random,
  turns: isTurned,
  account: (lineage) => lineage,
  recordedAs: (digest) => digest,
};
