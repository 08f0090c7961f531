// `concordat policy`: a partner's own sharing rules, checked and compared on this machine, signed and put in force.

import type { Command } from "commander";
import { z } from "zod";
import { toBase64Url, utf8 } from "../domain/bytes.ts";
import { canonicalJson, type Json } from "../domain/canonical-json.ts";
import { policySchema } from "../domain/policy/document.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { aligned } from "./figures.ts";
import { addPolicyCheck } from "./policy-check.ts";
import { addPolicyDiff } from "./policy-diff.ts";
import { type PolicyReply, putSigned } from "./policy-put.ts";
import { addPolicySimulate } from "./policy-simulate.ts";
import { addPolicyVerify } from "./policy-verify.ts";
import { addPolicyWaiting } from "./policy-waiting.ts";
import { actInRoom, everyItem, type Session, type SessionCall, told } from "./session.ts";
import { failed, type Outcome, type Terminal, type Told } from "./terminal.ts";

const showOptions = z.object({ jws: z.boolean().optional(), ofVersion: z.coerce.number().int().optional() });

export function addPolicy(program: Command, terminal: Terminal): void {
  const policy = describe(
    program.command("policy"),
    "check your sharing rules, sign them, put them in force, show them",
  );
  addPolicyCheck(policy, terminal);
  addPolicyDiff(policy, terminal);
  addPolicySimulate(policy, terminal);
  const sentence = "sign a policy and put it in force; exits 4 while it waits for a second signature";
  actInRoom(terminal, describe(policy.command("put <file>"), sentence, ["concordat policy put policy.json"]), put);
  actInRoom(
    terminal,
    describe(policy.command("show"), "show the policy in force, or an earlier version", [
      "concordat policy show --json > policy.json",
    ])
      .option("--of-version <number>", "that version instead of the one in force")
      .option("--jws", "the policy with its signatures, for `policy verify`"),
    show,
  );
  actInRoom(
    terminal,
    describe(policy.command("versions"), "list all versions, newest first, with who signed them"),
    versions,
  );
  addPolicyWaiting(policy, terminal);
  addPolicyVerify(policy, terminal);
}

async function put(call: SessionCall): Promise<Outcome> {
  const policy = await documentAt(call.operands[0], policySchema);
  return policy.ok ? putSigned(call, policy.value) : policy;
}

async function show({ session, options }: SessionCall): Promise<Outcome> {
  const { jws, ofVersion } = showOptions.parse(options);
  const versions = await everyVersion(session);
  if (!versions.ok) return versions;
  const [newest, ...rest] = versions.value;
  if (newest === undefined) return told(await session.client.call((api) => api.GET("/v1/policy")), shown);
  const reply = ofVersion === undefined ? newest : [newest, ...rest].find(({ version }) => version === ofVersion);
  if (reply === undefined) return err(failed(`there is no version ${ofVersion}; the newest is ${newest.version}`));
  if (jws !== true) return ok(shown(reply));
  return ok({ text: `${JSON.stringify(envelopeOf(reply))}\n` });
}

function shown(reply: PolicyReply): Told {
  const signers = reply.signatures.map(({ thumbprint }) => `signed by key ${thumbprint}`);
  const title = `# version ${reply.version} of ${reply.partner}, in force since ${reply.putAt}`;
  return { json: reply.document, lines: [[title, ...signers].join("; "), JSON.stringify(reply.document, null, 2)] };
}

// RFC 7515 §7.2.1; the payload is the canonical form, which is what was signed.
function envelopeOf({ document, signatures }: PolicyReply) {
  return {
    // SAFETY: the room's reply was JSON.
    payload: toBase64Url(utf8(canonicalJson(document as Json))),
    signatures: signatures.map(({ protected: header, signature }) => ({ protected: header, signature })),
  };
}

async function versions({ session }: SessionCall): Promise<Outcome> {
  const items = await everyVersion(session);
  if (!items.ok) return items;
  const rows = items.value.map((one) => [
    String(one.version),
    one.putAt,
    one.digest.slice(0, 12),
    one.signatures.map(({ thumbprint }) => thumbprint).join(" "),
  ]);
  return ok({ json: items.value, lines: aligned([["version", "in force from", "digest", "signed by"], ...rows]) });
}

function everyVersion({ client }: Session) {
  return everyItem((after) => client.call((api) => api.GET("/v1/policy/versions", { params: { query: after } })));
}
