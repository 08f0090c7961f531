// Fields of the form by the names that people read beside them.

import { ANALYSES } from "../../domain/policy/limits-document.ts";
import { ANALYSIS_WORDS } from "../../domain/policy/words.ts";
import type { ContractDraft } from "./draft.ts";

const WORDS = new Map([
  ["name", "name"],
  ["purposes", "purposes"],
  ["from", "from"],
  ["until", "until"],
  ["waits", "how long a question waits"],
  ["members", "companies"],
  ["contributor", "companies that bring lists"],
  ["lists", "lists"],
  ["analyses", "what may be asked"],
  ["terms.mode", "how figures are given"],
  ["terms.k", "people behind any figure"],
  ["terms.rounding", "rounding of figures without noise"],
  ["terms.minimumAudience", "people on a list, at least"],
  ["terms.maximumAudience", "people on a list, at most"],
  ["terms.audienceValidity", "days to collect a list"],
  ["terms.deniability", "epsilon of the coin for each entry"],
  ["terms.perRelease", "budget of one answer"],
  ["terms.perRecipient", "budget of one recipient"],
  ["terms.period", "days of a recipient's budget"],
  ["terms.lineage", "budget of everybody"],
  ["terms.delta", "chance that the budget fails"],
  ["terms.renewalPeriod", "days until the budget renews"],
  ["terms.renewalTimes", "how often the budget renews"],
  ["terms.versions", "versions of a list"],
  ["terms.versionsPeriod", "days of the versions of a list"],
  ["terms.retention", "days for which answers are kept"],
]);

const PARTS = new Map([
  ["partner", "whose list it is"],
  ["dataset", "its name"],
  ["identifier", "what it is matched by"],
  ["namespace", "what its external ids are called"],
  ["consents", "consents"],
  ["name", "name"],
  ["values", "values"],
  ["use", "uses"],
  ["groupings", "coarser groups"],
  ["scale", "decimals"],
  ["least", "at least"],
  ["most", "at most"],
  ["aggregate", "what may be told"],
  ["asked", "as a whole"],
  ["purposes", "purposes"],
  ["recipient", "to whom answers go"],
  ["way", "by what people are found"],
  ["matching", "which match counts"],
  ["channels", "channels"],
  ["caps", "how often"],
]);

/** A field by its name: `values of “tier”, on the list “customers”`. */
export function fieldInWords(field: string, draft: ContractDraft): string {
  const plain = WORDS.get(field);
  if (plain !== undefined) return opened(plain);
  const [stem = "", second = "", ...rest] = field.split(".");
  const part = PARTS.get(field.split(".").at(-1) ?? "") ?? "as a whole";
  const analysis = ANALYSES.find((one) => stem === "analysis" && one === second);
  if (analysis !== undefined) return opened(`${ANALYSIS_WORDS[analysis]}, ${part}`);
  const list = draft.lists[Number(second)];
  if (list === undefined) return opened(part);
  const on = `the list “${list.dataset}”`;
  const index = Number(rest[1]);
  const thing = rest[0] === "measure" ? list.measures[index] : list.attributes[index];
  return rest.length > 1 && thing !== undefined
    ? opened(`${part} of “${thing.name}” on ${on}`)
    : opened(`${on}, ${part}`);
}

function opened(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
