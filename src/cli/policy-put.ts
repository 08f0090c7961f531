// Signing a policy on this machine and sending it; what comes back is in force, or waits for a second signature.

import type { paths } from "../client/api-types.gen.ts";
import { signedPolicy } from "../client/sign-policy.ts";
import type { Json } from "../domain/canonical-json.ts";
import { policySchema } from "../domain/policy/document.ts";
import { err } from "../domain/result.ts";
import { type SessionCall, told } from "./session.ts";
import { EXIT, failed, type Outcome, type Told } from "./terminal.ts";

/** A policy as the room answers it. */
export type PolicyReply = paths["/v1/policy"]["get"]["responses"][200]["content"]["application/json"];

/** Sends a signed document; what it tells depends on whether it waits. */
export async function putSigned({ session }: Pick<SessionCall, "session">, document: Json): Promise<Outcome> {
  const policy = policySchema.safeParse(document);
  if (!policy.success) return err(failed("the document is no policy that this program knows"));
  const body = signedPolicy(session.key, policy.data);
  return told(await session.client.call((api) => api.PUT("/v1/policy", { body })), putTold);
}

function putTold(reply: PolicyReply): Told {
  const { version, digest, putAt, isWaiting } = reply;
  if (!isWaiting) return { json: reply, lines: [`version ${version} is in force since ${putAt}`, `digest ${digest}`] };
  const lines = [
    `version ${version} permits more than the one in force, so it waits for a second signature`,
    `digest ${digest}`,
    "next: with another key of yours, run `concordat policy countersign`",
  ];
  return { json: reply, lines, exit: EXIT.waiting };
}
