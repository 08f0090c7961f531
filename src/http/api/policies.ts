// Policies: each partner's own, every version kept.

import { policyFault, putPolicy } from "../../app/put-policy.ts";
import { listPolicies, readPolicy } from "../../app/read-policies.ts";
import { isoInstant } from "../../domain/instant.ts";
import { err, ok } from "../../domain/result.ts";
import type { PolicyRow } from "../../ports/rows.ts";
import { newPolicySchema, policyCheckSchema, policyListSchema, policyReplySchema } from "../../wire/api/policy.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

const POLICY = { says: "the policy in force", schema: policyReplySchema };

export const POLICY_ROUTES: readonly Route[] = [
  route({
    method: "put",
    path: "/v1/policy",
    tag: "policy",
    summary: "Put your policy in force; its examples are run first",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newPolicySchema,
    replies: { 200: POLICY },
    problems: ["partner-only", "policy-version-conflict", "policy-example-failed"],
    run: ({ caller, body }, ports) => putPolicy(ports, { caller, policy: body }),
    present: (row) => ({ status: 200, json: presentPolicy(row) }),
  }),
  route({
    method: "get",
    path: "/v1/policy",
    tag: "policy",
    summary: "Your policy in force",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: POLICY },
    problems: ["policy-missing"],
    run: ({ caller }, ports) => readPolicy(ports, { caller }),
    present: (row) => ({ status: 200, json: presentPolicy(row) }),
  }),
  route({
    method: "get",
    path: "/v1/policy/versions",
    tag: "policy",
    summary: "Every version of your policy, newest first",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "all versions", schema: policyListSchema } },
    problems: [],
    run: async ({ caller }, ports) => ok(await listPolicies(ports, { caller })),
    present: (rows) => ({ status: 200, json: { items: rows.map(presentPolicy), next: null } }),
  }),
  route({
    method: "post",
    path: "/v1/policy/check",
    tag: "policy",
    summary: "Check a policy without putting it in force",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newPolicySchema,
    replies: { 200: { says: "the policy is sound", schema: policyCheckSchema } },
    problems: ["policy-example-failed"],
    run: async ({ body }) => {
      const fault = policyFault(body);
      return fault === null ? ok(body.examples.length) : err(fault);
    },
    present: (examples) => ({ status: 200, json: { isSound: true, examples } }),
  }),
];

function presentPolicy({ partner, version, digest, policy, putAt }: PolicyRow) {
  return { partner, version, digest, document: policy, putAt: isoInstant(putAt) };
}
