// `concordat policy`: a partner's own sharing rules, checked on this machine and put in force.

import type { Command } from "commander";
import { policySchema } from "../domain/policy/document.ts";
import { failedExamples } from "../domain/policy/examples.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt, issuesRefusal } from "./documents.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { act, type Call, type Outcome, type Terminal } from "./terminal.ts";

export function addPolicy(program: Command, terminal: Terminal): void {
  const policy = describe(program.command("policy"), "check your sharing rules, put them in force, show them");
  act(
    terminal,
    describe(policy.command("check <file>"), "check a policy and its examples, on this machine", [
      "concordat policy check policies/cross-sell.json",
    ]),
    check,
  );
  actInRoom(
    terminal,
    describe(policy.command("put <file>"), "put a policy in force at once; the earlier one is kept as a version", [
      "concordat policy put policy.json",
    ]),
    put,
  );
  actInRoom(
    terminal,
    describe(policy.command("show"), "show the policy in force", ["concordat policy show --json > policy.json"]),
    show,
  );
}

async function check({ operands }: Call): Promise<Outcome> {
  const policy = await documentAt(operands[0], policySchema);
  if (!policy.ok) return policy;
  const { examples, grants, prohibitions } = policy.value;
  const failing = failedExamples(policy.value);
  if (failing.length > 0) {
    const issues = failing.map(({ pointer, says, expected, because }) => ({
      path: pointer,
      says: `“${says}” expects ${expected}, and the policy says otherwise: ${because.join("; ")}`,
    }));
    return err(issuesRefusal(`${failing.length} of ${examples.length} examples do not hold`, issues));
  }
  const lines = [
    "sound: it fits its schema, and all examples hold",
    `grants ${grants.length}, prohibitions ${prohibitions.length}, examples ${examples.length}`,
  ];
  return ok({ json: { isSound: true, examples: examples.length }, lines });
}

async function put({ session, operands }: SessionCall): Promise<Outcome> {
  const policy = await documentAt(operands[0], policySchema);
  if (!policy.ok) return policy;
  const answer = await session.client.call((api) => api.PUT("/v1/policy", { body: policy.value }));
  return told(answer, (inForce) => ({
    json: inForce,
    lines: [`version ${inForce.version} is in force since ${inForce.putAt}`, `digest ${inForce.digest}`],
  }));
}

async function show({ session }: SessionCall): Promise<Outcome> {
  const answer = await session.client.call((api) => api.GET("/v1/policy"));
  return told(answer, (inForce) => ({
    json: inForce.document,
    lines: [
      `# version ${inForce.version} of ${inForce.partner}, in force since ${inForce.putAt}`,
      JSON.stringify(inForce.document, null, 2),
    ],
  }));
}
