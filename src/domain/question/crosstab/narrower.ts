// What else a table could tell: another figure of its measure, coarser groups, or less of either. One change at a time
// comes first; a change of the measure together with one of the groups after it.

import type { Contract } from "../../contract/document.ts";
import { AGGREGATE_WORDS } from "../../policy/words.ts";
import type { Narrower } from "../analysis.ts";
import { aggregatesIn, groupingsIn } from "../table.ts";
import { axisInWords } from "../words.ts";
import type { CrosstabQuestion } from "./question.ts";

type Table = Narrower<CrosstabQuestion>;

/** Other wordings of a table, the nearest first. */
export function narrowerTables(question: CrosstabQuestion, contract: Contract): readonly Table[] {
  const measures = measureChanges(question, contract);
  const groups = groupingChanges(question, contract);
  const both = measures.flatMap((one) =>
    groupingChanges(one.question, contract).map((other) => {
      return { question: other.question, says: `${one.says}, and ${other.says}` };
    }),
  );
  return [...measures, ...groups, ...both, ...axisChanges(question)];
}

function measureChanges(question: CrosstabQuestion, contract: Contract): Table[] {
  const { measure, ...counted } = question;
  if (measure === undefined) return [];
  const asked = `${AGGREGATE_WORDS[measure.aggregate]} of “${measure.measure}”`;
  const others = aggregatesIn(contract, measure).filter((one) => one !== measure.aggregate);
  return [
    ...others.map((aggregate) => ({
      question: { ...question, measure: { ...measure, aggregate } },
      says: `for ${AGGREGATE_WORDS[aggregate]} of “${measure.measure}” and not ${AGGREGATE_WORDS[measure.aggregate]}`,
    })),
    { question: counted, says: `without ${asked}` },
  ];
}

// Each attribute by each of its other groupings, the others as they are.
function groupingChanges(question: CrosstabQuestion, contract: Contract): Table[] {
  return question.by.flatMap((axis) =>
    groupingsIn(contract, axis)
      .filter((grouping) => grouping !== axis.grouping)
      .map((grouping) => {
        const coarse = { ...axis, grouping };
        const by = question.by.map((one) => (one === axis ? coarse : one));
        return { question: { ...question, by }, says: `with ${axisInWords(coarse)}` };
      }),
  );
}

function axisChanges(question: CrosstabQuestion): Table[] {
  if (question.by.length < 2) return [];
  return question.by.map((left) => ({
    question: { ...question, by: question.by.filter((axis) => axis !== left) },
    says: `without grouping people by “${left.attribute}”`,
  }));
}
