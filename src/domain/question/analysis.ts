// What an analysis is: everything that the room must know to canonicalise, decide, price, compute, answer and explain
// one kind of question. Each analysis is a folder with one such object, and one line in `registry.ts`.

import type { Contract } from "../contract/document.ts";
import type { DatasetRef, IdentifierKind } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Aggregate, AttributeUse } from "../policy/limits-document.ts";
import type { Terms } from "../policy/terms.ts";
import type { Directory } from "../policy/words.ts";
import type { EpsilonMicros } from "../privacy/epsilon.ts";
import type { RandomBytes } from "../privacy/random.ts";
import type { Canonical, QuestionIssue } from "./asked.ts";
import type { CrosstabQuestion } from "./crosstab/question.ts";
import type { OverlapQuestion } from "./overlap/question.ts";
import type { TrendQuestion } from "./trend/question.ts";

/** An attribute or measure of a list, and what a question does with it. */
export type AttributeUsed = {
  readonly dataset: DatasetRef;
  readonly attribute: string;
  readonly use: AttributeUse;
  /** Of a measure: what is told of it. */
  readonly aggregate?: Aggregate;
  /** Of people who are grouped: by which of the contract's groupings, single values when absent. */
  readonly grouping?: string;
};

/** Whose people a table counts: those of one list, or those whom several lists share. */
export type TableMeasurement = {
  readonly kind: "table";
  readonly lists: readonly DatasetRef[];
  readonly identifiers: readonly IdentifierKind[];
  readonly by: readonly Axis[];
  readonly measure: BoundedMeasure | null;
};

/** An attribute of a table, and its keys in the contract's order: the declared values, or groups of them. */
export type Axis = {
  readonly dataset: DatasetRef;
  readonly attribute: string;
  readonly keys: readonly string[];
  /** Where keys are groups: the grouping's name, and the values under each key. */
  readonly grouped?: { readonly by: string; readonly members: readonly (readonly string[])[] };
};

/** A measure, and the bounds that each person's value is clamped to, in units of 10^-scale. */
export type BoundedMeasure = {
  readonly dataset: DatasetRef;
  readonly measure: string;
  readonly scale: number;
  readonly minimum: number;
  readonly maximum: number;
};

/** What is to be found out on the data for an answer. */
export type Measurement =
  | { readonly kind: "overlap"; readonly lists: readonly DatasetRef[]; readonly identifiers: readonly IdentifierKind[] }
  | TableMeasurement
  | {
      readonly kind: "selection";
      readonly own: DatasetRef;
      readonly other: DatasetRef;
      readonly identifiers: readonly IdentifierKind[];
    };

/** What was found, in the order of the measurements. Secret. */
export type Truth =
  | {
      readonly kind: "overlap";
      readonly sizes: readonly number[];
      /** `regions[mask]`, `regions[0]` unused. */
      readonly regions: readonly number[];
      readonly byIdentifier: readonly number[];
    }
  | {
      readonly kind: "table";
      /** By cell: each axis has its keys and one more, which comes last; the last axis varies fastest. */
      readonly people: readonly number[];
      /** People with a value of the measure, and the sum of their clamped values; empty without a measure. */
      readonly holders: readonly number[];
      readonly sums: readonly number[];
    }
  | {
      readonly kind: "selection";
      /** How many records would leave: those that match, or those that a coin told as if they did. */
      readonly size: number;
      /** Records of the asker's own that are in the room. */
      readonly room: number;
      /** People by which it differs from the nearest list that the recipient has; null when it has none. */
      readonly nearest: number | null;
    };

/** A permitted question: with the contract that declares its keys and bounds, its terms and its price. */
export type Priced<Question> = {
  readonly contract: Contract;
  readonly question: Question;
  readonly terms: Terms;
  readonly epsilon: EpsilonMicros;
};

/** What leaves the room: figures, and whether a list may. */
export type Answer = { readonly outcome: "released" | "withheld"; readonly figures: object };

/** How far a kind of figure may lie from the truth: half of its 95 % interval, in units of 10^-scale. */
export type Margin = {
  readonly of: string;
  readonly plusMinus: number;
  readonly scale: number;
  /** Of Gaussian noise, how far it spreads, to four places. */
  readonly sigma?: number;
};

/** Whom a label is for, and how the answer would look, where it is permitted. */
export type Telling = {
  readonly recipient: PartnerId;
  readonly directory: Directory;
  readonly terms: Terms | null;
  readonly margins: readonly Margin[];
};

/** A question that tells less, or something else; `says` completes "ask …". */
export type Narrower<Question> = { readonly question: Question; readonly says: string };

/** What a contract lets somebody learn, for the people who sign it. */
export type Agreeing = {
  /** `Ann may`, `Ann and Ben may each`. */
  readonly may: string;
  /** `Cat's`. */
  readonly whose: string;
  /** Whose customers may be among them besides: `its own`, or `its own or another member's`. */
  readonly others: string;
  /** `, for insight and cross-sell,`. */
  readonly purposes: string;
  readonly channels: string;
  /** Whether the contract asks that entries of lists are deniable. */
  readonly isDeniable: boolean;
  /** What people may be grouped by and which measures may be added up, of this owner's lists, in words. */
  readonly groups: readonly string[];
  readonly measures: readonly string[];
};

type TwinQuestion = OverlapQuestion | CrosstabQuestion | TrendQuestion;

/** The rules of one analysis. Methods, so that the rules of any analysis stand for those of all of them. */
export type AnalysisRules<Asked, Question = Canonical<Asked>> = {
  /** Where a list of the question that does not fit is pointed at. */
  readonly place: string;
  /** Its answers that carry noise although every document would have them exact: `affinities`. Null where none does. */
  readonly noised: string | null;
  /** Whether the answer to this question is one of them. */
  isNoised(question: Question): boolean;
  /** The lists that a question touches. */
  listsOf(asked: Asked): readonly DatasetRef[];
  /** What does not fit, beyond lists, identifiers and clauses. `identifiers` are those that it would be matched by. */
  issuesOf(contract: Contract, asked: Asked, identifiers: readonly IdentifierKind[]): readonly QuestionIssue[];
  /** The analysis' own members in their one order. */
  canonical(question: Canonical<Asked>): Question;
  /** The attributes that it uses besides those of its clauses. */
  usesOf(question: Question): readonly AttributeUsed[];
  /** The question with one thing less in it, or told more coarsely, as the contract knows it; the nearest first. */
  narrower(question: Question, contract: Contract): readonly Narrower<Question>[];
  /** A question of another analysis whose figures are the same draw on the same versions: neither pays twice. */
  twin(question: Question): TwinQuestion | null;
  measurements(contract: Contract, question: Question): readonly Measurement[];
  /** What exact mode needs to know besides, in an order of its own after these. */
  exactMeasurements(contract: Contract, question: Question): readonly Measurement[];
  /** The answer; costs what the terms were charged. Spends randomness in noise mode only. */
  answer(priced: Priced<Question>, truths: readonly Truth[], random: RandomBytes): Answer;
  /** How sure its figures will be; nothing in exact mode. */
  margins(priced: Priced<Question>): readonly Margin[];
  /** What the answer would tell, and to whom: sentences without a full stop. */
  tells(question: Question, telling: Telling): readonly string[];
  /** The same for a contract, before there is a question: one sentence. */
  agreed(agreeing: Agreeing): string;
};
