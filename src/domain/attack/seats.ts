// Who may attack: the partners that a draft policy lets in. A policy that speaks of an industry speaks of several
// partners of it, so two of each stand here.

import { type PartnerId, partnerIdSchema } from "../partner/manifest.ts";
import type { Policy } from "../policy/document.ts";

/** A partner that attacks, by the names that clauses go by. */
export type Seat = { readonly partner: PartnerId; readonly industry: string };

/** The industry of a partner of whom no document says any: no clause speaks of it. */
export const UNSTATED = "unstated";
/** A partner that brings a list of its own to an attacker's contract. */
export const ACCOMPLICE = partnerIdSchema.parse("an-accomplice");
/** Seats that are filled at the most: more partners of a kind learn nothing that these do not. */
const SEATS = 8;

/** One seat for each partner that a grant names, two for each industry, in the order of the grants. */
export function seatsOf({ partner: owner, grants }: Policy): readonly Seat[] {
  const seats = grants
    .flatMap((grant) => grant.to)
    .flatMap((party) => (typeof party === "string" ? [{ partner: party, industry: UNSTATED }] : twoOf(party.industry)))
    .filter(({ partner }) => partner !== owner);
  return [...new Map(seats.map((seat) => [seat.partner, seat])).values()].slice(0, SEATS);
}

/**
 * A member of a given contract as an attacker. What its industry is, no contract says, so it stands here once for each
 * that the policy's grants speak of.
 */
export function seatsFor(partner: PartnerId, { grants }: Policy): readonly Seat[] {
  const parties = grants.flatMap((grant) => grant.to);
  const industries = parties.flatMap((party) => (typeof party === "string" ? [] : [party.industry]));
  const possible = parties.includes(partner) || industries.length === 0 ? [UNSTATED, ...industries] : industries;
  return [...new Set(possible)].slice(0, SEATS).map((industry) => ({ partner, industry }));
}

function twoOf(industry: string): Seat[] {
  const stem = industry.slice(0, 28);
  return [1, 2].map((number) => ({ partner: partnerIdSchema.parse(`${stem}-partner-${number}`), industry }));
}
