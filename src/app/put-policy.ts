// A partner puts its policy in force. Versions follow each other by one and are all kept; examples must hold.

import { canonicalDigest } from "../domain/canonical-json.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import type { Policy } from "../domain/policy/document.ts";
import { failedExamples } from "../domain/policy/examples.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PolicyRow } from "../ports/rows.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

/** What is wrong with a policy that fits its schema, or null: its examples are run. */
export function policyFault(policy: Policy): Problem | null {
  const failing = failedExamples(policy);
  if (failing.length === 0) return null;
  const issues = failing.map(({ pointer, says, because }) => ({
    path: pointer,
    says: `${says}: ${because.join("; ")}`,
  }));
  return problem("policy-example-failed", `${failing.length} of its examples do not hold`, { issues });
}

/** Puts a policy in force at once, for every request from then on. */
export function putPolicy(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<PolicyRow>,
  request: { readonly caller: Caller; readonly policy: Policy },
): Promise<Result<PolicyRow, Problem>> {
  const { caller, policy } = request;
  if (caller.partner === OPERATOR) return Promise.resolve(err(problem("partner-only", "the operator has no policy")));
  return settle(ports, { name: "put policy", parties: [caller.partner] }, async (tx) => {
    if (policy.partner !== caller.partner) {
      const says = `the policy is \`${policy.partner}\`'s, and you are \`${caller.partner}\``;
      return err(problem("invalid-document", says, { issues: [{ path: "/partner", says }] }));
    }
    const current = await tx.policies.current(caller.partner);
    const digest = canonicalDigest(policy);
    if (current?.digest === digest) return ok(current);
    const expected = current === null ? 1 : current.version + 1;
    if (policy.version !== expected) {
      return err(problem("policy-version-conflict", `the next version is ${expected}`, { expected }));
    }
    const fault = policyFault(policy);
    if (fault !== null) return err(fault);
    await tx.policies.put(policy, digest);
    const subject = { partner: caller.partner, policyDigest: digest };
    const detail = { version: policy.version };
    await appendEntry(ports, tx, { act: "policy-put", actor: caller, parties: [caller.partner], subject, detail });
    return ok({ partner: caller.partner, version: policy.version, digest, policy, putAt: tx.now });
  });
}
