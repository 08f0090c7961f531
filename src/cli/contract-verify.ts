// `concordat contract verify`: a signed contract checked offline, against keys from a place that the reader trusts.

import type { Command } from "commander";
import { z } from "zod";
import { verifyContract } from "../client/verify-contract.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { readJson, readText } from "./files.ts";
import { act, type Call, misused, type Outcome, type Refusal, type Terminal, unverified } from "./terminal.ts";

const byMemberSchema = z.record(z.string(), z.looseObject({ keys: z.array(z.unknown()) }));
const optionsSchema = z.object({ jwks: z.array(z.string()) });

export function addContractVerify(contract: Command, terminal: Terminal): void {
  const command = describe(contract.command("verify <file>"), "verify a signed contract offline", [
    "concordat contract show sunline-harbour --jws > contract.json",
    "  concordat contract verify contract.json --jwks sunline-holidays=sunline.json --jwks harbour-yachts=harbour.json",
  ]).requiredOption(
    "--jwks <file...>",
    "the members' keys: MEMBER=FILE for each, or one FILE with a key set by member",
  );
  act(terminal, command, verify);
}

async function verify({ operands, options }: Call): Promise<Outcome> {
  const text = await readText(operands[0] ?? "");
  if (!text.ok) return text;
  const keys = await readKeySets(optionsSchema.parse(options).jwks);
  if (!keys.ok) return keys;
  const verified = verifyContract(text.value, keys.value);
  if (!verified.ok) return err(unverified(verified.error));
  const { id, contract, signers } = verified.value;
  const lines = [
    `verified: ${contract.name}, version ${contract.version} (${id})`,
    ...[...signers].map(([member, thumbprint]) => `  signed by ${member}, key ${thumbprint}`),
  ];
  return ok({ json: { isVerified: true, id, name: contract.name, signers: Object.fromEntries(signers) }, lines });
}

async function readKeySets(files: readonly string[]): Promise<Result<Map<string, readonly unknown[]>, Refusal>> {
  const byMember = new Map<string, readonly unknown[]>();
  for (const file of files) {
    const [, member, path = file] = /^([a-z0-9-]+)=(.+)$/.exec(file) ?? [];
    const json = await readJson(path);
    if (!json.ok) return json;
    const sets = byMemberSchema.safeParse(member === undefined ? json.value : { [member]: json.value });
    if (!sets.success) {
      const form = member === undefined ? "an object of key sets by member" : 'a key set: {"keys": [...]}';
      return err(misused(`\`${path}\` is not ${form}`, "see `concordat contract verify --help`"));
    }
    for (const [name, { keys }] of Object.entries(sets.data)) byMember.set(name, keys);
  }
  return ok(byMember);
}
