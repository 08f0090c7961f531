// What the guards between lists, and between exact figures, could not compare is refused: with what cannot be made
// again, and with what partners were given whom an owner counts as one with the asker. What anybody was given is no
// secret of the data, so it is said openly.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Decision } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import { type Directory, listInWords, nameOf } from "../domain/policy/words.ts";
import { datasetsOf, isForList, type Question } from "../domain/question/question.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { exactlyBehind } from "./recorded-figures.ts";

type Ruled = {
  readonly file: Pick<ContractFile, "id" | "contract">;
  readonly directory: Directory;
  readonly question: Question;
  readonly decision: Extract<Decision, { kind: "permit" }>;
  readonly recipient: PartnerId;
};

/**
 * Why a question cannot be answered for want of a guard, once it is known whether an earlier list is lost. Of figures
 * with noise, and of deniable lists, the ledger is the guard, and affiliates have one together.
 */
export async function unguardedIn(
  tx: Transaction,
  ruled: Ruled,
): Promise<(lists: { readonly isLost: boolean }) => readonly Reason[]> {
  const { question, decision, directory, recipient } = ruled;
  const isList = isForList(question);
  if (!isGuarded(ruled)) return () => [];
  const others = datasetsOf(question).filter((list) => ownerOf(list) !== recipient);
  const [shared, lost] = await Promise.all([
    sharedIn(tx, { others, decision, directory, isList }),
    isList ? [] : lostFigures(tx, others, recipient),
  ]);
  return ({ isLost }) => {
    if (shared.length > 0) return shared;
    return [...lost, ...(isList && isLost ? [question.matching] : [])].map((list) => lostReason(ruled, list));
  };
}

/** Whether a question rests on what was given before beside the ledger: on earlier lists, or on exact figures. */
export function restsOnEarlier(ruled: Pick<Ruled, "question" | "decision">): boolean {
  return isForList(ruled.question) || isGuarded(ruled);
}

function isGuarded({ question, decision }: Pick<Ruled, "question" | "decision">): boolean {
  const { mode, deniability } = decision.terms;
  return isForList(question) ? deniability === null : exactlyBehind(question) !== null && mode === "exact";
}

// Exact figures whose data were deleted with a contract cannot be made again to compare others with them, and nobody
// knows how few people would tell the two apart.
async function lostFigures(
  tx: Transaction,
  others: readonly DatasetRef[],
  recipient: PartnerId,
): Promise<readonly DatasetRef[]> {
  const counts = await Promise.all(others.map((list) => tx.releases.unrepeatable(recipient, list)));
  return others.filter((_, index) => counts[index] !== 0);
}

function lostReason({ question, file, directory }: Ruled, list: DatasetRef): Reason {
  const source = { document: "contract", version: file.contract.version, digest: file.id } as const;
  const earlier = isForList(question) ? "an earlier list from" : "data of earlier exact figures about";
  const says =
    `${earlier} ${listInWords(directory, list)} was deleted when its contract was terminated, or at its end, so ` +
    "another one could not be compared with it any more";
  return { ...source, pointer: "/analyses", effect: "denies", says };
}

type Sharing = Pick<Ruled, "decision" | "directory"> & {
  readonly others: readonly DatasetRef[];
  readonly isList: boolean;
};

// The guards would have to open lists of a partner that is no party to this question, so of those whom an owner counts
// as one recipient the first that was given any is the only one.
async function sharedIn(tx: Transaction, { others, decision, directory, isList }: Sharing): Promise<readonly Reason[]> {
  const found = others.map(async (list): Promise<readonly Reason[]> => {
    const affiliates = decision.terms.affiliates[list];
    const owner = decision.owners.find(({ partner }) => partner === ownerOf(list));
    if (affiliates === undefined || owner === undefined) return [];
    const given = await Promise.all(
      affiliates.map((one) => (isList ? tx.releases.audiences(one, list) : tx.releases.exactFigures(one, list))),
    );
    if (given.every((releases) => releases.length === 0)) return [];
    const what = isList ? "a list from" : "exact figures of";
    const whose = nameOf(directory, owner.partner);
    const named = `${what} ${listInWords(directory, list)}`;
    const says = `an affiliate of yours was given ${named}, and for ${whose} the two of you are one recipient`;
    const source = {
      document: "policy",
      partner: owner.partner,
      version: owner.version,
      digest: owner.digest,
    } as const;
    return [{ ...source, pointer: "/affiliates", effect: "denies", says }];
  });
  return (await Promise.all(found)).flat();
}
