// Who may ask, on behalf of people, that they be deleted from a partner's lists: parties of the IAB Tech Lab Data
// Deletion Request Framework whom the partner trusts, by the domain in which they sign and the keys that they sign
// with.

import { z } from "zod";
import { LIMITS } from "../limits.ts";

/** A requester's domain, as the framework's `iss` names it: lowercase labels, at least two. */
export const issuerSchema = z
  .string()
  .max(LIMITS.issuerCharacters)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    "a domain, such as `publisher.example`",
  );

const memberSchema = z.union([z.string().max(2_000), z.array(z.string().max(100)).max(20)]);

export const requesterSchema = z.strictObject({
  issuer: issuerSchema,
  /** Public keys as in the requester's JWK set, each with `kid` and `alg`; which are taken is `crypto`'s to say. */
  keys: z
    .array(z.record(z.string().max(40), memberSchema))
    .min(1)
    .max(LIMITS.requesterKeys),
  /** Whether its requests must name the partner's endpoint as `aud`, which the framework leaves open. */
  audience: z.enum(["required", "optional"]),
});

export type Requester = z.output<typeof requesterSchema>;
