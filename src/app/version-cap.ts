// How many versions of a list its owner's policy takes within a period.

import { datasetRef } from "../domain/dataset/schema.ts";
import { DAY_MILLIS, durationDays, isoInstant, unixMillis } from "../domain/instant.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { UploadRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";

/** Why an upload may make no version yet, and when it may; null where it may. */
export async function capFault(tx: Transaction, upload: UploadRow): Promise<Problem | null> {
  const policy = await tx.policies.current(upload.partner);
  if (policy === null) return null;
  const { count, period } = policy.policy.defaults.versionsPerPeriod;
  const days = durationDays(period);
  if (!days.ok) throw new Error("a policy in force has a period that is none");
  const sealed = await tx.versions.sealedWithin(datasetRef(upload.partner, upload.dataset), days.value);
  const oldest = sealed[count - 1];
  if (oldest === undefined) return null;
  const next = isoInstant(unixMillis(oldest + days.value * DAY_MILLIS));
  return problem("version-cap-reached", `your policy takes ${count} versions in ${period}; the next from ${next}`, {
    next,
  });
}
