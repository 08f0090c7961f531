// A member signs a contract: one JWS signature over its canonical form, by a key that is registered and not revoked.

import { CONTRACT_TYP } from "../crypto/contract-jws.ts";
import type { JwsEntry } from "../crypto/jws.ts";
import type { ContractId } from "../domain/contract/document.ts";
import { mayAct, suspensionsCarried } from "../domain/contract/lifecycle.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { amendmentFault, type ContractView, concernedBy, contractFile, stateOf } from "./offer-contract.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";
import { verifySigner } from "./verify-signer.ts";

/**
 * Verifies and keeps a member's signature. When it is the last one missing, the contract is in force from its date, or
 * suspended by those who suspended the version before.
 */
export async function signContract(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<ContractView>,
  request: { readonly caller: Caller; readonly contract: ContractId; readonly signature: JwsEntry },
): Promise<Result<ContractView, Problem>> {
  const { caller, contract: id, signature } = request;
  const parties = await partiesOf(ports, caller, id);
  return settle(ports, { name: "sign contract", parties }, async (tx) => {
    const open = await openFile(tx, { id, act: { kind: "sign", partner: caller.partner } });
    if (!open.ok) return open;
    const { contract } = open.value;
    const signer = await verifySigner(tx, { caller, document: contract, typ: CONTRACT_TYP, signature });
    if (!signer.ok) return err(problem("contract-signature-invalid", signer.error));
    const before = await versionBefore(tx, open.value);
    const overtaken = before === null ? null : amendmentFault(tx, before);
    if (overtaken !== null) return err(overtaken);
    await tx.contracts.sign(id, { partner: caller.partner, thumbprint: signer.value, ...signature });
    const signed = stateOf(tx, await contractFile(tx, id));
    const detail = { keyThumbprint: signer.value, state: signed.kind };
    const happening = { actor: caller, parties: concernedBy(open.value), subject: { contract: id }, detail };
    await appendEntry(ports, tx, { act: "contract-signed", ...happening });
    if (before !== null && signed.kind !== "offered") await carrySuspensions(ports, tx, { before, later: open.value });
    const file = await contractFile(tx, id);
    return ok({ file, state: stateOf(tx, file) });
  });
}

/** For whom a transaction about a contract acts: whom it concerns, the caller among them; else the caller alone. */
export async function partiesOf(
  ports: Pick<Ports, "store">,
  caller: Pick<Caller, "partner">,
  id: ContractId,
): Promise<Caller["partner"][]> {
  const act = { name: "find contract", parties: [caller.partner] };
  const file = await ports.store.read(act, (tx) => tx.contracts.find(id));
  return file === null ? [caller.partner] : [...new Set([caller.partner, ...concernedBy(file)])];
}

/** The contract, if the act is open to the member now. A contract of others is not found. */
export async function openFile(
  tx: Transaction,
  wanted: { readonly id: ContractId; readonly act: Parameters<typeof mayAct>[1] },
): Promise<Result<ContractFile, Problem>> {
  const file = await tx.contracts.find(wanted.id);
  if (file === null) return err(problem("not-found", "you are not a member of such a contract"));
  const state = stateOf(tx, file);
  const verdict = mayAct(state, wanted.act);
  if (verdict.ok) return ok(file);
  if (verdict.error === "not-a-member") return err(problem("not-found", "you are not a member of such a contract"));
  return err(problem("contract-not-open", `the contract is ${state.kind.replaceAll("-", " ")}`, { state: state.kind }));
}

// An amendment is signed while the version that it amends can still be amended.
async function versionBefore(tx: Transaction, { contract }: ContractFile): Promise<ContractFile | null> {
  // SAFETY: the contract's schema holds `previous` to the pattern of an id.
  return contract.previous === null ? null : contractFile(tx, contract.previous as ContractId);
}

// Nobody lifts a suspension but the member who asked for it, so a version that is signed meanwhile is suspended too.
// The room notes it, whoever signed last.
async function carrySuspensions(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { before, later }: { readonly before: ContractFile; readonly later: ContractFile },
): Promise<void> {
  for (const partner of suspensionsCarried(before, later)) {
    await tx.contracts.note(later.id, { kind: "suspended", partner });
    await appendEntry(ports, tx, {
      act: "contract-suspended",
      actor: null,
      parties: concernedBy(later),
      subject: { contract: later.id },
      detail: {
        state: "suspended",
        because: "the version before is suspended",
        by: partner,
        previousDigest: before.id,
      },
    });
  }
}
