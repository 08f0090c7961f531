// What the lists say of the people whom attacks make up: the person alone has a value of its own, but where it has to
// stand among others for a figure to be shown.

import type { BoundedMeasure } from "../question/analysis.ts";
import type { Crowd } from "./crowds.ts";
import { nth } from "./nth.ts";
import type { Setting } from "./stage.ts";
import type { Attribute } from "./ways.ts";

/** What a list says of somebody. */
export type Mark = Pick<Crowd, "values" | "amounts">;

/** What each list says of everybody that an attacker knows of, and of the person. */
export type Marks = {
  readonly own: { readonly known: Mark; readonly person: Mark };
  readonly theirs: { readonly known: Mark; readonly person: Mark };
};

/** By how much the person's value of a measure passes what the contract lets it count. */
const EXTREME = 50;

type Marking = {
  readonly filters: readonly Attribute[];
  /** The attributes of the finest table; the first is that of the plain one. */
  readonly axes: readonly Attribute[];
  readonly measure: BoundedMeasure | null;
};

/** Everybody alike in the plain table's attribute, the person unlike all in every other, and with an extreme value. */
export function marksOf({ own, theirs }: Setting, marking: Marking): Marks {
  const [first] = marking.axes;
  const attributes = [...marking.filters, ...marking.axes];
  const valuesOn = (list: string, isPerson: boolean): Crowd["values"] =>
    Object.fromEntries(
      attributes
        .filter(({ dataset }) => dataset === list)
        .map(({ dataset, attribute, values }) => {
          const isPlain = first?.dataset === dataset && first.attribute === attribute;
          return [attribute, nth(values, isPerson || isPlain ? 0 : 1)];
        }),
    );
  return {
    own: { known: { values: valuesOn(own, false) }, person: { values: valuesOn(own, true) } },
    theirs: {
      known: { values: valuesOn(theirs, false), ...amountOf(marking.measure, 0) },
      person: { values: valuesOn(theirs, true), ...amountOf(marking.measure, EXTREME) },
    },
  };
}

function amountOf(measure: BoundedMeasure | null, times: number): Pick<Mark, "amounts"> {
  if (measure === null) return {};
  const { minimum, maximum } = measure;
  const farthest = Math.abs(minimum) > Math.abs(maximum) ? minimum : maximum;
  return { amounts: { [measure.measure]: farthest * times } };
}
