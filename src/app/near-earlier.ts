// Whether exact figures would be too near to ones that the asker was given before: the people behind both are compared
// by the matcher, in any contract and of any version. `../domain/privacy/README.md` says which and why.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, type DatasetSchema, datasetRef } from "../domain/dataset/schema.ts";
import { type Cell, comparisonsOf, isTooNear } from "../domain/privacy/differencing.ts";
import { areFarApart, type ExactFigures, relationOf } from "../domain/privacy/table-differencing.ts";
import type { Axis } from "../domain/question/analysis.ts";
import type { PrivacyNote } from "../domain/question/figures.ts";
import { rulesOf } from "../domain/question/registry.ts";
import type { Selection } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Permitted } from "./assess-question.ts";
import { comparedList, declaredValues, type Keys, storedConsents, storedQuestion, uncapped } from "./compared-list.ts";
import { type Counted, meetingOf } from "./count-meeting.ts";
import { EVER } from "./given-lists.ts";
import { type Objections, withoutObjecting } from "./objections.ts";
import type { Ports } from "./ports.ts";
import { versionOf } from "./question-versions.ts";
import { exactlyBehind } from "./recorded-figures.ts";

/** An earlier release with what it is made again from. */
export type Earlier = {
  readonly release: ReleaseRow;
  /** Those that are still there; none where an older version cannot be borne out any more. */
  readonly versions: readonly VersionRow[];
  /** Where an older version answered, the one that bore it out. */
  readonly still: VersionRow | null;
  /** How these versions' lists are declared, in their order. */
  readonly schemas: readonly DatasetSchema[];
  /** The contract that it was given under, if the recipient still sees it. */
  readonly contract: Contract | null;
};

/** Reads what an earlier release is made again from. */
export async function earlierIn(tx: Transaction, release: ReleaseRow): Promise<Earlier> {
  const [found, still, file] = await Promise.all([
    Promise.all(release.versions.split(",").map((id) => tx.versions.find(id))),
    release.still === null ? null : tx.versions.find(release.still),
    tx.contracts.find(release.contract),
  ]);
  const isWhole = release.still === null || still !== null;
  const versions = isWhole ? found.filter((version) => version !== null) : [];
  const lists = await Promise.all(versions.map(({ partner, dataset }) => tx.datasets.find(partner, dataset)));
  const schemas = lists.flatMap((list) => (list === null ? [] : [list.schema]));
  return { release, versions, still, schemas, contract: file === null ? null : file.contract };
}

/** What opens lists, and who is to be left out of comparisons of them. */
type Open = { readonly keys: Keys; readonly objections: Objections };
type Opened = Open & { readonly earlier: readonly Earlier[] };

/** Whether exact figures would be too near to earlier ones. Cost: the matcher's, for each earlier answer. */
export async function isNearEarlier(
  ports: Pick<Ports, "matcher">,
  permitted: Permitted,
  opened: Opened,
): Promise<boolean> {
  const { versions: rows, still, schemas, decision, file } = permitted;
  const question = exactlyBehind(permitted.question);
  if (question === null || decision.terms.mode !== "exact") return false;
  const { consents, k } = decision.terms;
  const asked = placed({ question, consents, k, rows, still, schemas, contract: file.contract });
  for (const earlier of opened.earlier) {
    const given = placedBefore(earlier, opened.keys);
    if (given === null || (await areNear(ports, { asked, given, permitted, open: opened }))) return true;
  }
  return false;
}

/** An exact answer on versions of its lists, with all that counting its people again needs. */
type Placed = ExactFigures & {
  readonly rows: readonly VersionRow[];
  readonly still: VersionRow | null;
  readonly schemas: readonly DatasetSchema[];
  /** Of a table, its attributes with the contract's keys; none of an overlap. */
  readonly axes: readonly Axis[];
};

type Unplaced = Omit<Placed, "versions" | "axes" | "keys"> & { readonly contract: Contract };

// A version that another bore out is not the same people as the version alone.
function placed({ contract, ...answer }: Unplaced): Placed {
  const { question, rows, still } = answer;
  const nameOf = ({ id, partner }: VersionRow) => (partner === still?.partner ? `${id} in ${still.id}` : id);
  const names = question.between.map((list) => [list, nameOf(versionOf(rows, list))]);
  const [table] = question.analysis === "crosstab" ? rulesOf("crosstab").measurements(contract, question) : [];
  const axes = table?.kind === "table" ? table.by : [];
  return { ...answer, versions: Object.fromEntries(names), axes, keys: axes.map(partingOf) };
}

// What parts people: the keys of an axis, and of groups the values that each holds.
function partingOf({ keys, grouped }: Axis): readonly string[] {
  if (grouped === undefined) return keys;
  return [...keys, canonicalJson(grouped.members.map((values) => [...values]))];
}

// A list of somebody who is not asked now cannot be opened, so nothing is known of how near it is: null.
function placedBefore({ release, versions: rows, still, schemas, contract }: Earlier, keys: Keys): Placed | null {
  const question = exactlyBehind(storedQuestion(release));
  if (question === null) throw new Error("an earlier exact answer is none");
  const isThere = rows.length === question.between.length && schemas.length === rows.length;
  if (!isThere || contract === null || rows.some(({ partner }) => !keys.has(partner))) return null;
  const { privacy }: { privacy?: PrivacyNote } = JSON.parse(release.answer);
  const k = privacy === undefined ? null : privacy.threshold;
  return placed({ question, consents: storedConsents(release).consents, k, rows, still, schemas, contract });
}

type Comparing = {
  readonly asked: Placed;
  readonly given: Placed;
  readonly permitted: Permitted;
  readonly open: Open;
};

async function areNear(ports: Pick<Ports, "matcher">, comparing: Comparing): Promise<boolean> {
  const { asked, given, permitted, open } = comparing;
  const { recipient, terms } = permitted.decision;
  if (asked.question.analysis === "overlap" && given.question.analysis === "overlap")
    return areOverlapsNear(ports, comparing);
  const relation = relationOf(asked, given, recipient);
  if (relation.kind !== "to-compare") return relation.kind === "too-near";
  const answers = { asked: countedOf(asked, open), given: countedOf(given, open) };
  for (const list of relation.lists) {
    const meeting = await meetingOf(ports, answers, list);
    if (!areFarApart({ ...meeting, areSamePeople: relation.areSamePeople }, terms.k)) return true;
  }
  return false;
}

async function areOverlapsNear(ports: Pick<Ports, "matcher">, comparing: Comparing): Promise<boolean> {
  const { asked, given, permitted, open } = comparing;
  const { recipient, terms } = permitted.decision;
  if (asked.question.analysis !== "overlap" || given.question.analysis !== "overlap")
    throw new Error("an overlap is compared with what is none");
  const comparisons = comparisonsOf(
    { ...asked, question: asked.question },
    { ...given, question: given.question },
    recipient,
  );
  if (comparisons === null) return true;
  for (const { asked: one, given: other } of comparisons) {
    const [left, right] = [selectionOf(asked, one, open), selectionOf(given, other, open)];
    const { onlyLeft, onlyRight } = await ports.matcher.difference(left, right);
    if (isTooNear(onlyLeft + onlyRight, terms.k)) return true;
  }
  return false;
}

// A list compared with itself is everybody on it whom the question's identifiers can tell.
function selectionOf(answer: Placed, { list, sharedWith }: Cell, open: Open): Selection {
  const compared = (name: DatasetRef) => comparedIn(answer, name, open);
  return { own: compared(list), other: compared(sharedWith ?? list), identifiers: answer.question.identifiers };
}

function comparedIn({ question, rows: versions, consents, still }: Placed, name: DatasetRef, open: Open) {
  const without = withoutObjecting(open.objections, { question, consents }, EVER);
  return comparedList(name, { question, versions, keys: open.keys, consents, still, capsOn: uncapped, without });
}

function countedOf(answer: Placed, open: Open): Counted {
  const { question, rows, schemas, axes, k } = answer;
  const lists = new Map(question.between.map((list) => [list, comparedIn(answer, list, open)]));
  const schemaOf = (list: DatasetRef) =>
    schemas[rows.findIndex(({ partner, dataset }) => datasetRef(partner, dataset) === list)];
  const by = axes.map((axis) => ({ ...axis, values: declaredValues(schemaOf(axis.dataset), axis.attribute) }));
  return { lists, identifiers: question.identifiers, by, k };
}
