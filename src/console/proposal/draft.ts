// A contract as its form has it: every field as it was typed, lists and analyses in the order in which they stand.

import { ANALYSES, type Analysis } from "../../domain/policy/limits-document.ts";

export type AttributeDraft = {
  readonly name: string;
  readonly values: string;
  readonly uses: readonly string[];
  readonly groupings: string;
};

export type MeasureDraft = {
  readonly name: string;
  readonly scale: string;
  readonly least: string;
  readonly most: string;
  readonly aggregates: readonly string[];
};

export type ListDraft = {
  readonly partner: string;
  /** Its owner's name for it. A list without one is left out. */
  readonly dataset: string;
  readonly identifiers: readonly string[];
  readonly namespace: string;
  readonly consents: string;
  readonly attributes: readonly AttributeDraft[];
  readonly measures: readonly MeasureDraft[];
};

export type AnalysisDraft = {
  readonly analysis: Analysis;
  readonly isAsked: boolean;
  readonly purposes: string;
  readonly recipients: readonly string[];
  /** Identifiers in the order in which they are tried; empty where none is chosen. */
  readonly ways: readonly string[];
  readonly matching: string;
  readonly channels: string;
  readonly caps: string;
  readonly isApproved: boolean;
};

/** The terms of a contract that are one field each. */
export const TERMS = [
  ...["mode", "k", "rounding", "minimumAudience", "maximumAudience", "deniability"],
  ...["perRelease", "perRecipient", "period", "lineage", "renewalPeriod", "renewalTimes", "delta"],
  ...["versions", "versionsPeriod", "retention", "audienceValidity"],
] as const;
export type Term = (typeof TERMS)[number];

const PLAIN_FIELDS = ["amends", "name", "purposes", "from", "until", "waits"] as const;

export type ContractDraft = Readonly<Record<(typeof PLAIN_FIELDS)[number], string>> & {
  /** Members in the order of the contract. */
  readonly members: readonly string[];
  readonly contributors: readonly string[];
  readonly recipients: readonly string[];
  readonly lists: readonly ListDraft[];
  readonly analyses: readonly AnalysisDraft[];
  readonly terms: Readonly<Record<string, string>>;
};

export const NO_LIST: ListDraft = {
  ...{ partner: "", dataset: "", identifiers: [], namespace: "", consents: "", attributes: [], measures: [] },
};
export const NO_ATTRIBUTE: AttributeDraft = { name: "", values: "", uses: [], groupings: "" };
export const NO_MEASURE: MeasureDraft = { name: "", scale: "0", least: "", most: "", aggregates: [] };

/** An analysis that nobody asks for yet. */
export function noAnalysis(analysis: Analysis): AnalysisDraft {
  const empty = { purposes: "", recipients: [], ways: [], matching: "in-order", channels: "", caps: "" };
  return { analysis, isAsked: false, ...empty, isApproved: false };
}

/** What a form that was sent says. */
export function draftIn(form: URLSearchParams): ContractDraft {
  const text = (name: string) => (form.get(name) ?? "").trim();
  const entries = [...form.entries()];
  const contributors = form.getAll("contributor");
  const recipients = form.getAll("recipient");
  const members = entries.filter(([name]) => name === "contributor" || name === "recipient").map(([, value]) => value);
  const [amends = "", name = "", purposes = "", from = "", until = "", waits = ""] = PLAIN_FIELDS.map(text);
  return {
    ...{ amends, name, purposes, from, until, waits },
    ...{ contributors, recipients, members: [...new Set(members)] },
    lists: counted(form, "list", "dataset").map((place) => listIn(form, place)),
    analyses: analysesIn(form).map((analysis) => analysisIn(form, analysis)),
    terms: Object.fromEntries(TERMS.map((term) => [term, text(`terms.${term}`)])),
  };
}

// Places such as `list.0`, as many as the form has.
function counted(form: URLSearchParams, stem: string, field: string): string[] {
  const places: string[] = [];
  while (form.has(`${stem}.${places.length}.${field}`)) places.push(`${stem}.${places.length}`);
  return places;
}

function listIn(form: URLSearchParams, place: string): ListDraft {
  const text = (name: string) => (form.get(`${place}.${name}`) ?? "").trim();
  return {
    ...{ partner: text("partner"), dataset: text("dataset"), namespace: text("namespace") },
    ...{ identifiers: form.getAll(`${place}.identifier`), consents: text("consents") },
    attributes: counted(form, `${place}.attribute`, "name")
      .map((at) => attributeIn(form, at))
      .filter(({ name }) => name !== ""),
    measures: counted(form, `${place}.measure`, "name")
      .map((at) => measureIn(form, at))
      .filter(({ name }) => name !== ""),
  };
}

function attributeIn(form: URLSearchParams, place: string): AttributeDraft {
  const text = (name: string) => (form.get(`${place}.${name}`) ?? "").trim();
  const uses = form.getAll(`${place}.use`);
  return { name: text("name"), values: text("values"), uses, groupings: text("groupings") };
}

function measureIn(form: URLSearchParams, place: string): MeasureDraft {
  const text = (name: string) => (form.get(`${place}.${name}`) ?? "").trim();
  const aggregates = form.getAll(`${place}.aggregate`);
  return { name: text("name"), scale: text("scale"), least: text("least"), most: text("most"), aggregates };
}

// In the order of the form, which is that of the contract that it began with; every analysis is there once.
function analysesIn(form: URLSearchParams): readonly Analysis[] {
  const named = [...form.keys()].map((name) => /^analysis\.([a-z]+)\.purposes$/.exec(name)?.[1]);
  const found = named.flatMap((name) => ANALYSES.filter((analysis) => analysis === name));
  return [...new Set([...found, ...ANALYSES])];
}

function analysisIn(form: URLSearchParams, analysis: Analysis): AnalysisDraft {
  const text = (name: string) => (form.get(`analysis.${analysis}.${name}`) ?? "").trim();
  return {
    analysis,
    isAsked: text("asked") !== "",
    purposes: text("purposes"),
    recipients: form.getAll(`analysis.${analysis}.recipient`),
    ways: form.getAll(`analysis.${analysis}.way`).filter((way) => way !== ""),
    ...{ matching: text("matching"), channels: text("channels"), caps: text("caps") },
    isApproved: text("approved") !== "",
  };
}
