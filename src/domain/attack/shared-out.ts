// Whom an owner counts as one recipient: lists and exact figures of its list go to one of them alone.

import type { DatasetRef } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Terms } from "../policy/terms.ts";
import type { Tariff } from "../privacy/charges.ts";
import type { ExactAsking } from "../privacy/differencing.ts";

type Given = {
  readonly lists: readonly { readonly recipient: PartnerId; readonly lineage: DatasetRef }[];
  readonly exact: readonly { readonly recipient: PartnerId; readonly asking: ExactAsking }[];
};
type Asked = {
  readonly terms: Terms;
  readonly isList: boolean;
  readonly tariffs: readonly Pick<Tariff, "lineage" | "group">[];
};

/** Whether one of the asker's affiliates was given what the asker wants, so that the guards cannot compare. */
export function isSharedOut({ lists, exact }: Given, { terms, isList, tariffs }: Asked): boolean {
  return tariffs.some(({ lineage, group }) => {
    const others = group.slice(1);
    // Of deniable lists the one budget is the guard.
    if (isList && terms.deniability !== null) return false;
    if (isList) return lists.some((one) => one.lineage === lineage && others.includes(one.recipient));
    const isShown = ({ recipient, asking }: Given["exact"][number]) =>
      asking.question.between.includes(lineage) && others.includes(recipient);
    return terms.mode === "exact" && exact.some(isShown);
  });
}
