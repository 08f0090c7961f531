// The attributes by which a question groups people, as fields of an address and back.

import type { Contract } from "../domain/contract/document.ts";
import { groupingsOf } from "../domain/contract/groupings.ts";
import { type DatasetRef, datasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { type Directory, nameOf } from "../domain/policy/words.ts";
import type { AskedCrosstab } from "../domain/question/crosstab/question.ts";
import { plainWord } from "./words.ts";

/** An attribute of a list by its values, or by one of the contract's groupings of them. */
export type GroupedBy = AskedCrosstab["by"][number];

/** An attribute that a contract declares, and whether it lets people be grouped by it. */
export type DeclaredAxis = { readonly axis: GroupedBy; readonly isGroupable: boolean };

/** The attributes of some lists of a contract in its order, each by its values first. */
export function declaredAxes(contract: Contract, lists: readonly DatasetRef[]): readonly DeclaredAxis[] {
  return contract.datasets.flatMap(({ partner, dataset: name, attributes }) => {
    const dataset = datasetRef(partner, name);
    if (!lists.includes(dataset)) return [];
    return Object.entries(attributes).flatMap(([attribute, declared]) => {
      const isGroupable = declared.uses.includes("group");
      const whole = { dataset, attribute };
      const grouped = groupingsOf(declared).map(([grouping]) => ({ ...whole, grouping }));
      return [whole, ...grouped].map((axis) => ({ axis, isGroupable }));
    });
  });
}

/** An attribute as a form's field holds it. Slugs have no bar. */
export function axisText({ dataset, attribute, grouping }: GroupedBy): string {
  return [dataset, attribute, ...(grouping === undefined ? [] : [grouping])].join("|");
}

/** An attribute as people call it: `region (country) at Meridian Bank`. */
export function axisNamed({ dataset, attribute, grouping }: GroupedBy, directory: Directory): string {
  const by = grouping === undefined ? "" : ` (${plainWord(grouping)})`;
  return `${plainWord(attribute)}${by} at ${nameOf(directory, ownerOf(dataset))}`;
}
