// Where in the form a fault of the contract's schema can be mended, and what it says to a person.

import type { z } from "zod";
import type { ContractDraft } from "./draft.ts";

type Issue = z.core.$ZodIssue;

/** The lists and analyses of a contract as they stand in its draft: not every list and analysis of that is in it. */
export type Standing = {
  readonly lists: readonly { readonly place: string }[];
  readonly draft: ContractDraft;
};

/** The field of the form for a place of the document. */
export function fieldOfIssue({ path, code }: Issue, { lists, draft }: Standing): string {
  const [first, second, ...rest] = path.map(String);
  switch (first) {
    case "datasets":
      return second === undefined ? "lists" : fieldOfList(lists[Number(second)]?.place ?? "list.0", rest, draft);
    case "analyses": {
      const asked = draft.analyses.filter(({ isAsked }) => isAsked)[Number(second)];
      return asked === undefined
        ? "analyses"
        : `analysis.${asked.analysis}.${ANALYSIS_FIELDS.get(rest[0] ?? "") ?? "asked"}`;
    }
    case "terms":
      return `terms.${termOf(second ?? "", rest)}`;
    case "validity":
      return second ?? "from";
    case "members":
      return "members";
    case "approvalWithin":
      return "waits";
    case "purposes":
      return "purposes";
    default:
      return code === "unrecognized_keys" ? "members" : "name";
  }
}

const ANALYSIS_FIELDS = new Map([
  ["purposes", "purposes"],
  ["recipients", "recipient"],
  ["identifiers", "way"],
  ["matching", "matching"],
  ["channels", "channels"],
]);

function fieldOfList(
  place: string,
  [member = "", name = "", ...rest]: readonly string[],
  draft: ContractDraft,
): string {
  const list = draft.lists[Number(place.slice("list.".length))];
  if (member === "attributes" && list !== undefined) {
    const at = list.attributes.findIndex((one) => one.name === name);
    return at < 0 ? place : `${place}.attribute.${at}.${ATTRIBUTE_FIELDS.get(rest[0] ?? "") ?? "name"}`;
  }
  if (member === "measures" && list !== undefined) {
    const at = list.measures.findIndex((one) => one.name === name);
    return at < 0 ? place : `${place}.measure.${at}.${MEASURE_FIELDS.get(rest.join(".")) ?? "name"}`;
  }
  return `${place}.${LIST_FIELDS.get(member) ?? "dataset"}`;
}

const LIST_FIELDS = new Map([
  ["partner", "partner"],
  ["identifiers", "identifier"],
  ["namespace", "namespace"],
  ["consents", "consents"],
]);
const ATTRIBUTE_FIELDS = new Map([
  ["values", "values"],
  ["uses", "use"],
  ["groupings", "groupings"],
]);
const MEASURE_FIELDS = new Map([
  ["scale", "scale"],
  ["clamp.min", "least"],
  ["clamp.max", "most"],
  ["aggregates", "aggregate"],
]);

function termOf(member: string, [inner = "", deepest = ""]: readonly string[]): string {
  if (member === "budget")
    return inner === "renewal" ? (deepest === "times" ? "renewalTimes" : "renewalPeriod") : inner;
  if (member === "versionsPerPeriod") return inner === "period" ? "versionsPeriod" : "versions";
  return member;
}

/** What the schema says, in the words of the form. */
export function saysOf(issue: Issue): string {
  if (issue.code === "too_small" && issue.origin === "array")
    return issue.minimum === 1 ? "at least one is needed" : `at least ${issue.minimum} are needed`;
  if (issue.code === "too_big" && issue.origin === "array") return `at most ${issue.maximum} fit`;
  if (issue.code === "too_small" && issue.origin === "string") return "is not stated yet";
  if (issue.code === "too_big" && issue.origin === "string") return `at most ${issue.maximum} characters`;
  if (issue.code === "too_small") return `at least ${issue.minimum}`;
  if (issue.code === "too_big") return `at most ${issue.maximum}`;
  if (issue.code === "invalid_value") return "choose one of those offered";
  if (issue.code === "invalid_key") return issue.issues.map(saysOf).join("; ");
  return issue.message;
}
