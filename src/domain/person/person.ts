// People who act for a partner in the console: what one may be there, and how one is named.

import { z } from "zod";
import type { Brand } from "../brand.ts";

/** Random name of a person, `per_` and 128 bits in base64url. It means nothing outside the partner. */
export type PersonId = Brand<string, "PersonId">;

export const personIdSchema = z
  .string()
  .regex(/^per_[A-Za-z0-9_-]{22}$/, "the id of a person")
  // SAFETY: the pattern above is that of an id.
  .transform((text) => text as PersonId);

/** What people of a partner do in the console: ask, decide and look through the log, or both and say who else may. */
export const ROLES = ["marketer", "compliance", "admin"] as const;

/** What the people of the room's operator are: they run the room, and open nothing of any partner's. */
export const OPERATOR_ROLE = "operator";

export const EVERY_ROLE = [...ROLES, OPERATOR_ROLE] as const;
export type Role = (typeof EVERY_ROLE)[number];

/** What people call the person. It stands in no log, so it may be any text that shows. */
export const personNameSchema = z
  .string()
  .trim()
  .min(1, "at least one character")
  .max(120)
  .regex(/^[^\p{Cc}]*$/u, "no control characters");
