// The terms: privacy, budgets, sizes and times. None has a value that nobody chose: what stands in a fresh form is what
// the company's own policy states.

import type { ContractDraft, Term } from "./draft.ts";
import { Choice, type Faults, Line } from "./fields.tsx";

const MODES = [
  { value: "", says: "choose" },
  { value: "noise", says: "with noise" },
  { value: "gaussian-noise", says: "with noise, Gaussian where everybody agrees" },
  { value: "exact", says: "without noise where everybody agrees, which is weaker" },
];

type Asked = { readonly term: Exclude<Term, "mode">; readonly label: string; readonly hint?: string };

const GROUPS: readonly { readonly legend: string; readonly fields: readonly Asked[] }[] = [
  {
    legend: "Figures",
    fields: [
      { term: "k", label: "People behind any figure, at least", hint: "50 to 100 is usual, 10 the floor" },
      { term: "rounding", label: "Figures without noise are rounded to" },
    ],
  },
  {
    legend: "Lists of people",
    fields: [
      { term: "minimumAudience", label: "People on a list, at least" },
      { term: "maximumAudience", label: "People on a list, at most" },
      { term: "audienceValidity", label: "Days for which a list can be collected" },
      { term: "deniability", label: "Epsilon of the coin for each entry", hint: "empty: entries are certain" },
    ],
  },
  {
    legend: "Privacy budget of each list, in epsilon",
    fields: [
      { term: "perRelease", label: "One answer, at most", hint: "1 or less is usual" },
      { term: "perRecipient", label: "All answers to one recipient, at most", hint: "10 is usual" },
      { term: "period", label: "That is, within so many days", hint: "90 is usual" },
      { term: "lineage", label: "All answers to everybody, at most", hint: "20 is usual" },
      { term: "delta", label: "Chance that it fails", hint: "such as 1e-7" },
      { term: "renewalPeriod", label: "Renewed after so many days", hint: "empty: never" },
      { term: "renewalTimes", label: "Renewed so many times at most" },
    ],
  },
  {
    legend: "Lists and answers over time",
    fields: [
      { term: "versions", label: "Versions of a list, at most" },
      { term: "versionsPeriod", label: "That is, within so many days" },
      { term: "retention", label: "Days for which answers are kept" },
    ],
  },
];

type Props = { readonly terms: ContractDraft["terms"]; readonly faults: Faults };

/** The terms. */
export function TermFields({ terms, faults }: Props) {
  const value = (term: Term) => terms[term] ?? "";
  return (
    <>
      <Choice name="terms.mode" faults={faults} label="Figures are given" value={value("mode")} options={MODES} />
      {GROUPS.map(({ legend, fields }) => (
        <fieldset class="list">
          <legend>{legend}</legend>
          <div class="fields">
            {fields.map(({ term, ...said }) => (
              <Line name={`terms.${term}`} faults={faults} value={value(term)} digits={term !== "delta"} {...said} />
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}
