// A room's refusal for a person: what is wrong, each place or clause that says so, and what to do next. A clause is
// told by its sentence alone, which names whose it is; where it stands in its document is for programs (`--json`).

import { z } from "zod";
import type { ProblemReply } from "../client/problem-reply.ts";

const extraSchema = z.looseObject({
  issues: z.array(z.looseObject({ path: z.string(), says: z.string() })).optional(),
  reasons: z
    .array(
      z.looseObject({
        effect: z.string(),
        says: z.string(),
      }),
    )
    .optional(),
  instead: z.array(z.looseObject({ says: z.string() })).optional(),
});

/** The lines of a refusal, the sentence first. */
export function problemLines({ detail, title, next, extra }: ProblemReply): string[] {
  const known = extraSchema.safeParse(extra);
  const { issues = [], reasons = [], instead = [] } = known.success ? known.data : {};
  const denials = reasons.filter((reason) => reason.effect === "denies");
  return [
    `error: ${denials.length > 0 ? title : detail}`,
    ...issues.map(({ path, says }) => `  ${path === "" ? "the document" : path}: ${says}`),
    ...denials.map(({ says }) => `  - ${says}`),
    ...instead.map(({ says }) => `permitted instead: ask ${says}`),
    ...(next === "" || denials.length > 0 ? [] : [`next: ${next}`]),
  ];
}
