// Cross-tab: people whom lists share, by attributes of any of them, with a measure added up or averaged.

import type { Contract } from "../../contract/document.ts";
import { type DatasetRef, type IdentifierKind, ownerOf } from "../../dataset/schema.ts";
import { LIMITS } from "../../limits.ts";
import { ANALYSIS_WORDS, figure, listed, nameOf, possessive } from "../../policy/words.ts";
import type { AnalysisRules, Axis, TableMeasurement, Telling } from "../analysis.ts";
import type { QuestionIssue } from "../asked.ts";
import { axisOf, cellCount, measureIn, missingAxis } from "../table.ts";
import type { TrendQuestion } from "../trend/question.ts";
import { axisInWords, formOf, segmentOf } from "../words.ts";
import { answerCrosstab, marginsOfTable } from "./answer.ts";
import { answerCrosstabExactly, sideMeasurements } from "./exact-answer.ts";
import { narrowerTables } from "./narrower.ts";
import type { AskedCrosstab, CrosstabQuestion } from "./question.ts";

export const crosstabRules: AnalysisRules<AskedCrosstab, CrosstabQuestion> = {
  place: "/between",
  // A sum of few known values tells each of them, and the room has no rule against that without noise.
  noised: `${ANALYSIS_WORDS.crosstab} with sums or means`,
  isNoised: ({ measure }) => measure !== undefined,
  listsOf: ({ between }) => between,
  issuesOf: (contract, asked, identifiers) => [
    ...axisIssues(contract, asked),
    ...measureIssues(contract, asked),
    ...matchingIssues(asked, identifiers),
  ],
  canonical: (question) => ({
    ...question,
    between: [...question.between].sort(),
    by: [...question.by].sort((left, right) => (nameOfAxis(left) < nameOfAxis(right) ? -1 : 1)),
  }),
  usesOf: ({ by, measure }) => [
    ...by.map((axis) => ({ ...axis, use: "group" as const })),
    ...(measure === undefined
      ? []
      : [
          {
            dataset: measure.dataset,
            attribute: measure.measure,
            use: "measure" as const,
            aggregate: measure.aggregate,
          },
        ]),
  ],
  narrower: narrowerTables,
  twin: (question): TrendQuestion => ({ ...question, analysis: "trend" }),
  measurements: (contract, question) => [tableOf(contract, question)],
  exactMeasurements: (contract, question) => sideMeasurements(tableOf(contract, question)),
  answer: (priced, [truth, ...sides], random) => {
    if (truth?.kind !== "table") throw new Error("a table was not counted");
    const table = tableOf(priced.contract, priced.question);
    if (priced.terms.mode === "exact") {
      const figures = answerCrosstabExactly(priced, { table, people: truth.people, sides });
      return { outcome: "released", figures };
    }
    return { outcome: "released", figures: answerCrosstab(priced, { table, truth }, random) };
  },
  margins: (priced) =>
    priced.terms.mode === "exact" ? [] : marginsOfTable(tableOf(priced.contract, priced.question), priced),
  tells: tellsOf,
  agreed: ({ may, whose, others, purposes, groups, measures }) => {
    const by = groups.length === 0 ? "" : `, in a table by ${listed(groups)}`;
    const sums = measures.length === 0 ? "" : `, and for each group ${listed(measures)}`;
    return `${may} learn${purposes} how many of ${whose} customers are also ${others}${by}${sums}.`;
  },
};

function tableOf(contract: Contract, { between, identifiers, by, measure }: CrosstabQuestion): TableMeasurement {
  const axes = by.map((axis) => axisOf(contract, axis));
  const bounds = measure === undefined ? null : measureIn(contract, measure);
  if (bounds === undefined || !axes.every(isDeclared)) throw new Error("a table's keys are not the contract's");
  return { kind: "table", lists: between, identifiers, by: axes, measure: bounds };
}

function isDeclared(axis: Axis | undefined): axis is Axis {
  return axis !== undefined;
}

function axisIssues(contract: Contract, { between, by }: AskedCrosstab): QuestionIssue[] {
  const axes = by.map((axis) => axisOf(contract, axis));
  const issues = by.flatMap((axis, index) => {
    const path = `/by/${index}`;
    if (!between.includes(axis.dataset)) return [foreignList(path, axis.dataset)];
    return axes[index] === undefined ? [missingAxis(path, axis)] : [];
  });
  if (new Set(by.map(nameOfAxis)).size !== by.length) issues.push({ path: "/by", says: "each attribute stands once" });
  const cells = cellCount(axes.filter(isDeclared));
  if (cells > LIMITS.crosstabCells) {
    const says = `the table would have ${figure(cells)} cells, and at most ${figure(LIMITS.crosstabCells)} are given`;
    issues.push({ path: "/by", says });
  }
  return issues;
}

function measureIssues(contract: Contract, { between, measure }: AskedCrosstab): QuestionIssue[] {
  if (measure === undefined) return [];
  if (!between.includes(measure.dataset)) return [foreignList("/measure", measure.dataset)];
  if (measureIn(contract, measure) !== undefined) return [];
  return [{ path: "/measure", says: `the contract has no measure \`${measure.measure}\` there` }];
}

// Where no bound on what one person changes is known, nothing is released (`../../privacy/README.md`, tables).
function matchingIssues(asked: AskedCrosstab, identifiers: readonly IdentifierKind[]): QuestionIssue[] {
  const told = [...asked.by, ...(asked.measure === undefined ? [] : [asked.measure])].map((one) => one.dataset);
  if (identifiers.length < 2 || asked.between.length > 2 || new Set(told).size < 2) return [];
  const says = "a table of attributes of both lists is matched by one identifier at a time: name one";
  return [{ path: "/identifiers", says }];
}

function foreignList(path: string, dataset: DatasetRef): QuestionIssue {
  return { path, says: `the question does not use the list \`${dataset}\`` };
}

function nameOfAxis({ dataset, attribute }: { readonly dataset: DatasetRef; readonly attribute: string }): string {
  return `${dataset} ${attribute}`;
}

function tellsOf(question: CrosstabQuestion, telling: Telling): string[] {
  const { directory, recipient } = telling;
  const owners = listed(question.between.map((list) => nameOf(directory, ownerOf(list))));
  const by = listed(question.by.map((axis) => `${axisInWords(axis)} at ${nameOf(directory, ownerOf(axis.dataset))}`));
  const segment = segmentOf(question.where, directory);
  const counts = `${nameOf(directory, recipient)} would learn how many customers ${owners} share, in a table by ${by}`;
  return [`${counts}${segment}${formOf(telling)}`, ...exactTells(telling), ...measureTells(question, telling)];
}

function exactTells({ terms }: Telling): string[] {
  if (terms?.mode !== "exact") return [];
  return ["where a group is withheld, another is withheld with it, or the whole table, so that none can be worked out"];
}

function measureTells({ measure }: CrosstabQuestion, { directory }: Telling): string[] {
  if (measure === undefined) return [];
  const whose = possessive(nameOf(directory, ownerOf(measure.dataset)));
  const says = `for each group, the ${measure.aggregate} of ${whose} “${measure.measure}”`;
  return [`${says}, each person's kept to the bounds of the contract, where enough people have a value`];
}
