// A partner leaves the room for good, by itself or by the operator's act: its contracts end, its keys sign nothing any
// more, and its data key is destroyed. Its id stays its own, since the log and signed documents name it.

import { hasEnded } from "../domain/contract/lifecycle.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, PartnerRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { changeIn } from "./change-contract.ts";
import { certifyDeletions, filedContracts } from "./delete-given.ts";
import { certifyDestructions, destroyDataKey } from "./destroy-data-key.ts";
import { concernedBy, contractFile, stateOf } from "./offer-contract.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";
import { everybody } from "./start-room.ts";

type RemovePorts = Pick<Ports, "store" | "matcher" | "random" | "room">;
type Removing = { readonly caller: Caller; readonly partner: PartnerId };

/** Removes a partner: itself, or anybody by the operator's act. Answers when its key and its files are gone. */
export async function removePartner(
  ports: RemovePorts & Keeping<PartnerRow>,
  removing: Removing,
): Promise<Result<PartnerRow, Problem>> {
  const parties = await everybody(ports);
  const act = { name: "remove partner", parties: [OPERATOR, removing.caller.partner, removing.partner] };
  const removed = await settle(ports, act, (tx) => remove(ports, tx, removing));
  if (!removed.ok) return removed;
  await certifyDeletions(ports, parties);
  await certifyDestructions(ports, parties);
  return removed;
}

async function remove(ports: RemovePorts, tx: Transaction, removing: Removing): Promise<Result<PartnerRow, Problem>> {
  const { caller, partner } = removing;
  const row = await tx.partners.find(partner);
  const isAllowed = caller.partner === partner || caller.partner === OPERATOR;
  if (row === null || !isAllowed) return err(problem("not-found", "you may remove nobody of this name"));
  if (partner === OPERATOR) return err(problem("partner-only", "the operator stays as long as the room"));
  if (row.leftAt !== null) return ok(row);
  const contracts = await endContracts(ports, tx, removing);
  const keys = (await tx.keys.ofPartner(partner)).filter((key) => key.revokedAt === null);
  for (const { thumbprint } of keys) await tx.keys.revoke(thumbprint);
  for (const witness of await tx.witnesses.list()) {
    if (witness.partner === partner && witness.retiredAt === null) await tx.witnesses.retire(witness.thumbprint);
  }
  for (const { issuer, retiredAt } of await tx.requesters.list(partner)) {
    if (retiredAt === null) await tx.requesters.retire(partner, issuer);
  }
  await tx.partners.leave(partner);
  const detail = { contracts, keyThumbprints: keys.map(({ thumbprint }) => thumbprint).sort() };
  const happening = { actor: caller, parties: [partner], subject: { partner }, detail };
  await appendEntry(ports, tx, { act: "partner-removed", ...happening });
  await destroyDataKey(ports, tx, { partner, because: "partner-removed" });
  return ok({ ...row, leftAt: tx.now });
}

// What is agreed, or has run out, is terminated on the partner's behalf; what waits for signatures is refused.
async function endContracts(ports: RemovePorts, tx: Transaction, { caller, partner }: Removing): Promise<number> {
  const files = (await filedContracts(tx)).filter((file) => concernedBy(file).includes(partner));
  let ended = 0;
  for (const { id } of files) {
    const change = endingOf(tx, await contractFile(tx, id), partner);
    if (change === null) continue;
    const outcome = await changeIn(ports, tx, { caller, partner, contract: id, change });
    if (!outcome.ok) throw new Error(`a contract of a partner that leaves does not end: ${outcome.error.detail}`);
    ended += 1;
  }
  return ended;
}

function endingOf(tx: Transaction, file: ContractFile, partner: PartnerId): "refuse" | "terminate" | null {
  const state = stateOf(tx, file);
  if (state.kind === "offered") return "refuse";
  const isMember = state.members.includes(partner);
  return isMember && (state.kind === "expired" || !hasEnded(state)) ? "terminate" : null;
}
