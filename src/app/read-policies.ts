// Reading one's own policy: the one in force and those before it. Nobody else's is shown.

import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PolicyRow } from "../ports/rows.ts";
import type { Caller, Ports } from "./ports.ts";

/** The caller's policy in force. */
export async function readPolicy(
  ports: Pick<Ports, "store">,
  { caller }: { readonly caller: Caller },
): Promise<Result<PolicyRow, Problem>> {
  const act = { name: "read policy", parties: [caller.partner] };
  const row = await ports.store.read(act, (tx) => tx.policies.current(caller.partner));
  return row === null ? err(problem("policy-missing", "you have put no policy in force yet")) : ok(row);
}

/** Every version of the caller's policy, newest first. */
export function listPolicies(
  ports: Pick<Ports, "store">,
  { caller }: { readonly caller: Caller },
): Promise<readonly PolicyRow[]> {
  const act = { name: "list policies", parties: [caller.partner] };
  return ports.store.read(act, (tx) => tx.policies.list(caller.partner));
}
