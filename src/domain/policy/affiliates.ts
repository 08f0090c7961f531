// Partners that an owner counts as one recipient. It is the owner's word alone, so it takes no trust in them; and what
// it says only narrows: they share what one of them might have had.

import type { AccessRequest } from "./cover.ts";
import type { Policy } from "./document.ts";
import type { Contribution, Reason, Source } from "./reasons.ts";
import { TOP } from "./terms.ts";
import { stated } from "./uses-document.ts";

/** What a policy says of a recipient's affiliates, as terms and as reasons. Who they are is not told to it. */
export function affiliationOf(
  { source, policy }: { readonly source: Source; readonly policy: Policy },
  { owner, recipient, datasets }: AccessRequest,
): { readonly contributions: readonly Contribution[]; readonly reasons: readonly Reason[] } {
  const index = stated(policy.affiliates).findIndex(({ partners }) => partners.includes(recipient.partner));
  const group = policy.affiliates?.[index];
  if (group === undefined) return { contributions: [], reasons: [] };
  const pointer = `/affiliates/${index}`;
  const others = group.partners.filter((partner) => partner !== recipient.partner).sort();
  const affiliates = Object.fromEntries(datasets.map((dataset) => [dataset, others]));
  const says =
    `${owner.name} counts ${recipient.name} and its affiliates as one: budget and requests are theirs together, ` +
    `because ${group.because}`;
  return {
    contributions: [{ source, pointer, because: `${owner.name} asks for it`, terms: { ...TOP, affiliates } }],
    reasons: [{ ...source, pointer, effect: "limits", says }],
  };
}
