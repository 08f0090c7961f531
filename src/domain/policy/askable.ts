// What a question can use of an owner's list at once, and of that what one grant decides. A question chooses people by
// any attributes, groups them by few, tells one figure of one measure; and the first grant that covers all it uses
// decides. So a use is askable under a grant when some question makes it that no earlier grant covers whole.

import type { ContractDataset } from "../contract/document.ts";
import { groupingsOf } from "../contract/groupings.ts";
import { LIMITS } from "../limits.ts";
import type { Steps } from "./cases.ts";
import { coversUse, type UsedAttribute } from "./cover.ts";
import type { Grant } from "./document.ts";
import type { Analysis } from "./limits-document.ts";
import { clampOfUnits } from "./use-limits.ts";

/** One use that a question may make of the list, as a policy is asked about it. */
export type Option = UsedAttribute & {
  /** Cells that it multiplies a table by; 1 for what is no axis. */
  readonly cells: number;
};

/** How many attributes of the list a question groups people by, at the least and the most; whether it has a measure. */
type Shape = { readonly leastGroups: number; readonly mostGroups: number; readonly hasMeasure: boolean };

/** Every use of a list that the contract lets a question of an analysis make, each by itself. */
export function optionsIn({ attributes, measures }: ContractDataset, analysis: Analysis): readonly Option[] {
  const isTable = isOfTables(analysis);
  const chosen = Object.entries(attributes).flatMap(([name, { uses, ...attribute }]): Option[] => [
    ...(uses.includes("filter") ? [{ name, uses: ["filter"] as const, cells: 1 }] : []),
    ...(uses.includes("group") && isTable ? groupsOf(name, attribute) : []),
  ]);
  if (!isTable || analysis === "affinity" || measures === undefined) return chosen;
  const told = Object.entries(measures).flatMap(([name, { scale, clamp, aggregates }]) => {
    const bounds = clampOfUnits({ scale, minimum: clamp.min, maximum: clamp.max });
    return [...new Set(aggregates)].map((aggregate): Option => {
      const drawn = bounds === null ? {} : { clamp: bounds };
      return { name, uses: ["measure"], aggregates: [aggregate], ...drawn, cells: 1 };
    });
  });
  return [...chosen, ...told];
}

function groupsOf(name: string, attribute: Omit<ContractDataset["attributes"][string], "uses">): Option[] {
  const single = { name, uses: ["group"] as const, cells: attribute.values.length + 1 };
  const coarse = groupingsOf(attribute).map(([grouping, groups]) => {
    return { ...single, groupings: [grouping], cells: groups.length + 1 };
  });
  return [single, ...coarse].filter(({ cells }) => cells <= LIMITS.crosstabCells);
}

/**
 * The shapes that questions of an analysis have, as far as one list is concerned.
 * @param others the lists that it may be asked about with: a table may have its attributes there
 */
export function shapesOf(analysis: Analysis, others: readonly ContractDataset[]): readonly Shape[] {
  const isGroupedElsewhere = others.some((other) =>
    optionsIn(other, analysis).some(({ uses }) => uses.includes("group")),
  );
  const undivided = { leastGroups: 0, mostGroups: 0, hasMeasure: false };
  if (!isOfTables(analysis)) return [undivided];
  if (analysis !== "affinity") {
    const leastGroups = isGroupedElsewhere ? 0 : 1;
    const table = { leastGroups, mostGroups: LIMITS.crosstabAttributes, hasMeasure: true };
    // A trend follows an overlap or a table.
    return analysis === "trend" ? [undivided, table] : [table];
  }
  // The segments are of one list, and those among whom they are weighed of the other.
  const segments = { leastGroups: 1, mostGroups: 1, hasMeasure: false };
  return isGroupedElsewhere ? [segments, undivided] : [segments];
}

function isOfTables(analysis: Analysis): boolean {
  return analysis === "crosstab" || analysis === "affinity" || analysis === "trend";
}

type Asked = {
  readonly shapes: readonly Shape[];
  /** What the contract and the grant let a question use. */
  readonly options: readonly Option[];
  /** The grants before it that would decide if they covered all that a question uses. */
  readonly earlier: readonly Grant[];
  readonly steps: Steps;
};

/**
 * The options that some question makes and no earlier grant decides, and whether there is any such question.
 * @returns null when the search takes more steps than are left: nothing is said then
 */
export function askableUnder(asked: Asked): { readonly isAny: boolean; readonly options: readonly Option[] } | null {
  const isAny = asked.shapes.some((shape) => isAskable(asked, shape, null));
  const options = isAny
    ? asked.options.filter((option) => asked.shapes.some((shape) => isAskable(asked, shape, option)))
    : [];
  return asked.steps.left < 0 ? null : { isAny, options };
}

type Choice = {
  readonly unmet: readonly Grant[];
  readonly groups: readonly Option[];
  readonly measure: Option | null;
  readonly filters: readonly Option[];
};

function isAskable(asked: Asked, shape: Shape, wanted: Option | null): boolean {
  const { steps } = asked;
  steps.left -= 1 + asked.options.length;
  const nothing: Choice = { unmet: asked.earlier, groups: [], measure: null, filters: [] };
  const begun = wanted === null ? nothing : chosen(nothing, wanted, shape);
  if (begun === null) return false;
  // People may be chosen by all attributes at once, and each more leaves fewer grants that cover the whole.
  const filters = asked.options.filter((option) => isFilter(option) && option !== wanted);
  const isRoomForAll = filters.length + begun.filters.length <= LIMITS.questionClauses;
  const all = isRoomForAll
    ? filters.reduce<Choice>((choice, one) => chosen(choice, one, shape) ?? choice, begun)
    : begun;
  const open = isRoomForAll ? asked.options.filter((option) => !isFilter(option)) : asked.options;
  return isCompleted({ shape, open, steps }, all);
}

type Search = { readonly shape: Shape; readonly open: readonly Option[]; readonly steps: Steps };

// The first grant that still covers the whole must be left by some use: every question that can be asked does one.
function isCompleted(search: Search, choice: Choice): boolean {
  search.steps.left -= 1 + choice.unmet.length;
  if (search.steps.left < 0) return false;
  const { shape, open } = search;
  const [grant] = choice.unmet;
  const isLacking = choice.groups.length < shape.leastGroups;
  if (grant === undefined && !isLacking) return true;
  return open.some((option) => {
    const isOfUse = grant === undefined ? option.uses.includes("group") : !coversUse(grant, option);
    const next = isOfUse ? chosen(choice, option, shape) : null;
    return next !== null && isCompleted(search, next);
  });
}

// A question with one use more, or nothing where no question has room for it.
function chosen(choice: Choice, option: Option, shape: Shape): Choice | null {
  const unmet = choice.unmet.filter((grant) => coversUse(grant, option));
  if (isFilter(option)) {
    const filters = [...choice.filters, option];
    return choice.filters.includes(option) || filters.length > LIMITS.questionClauses
      ? null
      : { ...choice, unmet, filters };
  }
  if (option.uses.includes("measure"))
    return shape.hasMeasure && choice.measure === null ? { ...choice, unmet, measure: option } : null;
  const groups = [...choice.groups, option];
  const cells = groups.reduce((product, one) => product * one.cells, 1);
  const isTwice = choice.groups.some(({ name }) => name === option.name);
  const hasRoom = groups.length <= shape.mostGroups && cells <= LIMITS.crosstabCells && !isTwice;
  return hasRoom ? { ...choice, unmet, groups } : null;
}

function isFilter({ uses }: Option): boolean {
  return uses.includes("filter");
}
