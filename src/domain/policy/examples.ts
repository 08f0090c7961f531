// The examples that a policy carries: requests with what must come of them. They are run whenever the policy loads, so
// that a change which breaks what its author meant is found before it is in force.

import { canonicalDigest } from "../canonical-json.ts";
import { datasetRef } from "../dataset/schema.ts";
import type { AccessRequest, UsedAttribute } from "./cover.ts";
import type { Policy, PolicyExample } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { clampOf } from "./use-limits.ts";
import { stated } from "./uses-document.ts";

/** An example that does not hold. */
export type ExampleFailure = {
  /** JSON Pointer of the example within the policy. */
  readonly pointer: string;
  /** What the example was meant to show, as its author says. */
  readonly says: string;
  readonly expected: "permit" | "deny";
  /** Why the policy answers otherwise. */
  readonly because: readonly string[];
};

/** Runs every example of a policy; nothing comes back when all hold. O(examples × clauses). */
export function failedExamples(policy: Policy): readonly ExampleFailure[] {
  const digest = canonicalDigest(policy);
  return policy.examples.flatMap((example, index) => {
    const answer = evaluatePolicy(policy, digest, accessOf(policy, example));
    if (answer.kind === example.expect) return [];
    const because = answer.reasons.map((reason) => reason.says);
    return [{ pointer: `/examples/${index}`, says: example.says, expected: example.expect, because }];
  });
}

// An example knows partners by their ids alone, and speaks of no list in particular.
function accessOf({ partner }: Policy, { request }: PolicyExample): AccessRequest {
  return {
    owner: { partner, name: partner },
    recipient: { partner: request.to, name: request.to, industry: request.industry },
    datasets: [datasetRef(partner, "customers")],
    purpose: request.purpose,
    analysis: request.analysis,
    alongside: stated(request.with).map(({ partner: id, industry }) => ({ partner: id, name: id, industry })),
    attributes: Object.entries(request.attributes).flatMap(([name, uses]) => uses.map((one) => usedAs(name, one))),
    channel: request.channel ?? null,
    on: request.on,
  };
}

function usedAs(name: string, used: PolicyExample["request"]["attributes"][string][number]): UsedAttribute {
  if (typeof used === "string") return { name, uses: [used] };
  if (used.use === "group") return { name, uses: [used.use], groupings: [used.grouping] };
  const clamp = used.clamp === undefined ? {} : { clamp: clampOf(used.clamp) };
  return { name, uses: [used.use], aggregates: [used.aggregate], ...clamp };
}
