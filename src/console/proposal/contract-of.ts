// What a draft comes to: the contract, or what is amiss with it, each fault at the field where it can be mended.

import { type Contract, contractSchema } from "../../domain/contract/document.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { AnalysisDraft, AttributeDraft, ContractDraft, ListDraft, MeasureDraft, Term } from "./draft.ts";
import { fieldOfIssue, saysOf } from "./faults.ts";
import { cutAt, textsIn, unquoted } from "./value-lists.ts";

/** A fault, the name of its field in the form, and a clause without a full stop. */
export type Fault = { readonly field: string; readonly says: string };

/** Which version a contract is, and of which it takes the place. */
export type Follows = { readonly version: number; readonly previous: string | null };
export const FIRST: Follows = { version: 1, previous: null };

/** The contract of a draft. */
export function contractOf(draft: ContractDraft, follows: Follows): Result<Contract, readonly Fault[]> {
  const own: Fault[] = [];
  const refuse = (field: string, says: string) => own.push({ field, says });
  const json = {
    ...{ concordat: "contract/1", name: draft.name, ...follows },
    members: draft.members.map((partner) => ({ partner, roles: rolesOf(draft, partner) })),
    purposes: textsIn(draft.purposes),
    datasets: namedLists(draft).map(({ list, place }) => datasetOf(list, { place, refuse })),
    analyses: draft.analyses.filter(({ isAsked }) => isAsked).map(analysisOf),
    terms: termsOf(draft, refuse),
    ...(draft.waits === "" ? {} : { approvalWithin: daysIn("waits", draft.waits, refuse) }),
    validity: { from: draft.from, until: draft.until },
  };
  const contract = contractSchema.safeParse(json);
  if (own.length === 0 && contract.success) return ok(contract.data);
  const standing = { lists: namedLists(draft), draft };
  const issues = contract.success ? [] : contract.error.issues;
  const others = issues.map((issue) => ({ field: fieldOfIssue(issue, standing), says: saysOf(issue) }));
  // What could not be read is no second fault where the schema misses it.
  const known = new Set(own.map(({ field }) => field));
  return err(once([...own, ...others.filter(({ field }) => !known.has(field))]));
}

// The lists that have a name, each with its place in the form.
function namedLists({ lists }: ContractDraft): { readonly list: ListDraft; readonly place: string }[] {
  return lists.map((list, index) => ({ list, place: `list.${index}` })).filter(({ list }) => list.dataset !== "");
}

type Refuse = (field: string, says: string) => void;
type At = { readonly place: string; readonly refuse: Refuse };

function once(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.field} ${fault.says}`, fault])).values()];
}

function rolesOf({ contributors, recipients }: ContractDraft, partner: string): string[] {
  const roles = { contributor: contributors.includes(partner), recipient: recipients.includes(partner) };
  return Object.entries(roles).flatMap(([role, has]) => (has ? [role] : []));
}

function datasetOf(list: ListDraft, { place, refuse }: At) {
  const { partner, dataset, identifiers, namespace, attributes, consents } = list;
  refuseRepeated(attributes, { place: `${place}.attribute`, refuse });
  refuseRepeated(list.measures, { place: `${place}.measure`, refuse });
  // A measure of which nothing may be told is none.
  const told = list.measures.flatMap((measure, index) =>
    measure.aggregates.length === 0
      ? []
      : [[measure.name, measureOf(measure, { place: `${place}.measure.${index}`, refuse })] as const],
  );
  return {
    ...{ partner, dataset, identifiers, ...(namespace === "" ? {} : { namespace }) },
    attributes: Object.fromEntries(attributes.map((one) => [one.name, attributeOf(one)])),
    ...(told.length === 0 ? {} : { measures: Object.fromEntries(told) }),
    consents: cutLines(consents).map(consentOf),
  };
}

// A record has each name once: the later would take the place of the earlier.
function refuseRepeated(named: readonly { readonly name: string }[], { place, refuse }: At): void {
  for (const [index, { name }] of named.entries())
    if (named.findIndex((one) => one.name === name) < index) refuse(`${place}.${index}.name`, "stands here twice");
}

function attributeOf({ values, uses, groupings }: AttributeDraft) {
  const named = cutAt(groupings, "/").map(groupingOf);
  return {
    ...{ type: "category", values: textsIn(values), uses },
    ...(named.length === 0 ? {} : { groupings: Object.fromEntries(named) }),
  };
}

// `size: small = "under 10 m", "10 to 20 m"; large = "over 20 m"`
function groupingOf(line: string): [string, object[]] {
  const [grouping = "", ...rest] = cutAt(line, ":");
  const groups = cutAt(rest.join(":"), ";").map((group) => {
    const [name = "", ...values] = cutAt(group, "=");
    return { name: unquoted(name), values: textsIn(values.join("=")) };
  });
  return [unquoted(grouping), groups];
}

function measureOf({ scale, least, most, aggregates }: MeasureDraft, { place, refuse }: At) {
  const places = wholeIn(`${place}.scale`, scale, refuse);
  const units = (field: "least" | "most", text: string) =>
    unitsIn(text, places, () => refuse(`${place}.${field}`, BOUND));
  return { scale: places, clamp: { min: units("least", least), max: units("most", most) }, aggregates };
}

const BOUND = "a number such as `5000` or `0.50`, with no more decimals than the measure has";

// `5000.5` of scale 2 as 500050.
function unitsIn(text: string, scale: number | null, refuse: () => void): number | null {
  const parts = /^(-?)(\d{1,12})(?:\.(\d+))?$/.exec(text);
  if (parts === null || scale === null || (parts[3] ?? "").length > scale) {
    refuse();
    return null;
  }
  const units = Number(`${parts[2]}${(parts[3] ?? "").padEnd(scale, "0")}`);
  return parts[1] === "-" && units !== 0 ? -units : units;
}

// `email-marketing: email, phone`
function consentOf(line: string): object {
  const [consent = "", ...channels] = cutAt(line, ":");
  return { consent, ...(channels.length === 0 ? {} : { channels: textsIn(channels.join(":")) }) };
}

function analysisOf({ analysis, purposes, recipients, ways, matching, channels }: AnalysisDraft) {
  return {
    ...{ analysis, purposes: textsIn(purposes), recipients, identifiers: ways },
    ...(matching === "any" ? { matching } : {}),
    channels: textsIn(channels),
  };
}

function termsOf(draft: ContractDraft, refuse: Refuse) {
  const { terms, analyses } = draft;
  const text = (term: Term) => terms[term] ?? "";
  const whole = (term: Term) => wholeIn(`terms.${term}`, text(term), refuse);
  const days = (term: Term) => daysIn(`terms.${term}`, text(term), refuse);
  const renews = text("renewalPeriod") !== "" || text("renewalTimes") !== "";
  return {
    ...{ mode: text("mode"), k: whole("k"), rounding: whole("rounding") },
    ...{ minimumAudience: whole("minimumAudience"), maximumAudience: whole("maximumAudience") },
    budget: {
      ...{ perRelease: text("perRelease"), perRecipient: text("perRecipient"), lineage: text("lineage") },
      ...{ delta: text("delta"), period: days("period") },
      ...(renews ? { renewal: { period: days("renewalPeriod"), times: whole("renewalTimes") } } : {}),
    },
    requestsPerPeriod: analyses.flatMap((one) => capsIn(one, refuse)),
    versionsPerPeriod: { count: whole("versions"), period: days("versionsPeriod") },
    approval: analyses.filter(({ isApproved }) => isApproved).map(({ analysis }) => analysis),
    ...{ retention: days("retention"), audienceValidity: days("audienceValidity") },
    ...(text("deniability") === "" ? {} : { deniability: text("deniability") }),
  };
}

// `20 in 30 days, 100 in 365 days`
function capsIn({ analysis, caps }: AnalysisDraft, refuse: Refuse): object[] {
  return cutAt(caps, ",").flatMap((cap) => {
    const parts = /^(\d{1,9}) in (\d{1,4})(?: days?)?$/.exec(cap);
    if (parts === null) refuse(`analysis.${analysis}.caps`, "a count in a number of days, such as `20 in 30 days`");
    return parts === null ? [] : [{ analysis, count: Number(parts[1]), period: `P${Number(parts[2])}D` }];
  });
}

function wholeIn(field: string, text: string, refuse: Refuse): number | null {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  refuse(field, text === "" ? "is not stated yet" : "a whole number, such as `50`");
  return null;
}

function daysIn(field: string, text: string, refuse: Refuse): string | null {
  if (/^[1-9]\d{0,3}$/.test(text)) return `P${text}D`;
  refuse(field, text === "" ? "is not stated yet" : "a number of days from 1 to 9999");
  return null;
}

function cutLines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
