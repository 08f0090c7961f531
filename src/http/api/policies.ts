// Policies: each partner's own, every version kept.

import { putPolicy, type SignedPolicy } from "../../app/put-policy.ts";
import { listPolicies, listWaiting, readPolicy } from "../../app/read-policies.ts";
import { isoInstant } from "../../domain/instant.ts";
import { checkPolicy } from "../../domain/policy/check.ts";
import { ok } from "../../domain/result.ts";
import {
  newPolicySchema,
  policyCheckSchema,
  policyDraftSchema,
  policyListSchema,
  policyReplySchema,
  waitingPolicyListSchema,
} from "../../wire/api/policy.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

const POLICY = { says: "the policy in force", schema: policyReplySchema };

export const POLICY_ROUTES: readonly Route[] = [
  route({
    method: "put",
    path: "/v1/policy",
    tag: "policy",
    summary: "Put your signed policy in force; one that permits more may wait for a second key's signature",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newPolicySchema,
    replies: { 200: POLICY, 202: { says: "it waits until another key of yours puts it", schema: policyReplySchema } },
    problems: ["partner-only", "policy-version-conflict", "policy-example-failed", "policy-signature-invalid"],
    run: ({ caller, body }, ports) => putPolicy(ports, { caller, policy: body.document, signature: body.signature }),
    present: (row) => ({ status: row.isWaiting ? 202 : 200, json: presentPolicy(row) }),
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
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of versions", schema: policyListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await listPolicies(ports, { caller, page: pageOf(query) })),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentPolicy), next: nextOf(rows, page, ({ version }) => String(version)) },
    }),
  }),
  route({
    method: "get",
    path: "/v1/policy/waiting",
    tag: "policy",
    summary: "Versions of your policy that wait for a second signature, with what each would change",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "those that wait", schema: waitingPolicyListSchema } },
    problems: [],
    run: async ({ caller }, ports) => ok(await listWaiting(ports, { caller })),
    present: (rows) => ({
      status: 200,
      json: { items: rows.map((row) => ({ ...presentPolicy(row), changes: [...row.changes] })), next: null },
    }),
  }),
  route({
    method: "post",
    path: "/v1/policy/check",
    readsOnly: true,
    tag: "policy",
    summary: "Check a draft: every issue with its place and what to write instead; nothing comes into force",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: policyDraftSchema,
    replies: { 200: { says: "what was found", schema: policyCheckSchema } },
    problems: [],
    run: async ({ body }) => ok(checkPolicy(body)),
    present: ({ issues, ...found }) => ({
      status: 200,
      json: { ...found, issues: issues.map((issue) => ({ ...issue })) },
    }),
  }),
];

function presentPolicy({ partner, version, digest, policy, putAt, isWaiting, signatures }: SignedPolicy) {
  return {
    partner,
    version,
    digest,
    document: policy,
    putAt: isoInstant(putAt),
    isWaiting,
    signatures: signatures.map(({ thumbprint, protected: header, signature, at }) => ({
      thumbprint,
      protected: header,
      signature,
      at: isoInstant(at),
    })),
  };
}
