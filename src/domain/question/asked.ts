// What every question has, whatever its analysis: contract, purpose, who may match, which people, at what price.

import { z } from "zod";
import { contractIdSchema } from "../contract/document.ts";
import { datasetRefSchema, type IdentifierKind, identifierKindSchema } from "../dataset/schema.ts";
import { LIMITS } from "../limits.ts";
import { slugSchema } from "../partner/manifest.ts";
import { epsilonSchema } from "../policy/limits-document.ts";
import { publicText } from "../public-text.ts";

const clauseSchema = z.strictObject({
  dataset: datasetRefSchema,
  attribute: slugSchema,
  /** Rows whose value is one of these. */
  in: z.array(publicText(100)).min(1).max(1_000),
});

/** The members that all questions share. */
export const askedShape = {
  contract: contractIdSchema,
  purpose: slugSchema,
  /** The identifiers that may match; all that the contract permits when absent. */
  identifiers: z.array(identifierKindSchema).min(1).exactOptional(),
  /** Rows that satisfy every clause. */
  where: z.array(clauseSchema).max(LIMITS.questionClauses).exactOptional(),
  /** The privacy price of the answer, at most `perRelease` of the terms, which is the price when absent. */
  epsilon: epsilonSchema.exactOptional(),
};

export type Clause = z.output<typeof clauseSchema>;

/** A question whose identifiers and clauses are spelt out in their one order. */
export type Canonical<Asked> = Asked & {
  readonly identifiers: readonly IdentifierKind[];
  readonly where: readonly Clause[];
};

/** A place of a question that does not fit its contract. */
export type QuestionIssue = { readonly path: string; readonly says: string };
