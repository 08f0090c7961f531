// The operator takes an enrolment code back before anybody has used it.

import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { appendEntry } from "./append-entry.ts";
import type { Caller, Ports } from "./ports.ts";

/** Ends a partner's unused enrolment code; the partner stays, and may be given another one. */
export function endEnrolment(
  ports: Pick<Ports, "store" | "random" | "room">,
  { caller, partner }: { readonly caller: Caller; readonly partner: PartnerId },
): Promise<Result<PartnerId, Problem>> {
  return ports.store.write({ name: "end enrolment", parties: [OPERATOR, partner] }, async (tx) => {
    if (!(await tx.enrolments.end(partner))) {
      return err(problem("not-found", `\`${partner}\` has no enrolment code that may still be used`));
    }
    const happening = { actor: caller, parties: [partner], subject: { partner }, detail: {} };
    await appendEntry(ports, tx, { act: "enrolment-ended", ...happening });
    return ok(partner);
  });
}
