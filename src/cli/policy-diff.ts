// `concordat policy diff`: two versions of a policy compared in words, from files or with the version in force.

import type { Command } from "commander";
import { policyDifference } from "../domain/policy/difference.ts";
import { differenceLines, versionsFault } from "../domain/policy/difference-lines.ts";
import { type Policy, policySchema } from "../domain/policy/document.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { openSession } from "./session.ts";
import {
  act,
  type Call,
  failed,
  misused,
  type Outcome,
  type Refusal,
  refusedByRoom,
  type Terminal,
} from "./terminal.ts";

export function addPolicyDiff(policy: Command, terminal: Terminal): void {
  const command = describe(
    policy.command("diff <old> [new]"),
    "compare two versions in words; with one file, the version in force with it",
    ["concordat policy diff policy-3.json policy-4.json", "concordat policy diff policy-4.json"],
  );
  act(terminal, command, (call) => diff(terminal, call));
}

function compared(before: Policy, after: Policy): Outcome {
  const fault = versionsFault(before, after);
  if (fault !== null) return err(misused(fault, "compare two versions of one policy"));
  const difference = policyDifference(before, after);
  if (!difference.ok) {
    const says = "the two versions tell too many cases apart to be compared as a whole";
    return err(failed(says, "compare them clause by clause, or make clauses that speak of the same partners alike"));
  }
  const { verdict, clauses, turns } = difference.value;
  const told = turns.map(({ direction, access, before: was, after: is }) => {
    return { direction, request: access, before: was.kind, after: is.kind };
  });
  const title = `version ${before.version} of ${before.partner} → version ${after.version}`;
  return ok({
    json: { before: before.version, after: after.version, verdict, clauses, examples: told },
    lines: [title, ...differenceLines(difference.value)],
  });
}

async function diff(terminal: Terminal, call: Call): Promise<Outcome> {
  const [first, second] = call.operands;
  const before = second === undefined ? await policyInForce(terminal, call) : await documentAt(first, policySchema);
  if (!before.ok) return before;
  const after = await documentAt(second ?? first, policySchema);
  return after.ok ? compared(before.value, after.value) : after;
}

async function policyInForce(terminal: Terminal, { options }: Call): Promise<Result<Policy, Refusal>> {
  const session = await openSession(terminal, options);
  if (!session.ok) return session;
  const answer = await session.value.client.call((api) => api.GET("/v1/policy"));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const policy = policySchema.safeParse(answer.value.document);
  return policy.success ? ok(policy.data) : err(failed("the room's version does not fit this program's schema"));
}
