// What a question will most likely be decided on: what the last question of the same asker about the same lists was.
// So all that a decision needs can be asked of the database at once. It is asked afresh each time: where something is
// different now, what was foreseen is not used.

import type { Contract, ContractId } from "../domain/contract/document.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Decision, decide } from "../domain/policy/decide.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { Directory } from "../domain/policy/words.ts";
import type { EpsilonMicros } from "../domain/privacy/epsilon.ts";
import { type AskedQuestion, datasetsOf, type Question, questionBy } from "../domain/question/question.ts";
import { askingPrice } from "./charge-question.ts";
import { type DrawDigests, drawDigests } from "./recorded-figures.ts";

/** What a permit was decided on, and the versions that answered. */
export type Grounds = {
  /** As it was read: a contract never changes under its id. */
  readonly contract: Contract;
  /** The day, `YYYY-MM-DD`. */
  readonly on: string;
  readonly directory: Directory;
  readonly policies: ReadonlyMap<PartnerId, PolicyInForce>;
  /** The day, the directory and the policies as one text. */
  readonly ground: string;
  readonly versionsKey: string;
};

type Asking = { readonly recipient: PartnerId; readonly asked: AskedQuestion };

/** The grounds of last permits, by asker, contract and lists; in memory, as they only save time. */
export type LastGrounds = {
  readonly of: (asking: Asking) => Grounds | null;
  readonly keep: (asking: Asking, grounds: Grounds) => void;
};

/** Keeps so many, those least recently kept dropped first. */
export function lastGrounds(most: number): LastGrounds {
  const kept = new Map<string, Grounds>();
  return {
    of: (asking) => kept.get(keyOf(asking)) ?? null,
    keep: (asking, grounds) => {
      const key = keyOf(asking);
      kept.delete(key);
      kept.set(key, grounds);
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
    },
  };
}

function keyOf({ recipient, asked }: Asking): string {
  return [recipient, asked.contract, ...datasetsOf(asked)].join(" ");
}

/** A permit that stands where its ground does, and the names of what it would be answered by. */
export type Foreseen = {
  readonly file: { readonly id: ContractId; readonly contract: Contract };
  readonly question: Question;
  readonly digest: string;
  readonly digests: DrawDigests;
  readonly directory: Directory;
  readonly decision: Extract<Decision, { kind: "permit" }>;
  readonly epsilon: EpsilonMicros;
  readonly versionsKey: string;
  readonly ground: string;
};

/** The assessment of a question on the grounds of the last one; null where there is none, or it would not permit. */
export function foresee(last: LastGrounds, { recipient, asked }: Asking): Foreseen | null {
  const grounds = last.of({ recipient, asked });
  if (grounds === null) return null;
  const { contract, on, directory, policies, ground, versionsKey } = grounds;
  const worded = questionBy(recipient, contract, asked);
  if (!worded.ok) return null;
  const question = worded.value;
  const contractId = asked.contract;
  const decision = decide({ contract, contractId, question, recipient, on, directory, policies });
  if (decision.kind === "deny") return null;
  const digests = drawDigests(question);
  const epsilon = askingPrice(question, decision);
  const file = { id: contractId, contract };
  return { file, question, digest: digests[0], digests, directory, decision, epsilon, versionsKey, ground };
}
