// Texts that people write into documents and that the log repeats for good: they may not hold what the log must not.

import { z } from "zod";

/** A text that may stand in the log. */
export function publicText(maximum: number): z.ZodString {
  return z.string().min(1).max(maximum).refine(isPublicText, "no address and no digest: this text ends up in the log");
}

// Free of what an e-mail address or a hashed one looks like.
function isPublicText(text: string): boolean {
  return !text.includes("@") && !/[0-9a-f]{64}/i.test(text);
}
