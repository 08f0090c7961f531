// A partner puts its signed policy in force. Versions follow each other by one and are all kept with their signatures;
// examples must hold. Where the version in force asks for it, one that permits more waits for a second key's signature.

import type { JwsEntry } from "../crypto/jws.ts";
import { POLICY_TYP } from "../crypto/policy-jws.ts";
import { canonicalDigest } from "../domain/canonical-json.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { policyFaults } from "../domain/policy/check.ts";
import { isLoosening } from "../domain/policy/difference.ts";
import type { Policy } from "../domain/policy/document.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PolicyRow, PolicySignatureRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { keepAsStated } from "./end-versions.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";
import { verifySigner } from "./verify-signer.ts";

/** A version with its signatures; one that waits is not in force. */
export type SignedPolicy = PolicyRow & {
  readonly isWaiting: boolean;
  readonly signatures: readonly PolicySignatureRow[];
};

type Request = { readonly caller: Caller; readonly policy: Policy; readonly signature: JwsEntry };
type Needed = Pick<Ports, "store" | "random" | "room"> & Keeping<SignedPolicy>;

/**
 * Puts a policy in force for every request from then on, or lets it wait: a version that permits more than one in
 * force which asks for a second signature, until another key of the partner's puts the same document.
 */
export async function putPolicy(ports: Needed, request: Request): Promise<Result<SignedPolicy, Problem>> {
  const { caller, policy } = request;
  if (caller.partner === OPERATOR) return err(problem("partner-only", "the operator has no policy"));
  const judged = await judge(ports, request);
  return settle(ports, { name: "put policy", parties: [caller.partner] }, async (tx) => {
    const current = await tx.policies.current(caller.partner);
    const digest = canonicalDigest(policy);
    const refused = await refusal(tx, request, { current, digest });
    if (!refused.ok) return refused;
    if (current?.digest === digest) return ok({ ...current, isWaiting: false, ...(await signedBy(tx, current)) });
    if ((current === null ? null : current.digest) !== judged.against)
      return err(problem("policy-version-conflict", "another version came into force meanwhile: put this one again"));
    return judged.needsSecond
      ? countersigned(ports, tx, { ...request, digest, thumbprint: refused.value })
      : inForce(ports, tx, { ...request, digest, thumbprint: refused.value });
  });
}

/** The versions of one partner with their signatures. */
export async function withSignatures(
  tx: Transaction,
  rows: readonly PolicyRow[],
  isWaiting: boolean,
): Promise<readonly SignedPolicy[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const signatures = await tx.policies.signatures(first.partner);
  return rows.map((row) => ({ ...row, isWaiting, signatures: signatures.filter((one) => one.digest === row.digest) }));
}

// Comparing takes a while, so it is done before the transaction that every other act waits for.
async function judge(
  ports: Pick<Ports, "store">,
  { caller, policy }: Request,
): Promise<{ readonly against: string | null; readonly needsSecond: boolean }> {
  const act = { name: "judge policy", parties: [caller.partner] };
  const current = await ports.store.read(act, (tx) => tx.policies.current(caller.partner));
  if (current === null) return { against: null, needsSecond: false };
  const isGuarded = current.policy.loosening?.second === true;
  return { against: current.digest, needsSecond: isGuarded && isLoosening(current.policy, policy) };
}

type Standing = { readonly current: PolicyRow | null; readonly digest: string };

// Why a version cannot be taken at all, or the thumbprint of the key that signed it.
async function refusal(
  tx: Transaction,
  { caller, policy, signature }: Request,
  { current, digest }: Standing,
): Promise<Result<string, Problem>> {
  if (policy.partner !== caller.partner) {
    const says = `the policy is \`${policy.partner}\`'s, and you are \`${caller.partner}\``;
    return err(problem("invalid-document", says, { issues: [{ path: "/document/partner", says }] }));
  }
  const signer = await verifySigner(tx, { caller, document: policy, typ: POLICY_TYP, signature });
  if (!signer.ok) return err(problem("policy-signature-invalid", signer.error));
  const expected = current === null ? 1 : current.version + 1;
  if (current?.digest !== digest && policy.version !== expected)
    return err(problem("policy-version-conflict", `the next version is ${expected}`, { expected }));
  const fault = policyFault(policy);
  return fault === null ? signer : err(fault);
}

// What is wrong with a policy that fits its schema: its examples are run, and what no rule can open is found.
function policyFault(policy: Policy): Problem | null {
  const issues = policyFaults(policy).map(({ path, says, instead }) => ({ path: `/document${path}`, says, instead }));
  const [first] = issues;
  if (first === undefined) return null;
  const failing = issues.filter(({ path }) => path.startsWith("/document/examples/")).length;
  if (failing === 0) return problem("invalid-document", `\`${first.path}\`: ${first.says}`, { issues });
  return problem("policy-example-failed", `${failing} of its examples do not hold`, { issues });
}

type Taken = Request & { readonly digest: string; readonly thumbprint: string };

// A version that permits more: in force when another key that still counts has signed it before.
async function countersigned(ports: Needed, tx: Transaction, taken: Taken): Promise<Result<SignedPolicy, Problem>> {
  const { caller, policy, digest, thumbprint } = taken;
  const before = (await tx.policies.signatures(caller.partner)).filter((one) => one.digest === digest);
  const keys = await tx.keys.ofPartner(caller.partner);
  const active = new Set(keys.filter((key) => key.revokedAt === null).map((key) => key.thumbprint));
  if (before.some((one) => one.thumbprint !== thumbprint && active.has(one.thumbprint)))
    return inForce(ports, tx, taken);
  const row = { partner: caller.partner, version: policy.version, digest, policy, putAt: tx.now };
  if (!before.some((one) => one.thumbprint === thumbprint)) {
    await tx.policies.wait(policy, digest);
    await tx.policies.sign(caller.partner, { digest, thumbprint, ...taken.signature });
    await log(ports, tx, { ...taken, act: "policy-waiting", signers: [thumbprint] });
  }
  return ok({ ...row, isWaiting: true, ...(await signedBy(tx, row)) });
}

async function inForce(ports: Needed, tx: Transaction, taken: Taken): Promise<Result<SignedPolicy, Problem>> {
  const { caller, policy, digest, thumbprint } = taken;
  await tx.policies.put(policy, digest);
  await keepAsStated(tx, policy);
  await tx.policies.sign(caller.partner, { digest, thumbprint, ...taken.signature });
  const row = { partner: caller.partner, version: policy.version, digest, policy, putAt: tx.now };
  const { signatures } = await signedBy(tx, row);
  await log(ports, tx, { ...taken, act: "policy-put", signers: signatures.map((one) => one.thumbprint) });
  return ok({ ...row, isWaiting: false, signatures });
}

async function signedBy(tx: Transaction, row: PolicyRow): Promise<Pick<SignedPolicy, "signatures">> {
  const signatures = await tx.policies.signatures(row.partner);
  return { signatures: signatures.filter((one) => one.digest === row.digest) };
}

function log(
  ports: Needed,
  tx: Transaction,
  noted: Taken & { readonly act: "policy-put" | "policy-waiting"; readonly signers: readonly string[] },
) {
  const { caller, policy, digest, act, signers } = noted;
  const subject = { partner: caller.partner, policyDigest: digest };
  const detail = { version: policy.version, signerThumbprints: [...signers] };
  return appendEntry(ports, tx, { act, actor: caller, parties: [caller.partner], subject, detail });
}
