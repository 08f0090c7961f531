// How often one person may stand on audiences: an owner's cap on contacts with each of its people, for every recipient
// and every contract together, itself among them. Suppression lists contact nobody, so they neither count nor are
// capped: whoever were left out of one would be contacted for it.

import type { AccessRequest } from "./cover.ts";
import type { Policy } from "./document.ts";
import type { Contribution, Reason, Source } from "./reasons.ts";
import { type ContactLimit, contactLimits, TOP } from "./terms.ts";
import { stated } from "./uses-document.ts";
import { counted, possessive } from "./words.ts";

/** What a policy asks of contacts, as terms and as reasons; nothing for a request that is not for an audience. */
export function contactsOf(
  { source, policy }: { readonly source: Source; readonly policy: Policy },
  { owner, analysis, datasets }: AccessRequest,
): { readonly contributions: readonly Contribution[]; readonly reasons: readonly Reason[] } {
  const caps = contactLimits(stated(policy.contactsPerPerson));
  if (analysis !== "audience" || caps.length === 0) return { contributions: [], reasons: [] };
  const place = { source, pointer: "/contactsPerPerson" };
  const contacts = Object.fromEntries(datasets.map((dataset) => [dataset, caps]));
  return {
    contributions: [{ ...place, because: `${owner.name} asks for it`, terms: { ...TOP, contacts } }],
    reasons: caps.map((cap) => {
      const people = `${possessive(owner.name)} customers`;
      const says =
        `none of ${people} stands on more than ${contactsInWords(cap)}, counting those that anybody receives: ` +
        "whoever does already is left out of this one";
      return { ...source, pointer: place.pointer, effect: "limits", says };
    }),
  };
}

/** `3 audience lists in 30 days`. */
export function contactsInWords({ count, periodDays }: ContactLimit): string {
  return `${counted(count, "audience list")} in ${counted(periodDays, "day")}`;
}
