// Lists as a question compares them, now or when it was answered, and tables counted over them.

import type { DatasetRef, DatasetSchema, IdentifierKind } from "../domain/dataset/schema.ts";
import type { Axis, BoundedMeasure, Truth } from "../domain/question/analysis.ts";
import { type Question, questionSchema } from "../domain/question/question.ts";
import { overKeys } from "../domain/question/table.ts";
import type { ComparedList, DataKey } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import { versionOf } from "./assess-question.ts";
import type { Ports } from "./ports.ts";

/** The owners' keys by partner. */
export type Keys = ReadonlyMap<string, DataKey>;

/** Consents that people must have given, by list. */
export type Consents = { readonly [list: string]: readonly string[] };

/** A question on versions of its lists. */
export type Comparing = {
  readonly question: Question;
  readonly versions: readonly VersionRow[];
  readonly opened: { readonly keys: Keys };
  readonly consents: Consents;
};

/** One list of a question: its version, and who of it the question is about. */
export function comparedList(name: DatasetRef, { question, versions, opened, consents }: Comparing): ComparedList {
  const version = versionOf(versions, name);
  const dataKey = opened.keys.get(version.partner);
  if (dataKey === undefined) throw new Error("a list's data key was not opened");
  const where = question.where.filter((clause) => clause.dataset === name);
  return { segment: version.segment, dataKey, consents: consentsFor(name, consents), where };
}

// Terms name only lists that ask for a consent.
function consentsFor(name: DatasetRef, consents: Consents): readonly string[] {
  const wanted = consents[name];
  return wanted === undefined ? [] : wanted;
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
