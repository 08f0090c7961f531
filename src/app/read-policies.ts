// Reading one's own policy: the one in force, those before it and those that wait. Nobody else's is shown.

import { policyDifference } from "../domain/policy/difference.ts";
import { differenceLines } from "../domain/policy/difference-lines.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Page } from "../ports/rows.ts";
import type { Caller, Ports } from "./ports.ts";
import { type SignedPolicy, withSignatures } from "./put-policy.ts";

type Reader = { readonly caller: Pick<Caller, "partner"> };

/** The caller's policy in force. */
export async function readPolicy(
  ports: Pick<Ports, "store">,
  { caller }: Reader,
): Promise<Result<SignedPolicy, Problem>> {
  const act = { name: "read policy", parties: [caller.partner] };
  const [row] = await ports.store.read(act, async (tx) => {
    const current = await tx.policies.current(caller.partner);
    return withSignatures(tx, current === null ? [] : [current], false);
  });
  return row === undefined ? err(problem("policy-missing", "you have put no policy in force yet")) : ok(row);
}

/** A page of the versions of the caller's policy, newest first. */
export async function listPolicies(
  ports: Pick<Ports, "store">,
  { caller, page }: Reader & { readonly page: Page },
): Promise<{ readonly rows: readonly SignedPolicy[]; readonly page: Page }> {
  const act = { name: "list policies", parties: [caller.partner] };
  const rows = await ports.store.read(act, async (tx) =>
    withSignatures(tx, await tx.policies.list(caller.partner, page), false),
  );
  return { rows, page };
}

/** A version that waits for a second signature, and what it would change. */
export type WaitingPolicy = SignedPolicy & { readonly changes: readonly string[] };

/** The versions of the caller's policy that wait for a second signature, oldest first. */
export async function listWaiting(ports: Pick<Ports, "store">, { caller }: Reader): Promise<readonly WaitingPolicy[]> {
  const act = { name: "list waiting policies", parties: [caller.partner] };
  const { current, rows } = await ports.store.read(act, async (tx) => ({
    current: await tx.policies.current(caller.partner),
    rows: await withSignatures(tx, await tx.policies.waiting(caller.partner), true),
  }));
  if (current === null) return [];
  return rows.map((row) => {
    const difference = policyDifference(current.policy, row.policy);
    const unsaid = "it tells too many cases apart to be compared, so it counts as permitting more";
    return { ...row, changes: difference.ok ? differenceLines(difference.value) : [unsaid] };
  });
}
