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

/** What a person may do in the console: ask, decide and look through the log, or both and say who else may. */
export const ROLES = ["marketer", "compliance", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What people call the person. It stands in no log, so it may be any text that shows. */
export const personNameSchema = z
  .string()
  .trim()
  .min(1, "at least one character")
  .max(120)
  .regex(/^[^\p{Cc}]*$/u, "no control characters");
