// `concordat policy verify`: a signed policy checked offline, against keys from a place that the reader trusts.

import type { Command } from "commander";
import { z } from "zod";
import { verifyPolicy } from "../client/verify-policy.ts";
import { policySchema } from "../domain/policy/document.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { readJson, readText } from "./files.ts";
import { act, type Call, misused, type Outcome, type Terminal, unverified } from "./terminal.ts";

const optionsSchema = z.object({ jwks: z.string() });
const keySetSchema = z.looseObject({ keys: z.array(z.unknown()) });

export function addPolicyVerify(policy: Command, terminal: Terminal): void {
  const command = describe(policy.command("verify <file>"), "verify a signed policy offline", [
    "concordat policy show --jws > signed-policy.json",
    "  concordat policy verify signed-policy.json --jwks meridian-bank.json",
  ]).requiredOption("--jwks <file>", 'the partner\'s keys: a key set, {"keys": [...]}');
  act(terminal, command, verify);
}

async function verify({ operands, options }: Call): Promise<Outcome> {
  const text = await readText(operands[0] ?? "");
  if (!text.ok) return text;
  const path = optionsSchema.parse(options).jwks;
  const json = await readJson(path);
  if (!json.ok) return json;
  const keySet = keySetSchema.safeParse(json.value);
  if (!keySet.success) return err(misused(`\`${path}\` is not a key set: {"keys": [...]}`));
  const verified = verifyPolicy(text.value, keySet.data.keys);
  if (!verified.ok) return err(unverified(verified.error));
  const { document, digest, signers } = verified.value;
  const policy = policySchema.safeParse(document);
  if (!policy.success) return err(unverified("what is signed is not a policy of this product"));
  const { partner, version } = policy.data;
  const lines = [
    `verified: policy of ${partner}, version ${version} (${digest})`,
    ...signers.map((thumbprint) => `  signed by key ${thumbprint}`),
  ];
  return ok({ json: { isVerified: true, partner, version, digest, signers }, lines });
}
