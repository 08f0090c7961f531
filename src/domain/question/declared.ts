// A question against a list as its owner declared it: the contract may name what the list does not have.

import type { Contract } from "../contract/document.ts";
import { type DatasetRef, type DatasetSchema, datasetRef, measuresOf } from "../dataset/schema.ts";
import type { AttributeUsed } from "./analysis.ts";
import type { QuestionIssue } from "./asked.ts";
import { attributesOf, type Question } from "./question.ts";
import { axisOf, measureIn, valuesOnAxis } from "./table.ts";

/** A list of a question, with its schema and the contract that names it. */
export type Declared = {
  readonly contract: Contract;
  readonly question: Question;
  readonly list: DatasetRef;
  readonly schema: DatasetSchema;
};

/**
 * What a question uses of a list and the list's schema lacks: an identifier, its namespace, values of an attribute that
 * people are chosen or grouped by, a measure of the contract's scale.
 */
export function undeclaredIn(declared: Declared): QuestionIssue[] {
  const { question, list, schema } = declared;
  const identifiers = question.identifiers
    .filter((kind) => schema.identifiers[kind] === undefined)
    .map((kind) => ({ path: "/identifiers", says: `the list \`${list}\` has no \`${kind}\`` }));
  const clauses = question.where
    .filter((clause) => clause.dataset === list)
    .filter((clause) => !clause.in.every((value) => schema.attributes[clause.attribute]?.values.includes(value)))
    .map((clause) => ({ path: "/where", says: `the list \`${list}\` has no such \`${clause.attribute}\`` }));
  const used = attributesOf(question).filter((one) => one.dataset === list && !isDeclared(declared, one));
  const missing = used.map(({ attribute, use }) => ({
    path: use === "measure" ? "/measure" : "/by",
    says: `the list \`${list}\` does not declare \`${attribute}\` as the contract does`,
  }));
  return [...identifiers, ...namespaceIssues(declared), ...clauses, ...missing];
}

function isDeclared({ contract, schema }: Declared, used: AttributeUsed): boolean {
  const { dataset, attribute, use } = used;
  if (use === "filter") return true;
  if (use === "measure") {
    const own = measuresOf(schema).find(([name]) => name === attribute)?.[1];
    return own !== undefined && own.scale === measureIn(contract, { dataset, measure: attribute })?.scale;
  }
  const own = schema.attributes[attribute]?.values;
  const axis = axisOf(contract, used);
  return axis !== undefined && valuesOnAxis(axis).every((value) => own?.includes(value));
}

function namespaceIssues({ contract, question, list, schema }: Declared): QuestionIssue[] {
  const own = schema.identifiers.external?.namespace;
  if (own === undefined || !question.identifiers.includes("external")) return [];
  const agreed = contract.datasets.find((one) => datasetRef(one.partner, one.dataset) === list)?.namespace;
  if (own === agreed) return [];
  const says = `the external ids of \`${list}\` are \`${own}\`, and the contract's are \`${agreed}\``;
  return [{ path: "/identifiers", says }];
}
