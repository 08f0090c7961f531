// `concordat policy waiting` and `countersign`: versions that permit more, read and signed by a second person.

import type { Command } from "commander";
import type { paths } from "../client/api-types.gen.ts";
import { canonicalDigest, type Json } from "../domain/canonical-json.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { putSigned } from "./policy-put.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { failed, misused, type Outcome, refusedByRoom, type Terminal } from "./terminal.ts";

type Waiting = paths["/v1/policy/waiting"]["get"]["responses"][200]["content"]["application/json"]["items"][number];

export function addPolicyWaiting(policy: Command, terminal: Terminal): void {
  actInRoom(
    terminal,
    describe(policy.command("waiting"), "show versions that wait for a second signature, and what each would change"),
    waiting,
  );
  actInRoom(
    terminal,
    describe(policy.command("countersign [digest]"), "sign a waiting version with your key, which puts it in force", [
      "concordat policy countersign --profile second-person",
    ]),
    countersign,
  );
}

async function waiting({ session }: SessionCall): Promise<Outcome> {
  const answer = await session.client.call((api) => api.GET("/v1/policy/waiting"));
  return told(answer, ({ items }) => {
    const lines = items.length === 0 ? ["no version waits for a second signature"] : items.flatMap(waitingLines);
    return { json: items, lines };
  });
}

// What is signed has been checked against its digest, and its changes are printed: nobody signs what they did not see.
async function countersign(call: SessionCall): Promise<Outcome> {
  const [wanted] = call.operands;
  const answer = await call.session.client.call((api) => api.GET("/v1/policy/waiting"));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const found = answer.value.items.filter(({ digest }) => wanted === undefined || digest.startsWith(wanted));
  const [one, ...others] = found;
  if (one === undefined) return err(failed("no such version waits for a second signature", "see `policy waiting`"));
  if (others.length > 0)
    return err(
      misused("several versions wait", `name the digest of one: ${found.map(({ digest }) => digest).join(", ")}`),
    );
  // SAFETY: the room's reply was JSON.
  const document = one.document as Json;
  if (canonicalDigest(document) !== one.digest)
    return err(failed("the room shows another text under this digest: nothing was signed"));
  const outcome = await putSigned(call, document);
  if (!outcome.ok || "text" in outcome.value) return outcome;
  return ok({ ...outcome.value, lines: [...waitingLines(one), ...outcome.value.lines] });
}

function waitingLines({ version, digest, putAt, signatures, changes }: Waiting): string[] {
  const signers = signatures.map(({ thumbprint }) => thumbprint).join(", ");
  return [
    `version ${version} (${digest}), since ${putAt}, signed by key ${signers}`,
    ...changes.map((line) => `  ${line}`),
  ];
}
