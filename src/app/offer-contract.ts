// A member offers a contract to the others. Nothing is agreed by it: the offerer signs like everybody else.

import { type Contract, type ContractId, contractId } from "../domain/contract/document.ts";
import { type ContractState, contractState, isAmendable } from "../domain/contract/lifecycle.ts";
import { isoDate } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

/**
 * Files a contract under the digest of its canonical form, for its members to read, sign or refuse. One that names the
 * version before it is an amendment: members whom it leaves out sign it as well.
 */
export function offerContract(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<ContractView>,
  request: { readonly caller: Caller; readonly contract: Contract },
): Promise<Result<ContractView, Problem>> {
  const { caller, contract } = request;
  const id = contractId(contract);
  const members = membersOf(contract);
  return settle(ports, { name: "offer contract", parties: [caller.partner, ...members] }, async (tx) => {
    if (!members.includes(caller.partner)) return err(problem("not-a-member", "only a member may offer a contract"));
    const fault = await offerFault(tx, contract, id);
    if (fault !== null) return err(fault);
    const leaving = await leavingMembers(tx, contract);
    if (!leaving.ok) return leaving;
    await tx.actForAlso(leaving.value);
    await tx.contracts.offer({ id, contract, leaving: leaving.value, offeredBy: caller.partner });
    const detail = { name: contract.name, version: contract.version, previousDigest: contract.previous };
    const file = await contractFile(tx, id);
    const happening = { actor: caller, parties: concernedBy(file), subject: { contract: id }, detail };
    await appendEntry(ports, tx, { act: "contract-offered", ...happening });
    return ok({ file, state: stateOf(tx, file) });
  });
}

/** A contract with where it stands now, by the database's calendar. */
export type ContractView = { readonly file: ContractFile; readonly state: ContractState };

/** The state of a contract by the database's calendar. */
export function stateOf(tx: Pick<Transaction, "now">, file: ContractFile): ContractState {
  return contractState({ ...file, today: isoDate(tx.now) });
}

/** Whom a contract concerns: its members, and those of the version before that it leaves out. */
export function concernedBy({ contract, leaving }: Pick<ContractFile, "contract" | "leaving">): PartnerId[] {
  return [...membersOf(contract), ...leaving];
}

/** Why a version cannot be amended any more, or null. */
export function amendmentFault(tx: Pick<Transaction, "now">, before: ContractFile): Problem | null {
  const state = stateOf(tx, before);
  if (isAmendable(state, before.successor)) return null;
  const stands = before.successor === null ? state.kind.replaceAll("-", " ") : "followed by a version that all signed";
  return problem("contract-not-open", `the version before is ${stands}`, { state: state.kind });
}

/** The members of a contract, in its order. */
export function membersOf(contract: Contract): PartnerId[] {
  return contract.members.map((member) => member.partner);
}

/** A contract that is known to be there. */
export async function contractFile(tx: Transaction, id: ContractId): Promise<ContractFile> {
  const file = await tx.contracts.find(id);
  if (file === null) throw new Error("a filed contract is not there");
  return file;
}

async function offerFault(tx: Transaction, contract: Contract, id: ContractId): Promise<Problem | null> {
  if ((await tx.contracts.find(id)) !== null)
    return problem("contract-exists", "this very contract was offered before");
  for (const member of membersOf(contract)) {
    const row = await tx.partners.find(member);
    if (row === null || row.manifest === null || row.leftAt !== null) {
      return problem("contract-unsound", `the room has no partner \`${member}\``, {
        issues: [{ path: "/members", says: `the room has no partner \`${member}\`` }],
      });
    }
  }
  return null;
}

async function leavingMembers(tx: Transaction, contract: Contract): Promise<Result<PartnerId[], Problem>> {
  if (contract.previous === null) return ok([]);
  const says = "`previous` is not the id of a contract of yours with this name and the version before";
  // SAFETY: the contract's schema holds `previous` to the pattern of an id.
  const before = await tx.contracts.find(contract.previous as ContractId);
  if (before?.contract.name !== contract.name || before.contract.version !== contract.version - 1) {
    return err(problem("contract-unsound", says, { issues: [{ path: "/previous", says }] }));
  }
  const fault = amendmentFault(tx, before);
  const members = membersOf(contract);
  return fault === null ? ok(membersOf(before.contract).filter((member) => !members.includes(member))) : err(fault);
}
