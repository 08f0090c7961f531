// Lists as the matcher compares them: the version that a question or a release rests on, who of it is in the room, and
// the key that opens it. And tables counted over such lists.

import { type DatasetRef, type DatasetSchema, datasetRef, type IdentifierKind } from "../domain/dataset/schema.ts";
import type { Axis, BoundedMeasure, Truth } from "../domain/question/analysis.ts";
import { type Question, questionSchema } from "../domain/question/question.ts";
import { overKeys } from "../domain/question/table.ts";
import type { ComparedList, ContactCap, DataKey, NamedToken } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Ports } from "./ports.ts";
import { versionOf } from "./question-versions.ts";

/** Partners' data keys by partner. Secret. */
export type Keys = ReadonlyMap<string, DataKey>;

/** Consents that people must have given, by list. */
export type Consents = { readonly [list: string]: readonly string[] };

/** A question on versions of its lists. */
export type Comparing = {
  readonly question: Question;
  readonly versions: readonly VersionRow[];
  readonly keys: Keys;
  readonly consents: Consents;
  /** Where an older version answers: the later one of that list, which bears it out. */
  readonly still: VersionRow | null;
  /** The contact caps on people of a list. */
  readonly capsOn: (list: DatasetRef) => readonly ContactCap[];
  /** Whom of a list objections keep out. */
  readonly without: (list: DatasetRef) => readonly NamedToken[];
};

/** One list of a question or of a release. */
export function comparedList(name: DatasetRef, comparing: Comparing): ComparedList {
  const { question, versions, keys, consents, still, capsOn, without } = comparing;
  const version = versionOf(versions, name);
  const dataKey = keys.get(version.partner);
  if (dataKey === undefined) throw new Error("a list's data key was not opened");
  const where = question.where.filter((clause) => clause.dataset === name);
  const [wanted, caps, left] = [consents[name], capsOn(name), without(name)];
  // Terms name only lists that ask for a consent.
  const listed = { segment: version.segment, dataKey, consents: wanted === undefined ? [] : wanted, where };
  const isOlder = still !== null && datasetRef(still.partner, still.dataset) === name;
  return {
    ...listed,
    ...(isOlder ? { still: { segment: still.segment, dataKey } } : {}),
    ...(caps.length === 0 ? {} : { caps }),
    ...(left.length === 0 ? {} : { without: left }),
  };
}

/** No contact caps, as for figures. */
export function uncapped(): readonly ContactCap[] {
  return [];
}

/** The canonical question that a release answered. */
export function storedQuestion(release: Pick<ReleaseRow, "question">): Question {
  const question = questionSchema.parse(JSON.parse(release.question));
  if (question.identifiers === undefined) throw new Error("a stored question is not canonical");
  return { ...question, identifiers: question.identifiers, where: question.where ?? [] } satisfies Question;
}

/** The consents that a release rested on, which outlive its answer. */
export function storedConsents(release: Pick<ReleaseRow, "answer">): { readonly consents: Consents } {
  const answer: { readonly consents: Consents } = JSON.parse(release.answer);
  return answer;
}

/** An attribute of a table, of which of its lists it is, and the values that this list declares, in code order. */
export type PlacedAxis = Axis & { readonly at: number; readonly values: readonly string[] };

/** A table over lists as they are compared. */
export type Counting = {
  readonly lists: readonly ComparedList[];
  readonly identifiers: readonly IdentifierKind[];
  readonly by: readonly PlacedAxis[];
  readonly measure: (BoundedMeasure & { readonly at: number }) | null;
};

/** Counts a table and lays it over the keys of the contract. */
export async function countTable(
  { matcher }: Pick<Ports, "matcher">,
  { lists, identifiers, by, measure }: Counting,
): Promise<Extract<Truth, { kind: "table" }>> {
  const measures =
    measure === null
      ? []
      : [
          {
            list: measure.at,
            measure: measure.measure,
            minimum: measure.minimum,
            maximum: measure.maximum,
          },
        ];
  const counted = await matcher.crossTab({
    lists,
    identifiers,
    by: by.map(({ at, attribute }) => ({ list: at, attribute })),
    measures,
    ...(lists.length === 2 && identifiers.length === 1 ? { standing: "least-token" as const } : {}),
  });
  const values = by.map((axis) => axis.values);
  const laid = (cells: readonly number[]) => overKeys(by, values, cells);
  const [measured] = counted.measures;
  return {
    kind: "table",
    people: laid(counted.people),
    holders: measured === undefined ? [] : laid(measured.holders),
    sums: measured === undefined ? [] : laid(measured.sums),
  };
}

/** The values that a list declares for an attribute. */
export function declaredValues(schema: DatasetSchema | undefined, attribute: string): readonly string[] {
  const declared = schema?.attributes[attribute];
  if (declared === undefined) throw new Error("a list lacks an attribute that a table counts by");
  return declared.values;
}
