// A room's refusal for a person: what is wrong, each place or clause that says so and whose it is, and what to do next.

import { z } from "zod";
import type { ProblemReply } from "../client/problem-reply.ts";

const extraSchema = z.looseObject({
  issues: z.array(z.looseObject({ path: z.string(), says: z.string() })).optional(),
  reasons: z
    .array(
      z.looseObject({
        document: z.string(),
        partner: z.string().optional(),
        version: z.number(),
        pointer: z.string(),
        effect: z.string(),
        says: z.string(),
      }),
    )
    .optional(),
  instead: z.array(z.looseObject({ says: z.string() })).optional(),
});

type Reason = NonNullable<z.output<typeof extraSchema>["reasons"]>[number];

/** The lines of a refusal, the sentence first. */
export function problemLines({ detail, title, next, extra }: ProblemReply): string[] {
  const known = extraSchema.safeParse(extra);
  const { issues = [], reasons = [], instead = [] } = known.success ? known.data : {};
  const denials = reasons.filter((reason) => reason.effect === "denies");
  return [
    `error: ${denials.length > 0 ? title : detail}`,
    ...issues.map(({ path, says }) => `  ${path === "" ? "the document" : path}: ${says}`),
    ...denials.map((reason) => `  ${clauseOf(reason)}: ${reason.says}`),
    ...instead.map(({ says }) => `permitted instead: ${says}`),
    ...(next === "" || denials.length > 0 ? [] : [`next: ${next}`]),
  ];
}

// Whose clause a reason is, and where it stands.
function clauseOf({ document, partner, version, pointer }: Omit<Reason, "says" | "effect">): string {
  const whose = partner === undefined ? document : `${document} of ${partner}`;
  return `${whose}, version ${version}, ${pointer}`;
}
