// How much traffic of whom a room takes: requests and bytes of one partner, requests of one of its hands, and what
// strangers may ask from one address. What a room's operator may set, and what the rest follows from.

import { LIMITS } from "./limits.ts";
import { type Problem, problem } from "./problem.ts";
import type { Quota } from "./quota.ts";

/** The quotas of a room. */
export type Rates = {
  /** Requests of one partner, by whichever key or person. */
  readonly partner: Quota;
  /** Requests of one key or one person of a partner: one program that runs wild leaves the others their part. */
  readonly hand: Quota;
  /** Bytes of bodies of one partner. */
  readonly bytes: Quota;
  /** Requests without a signature or session that holds, from one address. */
  readonly stranger: Quota;
  /** Requests for deletion from one address. */
  readonly deletion: Quota;
};

/** The quotas that follow from what one partner may send in a minute. */
export function ratesOf(set: { readonly requestsPerMinute: number; readonly bytesPerMinute: number }): Rates {
  const aMinute = (units: number): Quota => ({ units, windowSeconds: 60 });
  return {
    partner: aMinute(set.requestsPerMinute),
    hand: aMinute(Math.ceil(set.requestsPerMinute * LIMITS.handShare)),
    bytes: aMinute(set.bytesPerMinute),
    stranger: aMinute(LIMITS.strangerRequestsPerMinute),
    deletion: aMinute(LIMITS.deletionRequestsPerMinute),
  };
}

/**
 * What whoever asks too much is told.
 * @param violated  the policies that it is too much for; the member is named as in draft-ietf-httpapi-ratelimit-headers
 * @param seconds  after which to ask again
 */
export function tooMany(violated: readonly string[], seconds: number): Problem {
  const policies = violated.map((policy) => `\`${policy}\``).join(" and ");
  const detail = `more came than ${policies} allows; send the same request again in ${seconds} s`;
  return problem("too-many-requests", detail, { "violated-policies": violated, retryAfterSeconds: seconds });
}

/** The quotas of a room whose operator set none. */
export const USUAL_RATES: Rates = ratesOf({
  requestsPerMinute: LIMITS.partnerRequestsPerMinute,
  bytesPerMinute: LIMITS.partnerBytesPerMinute,
});
