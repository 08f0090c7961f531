// Questions: what a recipient may ask under a contract, their one canonical form, and what each touches.
// Two questions that mean the same have the same canonical form, hence one recorded answer and one price.

import { z } from "zod";
import { canonicalDigest } from "../canonical-json.ts";
import type { Contract } from "../contract/document.ts";
import { type DatasetRef, datasetRef, IDENTIFIER_KINDS, type IdentifierKind, ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Analysis } from "../policy/limits-document.ts";
import { err, ok, type Result } from "../result.ts";
import type { AttributeUsed } from "./analysis.ts";
import type { Clause, QuestionIssue } from "./asked.ts";
import { type AnyQuestion, QUESTION_SCHEMAS, rulesOf } from "./registry.ts";
import { axisOf } from "./table.ts";

export const questionSchema = z.discriminatedUnion("analysis", QUESTION_SCHEMAS);

export type AskedQuestion = z.output<typeof questionSchema>;

/** A question in canonical form, known to fit its contract. */
export type Question = AnyQuestion;

/**
 * Puts a question into canonical form against its contract: lists sorted, identifiers spelt out in the contract's
 * order, or in the room's own where the contract lets any count, clauses on one attribute merged and all sorted. Issues
 * name each place that does not fit.
 */
export function canonicalQuestion(
  contract: Contract,
  asked: AskedQuestion,
): Result<Question, readonly QuestionIssue[]> {
  const rules = rulesOf(asked.analysis);
  const identifiers = identifiersOf(contract, asked);
  const issues = [
    ...listIssues(contract, asked),
    ...identifierIssues(contract, asked),
    ...rules.issuesOf(contract, asked, identifiers),
    ...clauseIssues(contract, asked),
  ];
  if (issues.length > 0) return err(issues);
  return ok(rules.canonical({ ...withPrice(asked), identifiers, where: canonicalClauses(asked.where) }));
}

/** Puts a question of an asker's into canonical form: a list of people, besides, is made from the asker's own list. */
export function questionBy(
  asker: PartnerId,
  contract: Contract,
  asked: AskedQuestion,
): Result<Question, readonly QuestionIssue[]> {
  const canonical = canonicalQuestion(contract, asked);
  if (!canonical.ok || !isForList(canonical.value) || ownerOf(canonical.value.from) === asker) return canonical;
  return err([{ path: "/from", says: "a list of people is made from the asker's own list" }]);
}

/** SHA-256 of a canonical question: what makes a repeated question the same question. */
export function questionDigest(question: Question): string {
  return canonicalDigest(question);
}

/** A question but for its price, as text: two that differ in nothing else have the same. */
export function unpriced(question: Question): string {
  const { epsilon: _, ...rest } = question;
  return JSON.stringify(rest);
}

/** The lists that a question touches, sorted. */
export function datasetsOf(question: AskedQuestion): DatasetRef[] {
  return [...rulesOf(question.analysis).listsOf(question)].sort();
}

/** The attributes and measures that a question uses, and how: those that choose people, then its analysis' own. */
export function attributesOf(question: Question): readonly AttributeUsed[] {
  const chosen = question.where.map(({ dataset, attribute }) => ({ dataset, attribute, use: "filter" as const }));
  return [...chosen, ...rulesOf(question.analysis).usesOf(question)];
}

/** A question for a list of the asker's own records. */
export type ListQuestion = Extract<Question, { readonly channel: string }>;

/** Whether records come back, and not figures alone. */
export function isForList(question: Question): question is ListQuestion {
  return "channel" in question;
}

/** Where the people of a list will be reached or left out; null for figures. */
export function channelOf(question: Question): string | null {
  return isForList(question) ? question.channel : null;
}

/** The analysis as the contract permits it, or nothing. */
export function analysisOf(contract: Contract, analysis: Analysis): Contract["analyses"][number] | undefined {
  return contract.analyses.find((one) => one.analysis === analysis);
}

function listIssues(contract: Contract, asked: AskedQuestion): QuestionIssue[] {
  const lists = datasetsOf(asked);
  const known = new Set<string>(contract.datasets.map((one) => datasetRef(one.partner, one.dataset)));
  const { place } = rulesOf(asked.analysis);
  const issues = lists
    .filter((list) => !known.has(list))
    .map((list) => ({ path: place, says: `the contract has no list \`${list}\`` }));
  if (new Set(lists).size !== lists.length) issues.push({ path: place, says: "each list stands once" });
  const owners = lists.map(ownerOf);
  if (new Set(owners).size !== owners.length)
    issues.push({ path: place, says: "the lists belong to different members" });
  return issues;
}

function identifierIssues(contract: Contract, asked: AskedQuestion): QuestionIssue[] {
  const permitted = permittedIdentifiers(contract, asked);
  const issues = (asked.identifiers ?? [])
    .filter((identifier) => !permitted.includes(identifier))
    .map((identifier) => ({
      path: "/identifiers",
      says: `the contract does not match these lists by \`${identifier}\``,
    }));
  const used = identifiersOf(contract, asked);
  if (used.length === 0) issues.push({ path: "/identifiers", says: "these lists have no identifier in common" });
  if (datasetsOf(asked).length > 2 && used.length > 1) {
    const says = "three or more lists are matched by one identifier at a time: name one, and ask once for each";
    issues.push({ path: "/identifiers", says });
  }
  return issues;
}

function clauseIssues(contract: Contract, asked: AskedQuestion): QuestionIssue[] {
  const lists = new Set<string>(datasetsOf(asked));
  return (asked.where ?? []).flatMap((clause, index) => {
    const path = `/where/${index}`;
    if (!lists.has(clause.dataset)) return [{ path, says: `the question does not use the list \`${clause.dataset}\`` }];
    const axis = axisOf(contract, clause);
    if (axis === undefined) return [{ path, says: `the contract has no attribute \`${clause.attribute}\` there` }];
    return clause.in
      .filter((value) => !axis.keys.includes(value))
      .map((value) => ({ path, says: `\`${clause.attribute}\` never has the value \`${value}\`` }));
  });
}

function permittedIdentifiers(contract: Contract, asked: AskedQuestion): IdentifierKind[] {
  const lists = new Set<string>(datasetsOf(asked));
  const brought = contract.datasets.filter((one) => lists.has(datasetRef(one.partner, one.dataset)));
  const isShared = (kind: IdentifierKind) =>
    brought.every((one) => one.identifiers.includes(kind)) && (kind !== "external" || shareNamespace(brought));
  return orderOf(analysisOf(contract, asked.analysis)).filter(isShared);
}

// Where any identifier counts, one order serves as well as another, and one of them makes two wordings one question.
function orderOf(entry: Contract["analyses"][number] | undefined): readonly IdentifierKind[] {
  if (entry === undefined) return IDENTIFIER_KINDS;
  const isAny = entry.matching === "any";
  return isAny ? IDENTIFIER_KINDS.filter((kind) => entry.identifiers.includes(kind)) : entry.identifiers;
}

function shareNamespace(lists: readonly { readonly namespace?: string }[]): boolean {
  return new Set(lists.map(({ namespace }) => namespace)).size === 1;
}

function identifiersOf(contract: Contract, asked: AskedQuestion): IdentifierKind[] {
  const permitted = permittedIdentifiers(contract, asked);
  return permitted.filter((kind) => asked.identifiers === undefined || asked.identifiers.includes(kind));
}

// The price in its shortest spelling: `0.50` and `0.5` are one price, hence one question.
function withPrice<Asked extends AskedQuestion>(asked: Asked): Asked {
  if (asked.epsilon === undefined) return asked;
  return { ...asked, epsilon: asked.epsilon.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") };
}

// Several clauses on one attribute hold together, so their values intersect; an intersection of nothing stays, as the
// empty segment it is. A clause that lists every value stays too: it leaves out the rows that hold none.
function canonicalClauses(where: readonly Clause[] | undefined): Clause[] {
  const merged = new Map<string, Clause>();
  for (const clause of where === undefined ? [] : where) {
    const key = `${clause.dataset} ${clause.attribute}`;
    const before = merged.get(key)?.in;
    const values = before === undefined ? clause.in : before.filter((value) => clause.in.includes(value));
    merged.set(key, { ...clause, in: [...new Set(values)].sort() });
  }
  return [...merged.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, clause]) => clause);
}
