// Whom nobody approaches: an owner may ask that only people who carry a consent stand on lists, for every recipient at
// once, itself among them. A do-not-approach list is such a consent, kept as a column of the dataset.

import type { AccessRequest } from "./cover.ts";
import type { Policy } from "./document.ts";
import type { Contribution, Reason, Source } from "./reasons.ts";
import { TOP } from "./terms.ts";
import { stated } from "./uses-document.ts";

/** What a policy asks of the people on a list, as terms and as reasons; nothing for a request without a channel. */
export function approachesOf(
  { source, policy }: { readonly source: Source; readonly policy: Policy },
  { owner, channel, datasets }: AccessRequest,
): { readonly contributions: readonly Contribution[]; readonly reasons: readonly Reason[] } {
  const asked = stated(policy.approachable)
    .map((clause, index) => ({ ...clause, pointer: `/approachable/${index}` }))
    .filter(({ channels }) => channel !== null && (channels === undefined || channels.includes(channel)));
  const because = `${owner.name} asks for it`;
  return {
    contributions: asked.map(({ consent, pointer }) => {
      const consents = Object.fromEntries(datasets.map((dataset) => [dataset, [consent]]));
      return { source, pointer, because, terms: { ...TOP, consents } };
    }),
    reasons: asked.map(({ consent, pointer }) => {
      const says = `nobody stands on a list who did not give ${owner.name} the consent “${consent}”`;
      return { ...source, pointer, effect: "limits", says };
    }),
  };
}
