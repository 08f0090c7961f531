// What a member may do to a contract beside signing it: refuse, suspend, resume, terminate. Each works at once.

import type { ContractId } from "../domain/contract/document.ts";
import { mayAct } from "../domain/contract/lifecycle.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Problem } from "../domain/problem.ts";
import { ok, type Result } from "../domain/result.ts";
import type { ContractEventKind, ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { certifyDeletions, deleteGiven } from "./delete-given.ts";
import { endMemberships } from "./end-membership.ts";
import { type ContractView, concernedBy, contractFile, stateOf } from "./offer-contract.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";
import { openFile, partiesOf } from "./sign-contract.ts";

export type ContractChange = "refuse" | "suspend" | "resume" | "terminate";

const EVENT: { readonly [change in ContractChange]: ContractEventKind } = {
  refuse: "refused",
  suspend: "suspended",
  resume: "resumed",
  terminate: "terminated",
};

/**
 * Notes a member's change to a contract, if the contract is open for it. Suspending or resuming does the same to later
 * versions that all have signed and that have not begun. Refusal and termination are final. With
 * termination, later versions that wait for their first day end as well, and what was given under the contract is
 * deleted; the certificate follows when the sealed files are gone.
 */
export async function changeContract(
  ports: Pick<Ports, "store" | "matcher" | "random" | "room"> & Keeping<ContractView>,
  request: { readonly caller: Caller; readonly contract: ContractId; readonly change: ContractChange },
): Promise<Result<ContractView, Problem>> {
  const { caller, contract: id, change } = request;
  const parties = await partiesOf(ports, caller, id);
  const changed = await settle(ports, { name: `${change} contract`, parties }, (tx) =>
    changeIn(ports, tx, { ...request, partner: caller.partner }),
  );
  if (change !== "terminate" || !changed.ok) return changed;
  await certifyDeletions(ports, parties);
  await endMemberships(ports, parties);
  return changed;
}

type Changing = {
  /** Who asked, and on whose behalf: the same but for a partner that the operator removes. */
  readonly caller: Caller;
  readonly partner: PartnerId;
  readonly contract: ContractId;
  readonly change: ContractChange;
};

/** The same inside a transaction, which comes to act for whom it concerns. Certificates come after it. */
export async function changeIn(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { caller, partner, contract: id, change }: Changing,
): Promise<Result<ContractView, Problem>> {
  const open = await openFile(tx, { id, act: { kind: change, partner } });
  if (!open.ok) return open;
  await tx.actForAlso(concernedBy(open.value));
  await tx.contracts.note(id, { kind: EVENT[change], partner });
  const file = await contractFile(tx, id);
  const state = stateOf(tx, file);
  const detail = { state: state.kind, ...(caller.partner === partner ? {} : { because: "partner-removed", partner }) };
  const happening = { actor: caller, parties: concernedBy(file), subject: { contract: id }, detail };
  await appendEntry(ports, tx, { act: `contract-${EVENT[change]}`, ...happening });
  const changed = { caller, partner, file };
  if (change === "terminate") await deleteGiven(tx, file, await endFollowing(ports, tx, changed));
  if (change === "suspend" || change === "resume") await carryOn(ports, tx, { ...changed, change });
  return ok({ file, state });
}

type Changed = Pick<Changing, "caller" | "partner"> & { readonly file: ContractFile };

// An end for good is not undone by what was signed before it.
async function endFollowing(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  changed: Changed,
): Promise<readonly ContractFile[]> {
  const followers = await followersOf(tx, changed);
  for (const follower of followers) await noteFollower(ports, tx, { ...changed, follower, change: "terminate" });
  return followers;
}

// A suspension holds for the contract and not for the page on which it stood that day, and so does lifting it.
async function carryOn(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  changed: Changed & { readonly change: "suspend" | "resume" },
): Promise<void> {
  const { partner, change } = changed;
  for (const follower of await followersOf(tx, changed)) {
    const isOpen = mayAct(stateOf(tx, follower), { kind: change, partner }).ok;
    if (isOpen) await noteFollower(ports, tx, { ...changed, follower });
  }
}

// Versions that all have signed and that have not begun. Whoever changes a version is a member of the next one or
// leaves with it, so it may change that too. Of a version after that it may know nothing: what others agreed among
// themselves, without its lists, is theirs.
async function followersOf(tx: Transaction, { partner, file }: Changed): Promise<readonly ContractFile[]> {
  const followers: ContractFile[] = [];
  for (let next = file.successor; next !== null; ) {
    const follower = await tx.contracts.find(next.id);
    if (follower === null || !concernedBy(follower).includes(partner)) break;
    await tx.actForAlso(concernedBy(follower));
    followers.push(follower);
    next = follower.successor;
  }
  return followers;
}

type Following = Changed & {
  readonly follower: ContractFile;
  readonly change: Exclude<ContractChange, "refuse">;
};

async function noteFollower(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { caller, partner, file, follower, change }: Following,
): Promise<void> {
  const kind = EVENT[change];
  await tx.contracts.note(follower.id, { kind, partner });
  const { kind: state } = stateOf(tx, await contractFile(tx, follower.id));
  await appendEntry(ports, tx, {
    act: `contract-${kind}`,
    actor: caller,
    parties: concernedBy(follower),
    subject: { contract: follower.id },
    detail: { state, because: `the version before was ${kind}`, previousDigest: file.id },
  });
}
