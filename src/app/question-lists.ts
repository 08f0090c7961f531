// The lists of a question as they stand, and which version of each answers.

import type { Contract } from "../domain/contract/document.ts";
import { datasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Decision } from "../domain/policy/decide.ts";
import type { Directory } from "../domain/policy/words.ts";
import { isTooNear } from "../domain/privacy/differencing.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { undeclaredIn } from "../domain/question/declared.ts";
import { datasetsOf, isForList, type Question } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { noVersion } from "./end-versions.ts";
import type { List } from "./foresee-question.ts";

/** Reads the lists of a question for its asker. */
export async function listsOf(tx: Transaction, question: Question, recipient: PartnerId): Promise<List[]> {
  const refs = datasetsOf(question);
  const own = refs.filter((ref) => ownerOf(ref) === recipient);
  const [versions, datasets, lasts] = await Promise.all([
    tx.versions.currentOf(refs),
    tx.datasets.named(refs),
    Promise.all(own.map((ref) => tx.releases.lastAsked(recipient, ref))),
  ]);
  return Promise.all(
    refs.map(async (ref) => {
      const version = versions.find(({ partner, dataset }) => datasetRef(partner, dataset) === ref) ?? null;
      const dataset = datasets.find(({ partner, name }) => datasetRef(partner, name) === ref) ?? null;
      const last = version?.drift?.from ?? null;
      const isKnown = last !== null && last === lasts[own.indexOf(ref)];
      return { ref, version, dataset, asked: isKnown ? await tx.versions.find(last) : null };
    }),
  );
}

/**
 * The version in force, where an older one answers in its place: of the asker's own list, if fewer than k people lie
 * between the version that it last asked about and this one. What a list of people is made deniable by needs no such
 * rule. `domain/privacy/README.md` argues both.
 */
export function borneOut(
  lists: readonly List[],
  { question, decision }: { readonly question: Question; readonly decision: Extract<Decision, { kind: "permit" }> },
): VersionRow | null {
  const { k, deniability } = decision.terms;
  if (isForList(question) && deniability !== null) return null;
  const older = lists.find(({ version, asked }) => asked !== null && isTooNear(version?.drift?.people ?? k, k));
  return older?.version ?? null;
}

type Answering = {
  readonly contract: Contract;
  readonly question: Question;
  readonly directory: Directory;
  readonly still: VersionRow | null;
};

/** The versions that answer, in the order of the lists; refused where one is missing, or lacks what is asked of it. */
export async function answeringVersions(
  tx: Transaction,
  { contract, question, directory, still }: Answering,
  lists: readonly List[],
): Promise<Result<VersionRow[], Problem>> {
  const versions: VersionRow[] = [];
  for (const { ref: list, version, asked, dataset } of lists) {
    if (version === null) return err(await noVersion(tx, { list, directory }));
    const issues = dataset === null ? [] : undeclaredIn({ contract, question, list, schema: dataset.schema });
    if (issues.length > 0) return err(unsound(issues));
    versions.push(asked !== null && version === still ? asked : version);
  }
  return ok(versions);
}

/** A question that does not fit, with every issue. */
export function unsound(issues: readonly { readonly path: string; readonly says: string }[]): Problem {
  return problem("question-unsound", issues[0]?.says ?? "the question does not fit the contract", { issues });
}
