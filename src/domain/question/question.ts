// Questions: what a recipient may ask under a contract, their one canonical form, and what each touches.
// Two questions that mean the same have the same canonical form, hence one recorded answer and one price.

import { z } from "zod";
import { canonicalDigest } from "../canonical-json.ts";
import { type Contract, contractIdSchema } from "../contract/document.ts";
import {
  type DatasetRef,
  datasetRef,
  datasetRefSchema,
  IDENTIFIER_KINDS,
  type IdentifierKind,
  identifierKindSchema,
  ownerOf,
} from "../dataset/schema.ts";
import { LIMITS } from "../limits.ts";
import { slugSchema } from "../partner/manifest.ts";
import { type Analysis, epsilonSchema } from "../policy/limits-document.ts";
import { publicText } from "../public-text.ts";
import { err, ok, type Result } from "../result.ts";

const clauseSchema = z.strictObject({
  dataset: datasetRefSchema,
  attribute: slugSchema,
  /** Rows whose value is one of these. */
  in: z.array(publicText(100)).min(1).max(1_000),
});

const asked = {
  contract: contractIdSchema,
  purpose: slugSchema,
  /** The identifiers that may match; all that the contract permits when absent. */
  identifiers: z.array(identifierKindSchema).min(1).exactOptional(),
  /** Rows that satisfy every clause. */
  where: z.array(clauseSchema).max(20).exactOptional(),
  /** The privacy price of the answer, at most `perRelease` of the terms, which is the price when absent. */
  epsilon: epsilonSchema.exactOptional(),
};

const overlapSchema = z.strictObject({
  analysis: z.literal("overlap"),
  ...asked,
  /** The lists compared, in any order. */
  between: z.array(datasetRefSchema).min(2).max(LIMITS.contractMembers),
  /** `identifier`: two lists only, matched people by the identifier that matched them. */
  detail: z
    .array(z.enum(["identifier"]))
    .max(1)
    .exactOptional(),
});

const audienceSchema = z.strictObject({
  analysis: z.literal("audience"),
  ...asked,
  /** The asker's own list, whose record references come back. */
  from: datasetRefSchema,
  /** The other side's list. */
  matching: datasetRefSchema,
  channel: slugSchema,
});

export const questionSchema = z.discriminatedUnion("analysis", [overlapSchema, audienceSchema]);

export type AskedQuestion = z.output<typeof questionSchema>;
export type Clause = z.output<typeof clauseSchema>;

type Canonical<Asked> = Asked & { readonly identifiers: readonly IdentifierKind[]; readonly where: readonly Clause[] };
export type OverlapQuestion = Canonical<z.output<typeof overlapSchema>>;
export type AudienceQuestion = Canonical<z.output<typeof audienceSchema>>;
/** A question in canonical form, known to fit its contract. */
export type Question = OverlapQuestion | AudienceQuestion;

export type QuestionIssue = { readonly path: string; readonly says: string };

/**
 * Puts a question into canonical form against its contract: lists sorted, identifiers spelt out in the contract's
 * order, or in the room's own where the contract lets any count, clauses on one attribute merged and all sorted. Issues
 * name each place that does not fit.
 */
export function canonicalQuestion(
  contract: Contract,
  asked: AskedQuestion,
): Result<Question, readonly QuestionIssue[]> {
  const issues = [
    ...listIssues(contract, asked),
    ...identifierIssues(contract, asked),
    ...clauseIssues(contract, asked),
  ];
  if (issues.length > 0) return err(issues);
  const shared = { identifiers: identifiersOf(contract, asked), where: canonicalClauses(asked.where) };
  if (asked.analysis === "audience") return ok({ ...withPrice(asked), ...shared });
  const { detail, ...rest } = withPrice(asked);
  const between = [...asked.between].sort();
  return ok({ ...rest, ...shared, between, ...(detail === undefined || detail.length === 0 ? {} : { detail }) });
}

/** SHA-256 of a canonical question: what makes a repeated question the same question. */
export function questionDigest(question: Question): string {
  return canonicalDigest(question);
}

/** The lists that a question touches, sorted. */
export function datasetsOf(question: AskedQuestion): DatasetRef[] {
  return question.analysis === "overlap" ? [...question.between].sort() : [question.from, question.matching].sort();
}

/** The attributes that a question uses, as `partner/dataset` and name. */
export function attributesOf(question: Question): { readonly dataset: DatasetRef; readonly attribute: string }[] {
  return question.where.map(({ dataset, attribute }) => ({ dataset, attribute }));
}

/** The analysis as the contract permits it, or nothing. */
export function analysisOf(contract: Contract, analysis: Analysis): Contract["analyses"][number] | undefined {
  return contract.analyses.find((one) => one.analysis === analysis);
}

function listIssues(contract: Contract, asked: AskedQuestion): QuestionIssue[] {
  const lists = datasetsOf(asked);
  const known = new Set<string>(contract.datasets.map((one) => datasetRef(one.partner, one.dataset)));
  const place = asked.analysis === "overlap" ? "/between" : "/matching";
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
  if (asked.analysis === "overlap" && asked.detail !== undefined && asked.between.length > 2)
    issues.push({ path: "/detail", says: "figures by identifier are for two lists" });
  return issues;
}

function clauseIssues(contract: Contract, asked: AskedQuestion): QuestionIssue[] {
  const lists = new Set<string>(datasetsOf(asked));
  return (asked.where ?? []).flatMap((clause, index) => {
    const path = `/where/${index}`;
    if (!lists.has(clause.dataset)) return [{ path, says: `the question does not use the list \`${clause.dataset}\`` }];
    const attribute = declaredValues(contract, clause);
    if (attribute === undefined) return [{ path, says: `the contract has no attribute \`${clause.attribute}\` there` }];
    return clause.in
      .filter((value) => !attribute.includes(value))
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

function declaredValues(contract: Contract, clause: Clause): readonly string[] | undefined {
  const attributes = contract.datasets.find(
    (one) => datasetRef(one.partner, one.dataset) === clause.dataset,
  )?.attributes;
  // An attribute may be called `constructor`: only the contract's own members count.
  if (attributes === undefined || !Object.hasOwn(attributes, clause.attribute)) return undefined;
  return attributes[clause.attribute]?.values;
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
