// What time alone brings about, at start and every hour after: questions that nobody approved in time end, as do those
// whose contract has; uploads that nobody goes on with are dropped; answers and versions of lists past their retention
// are deleted; a partner whose last contract ran out loses its data key; what a crash cut short of deleting and
// destroying is done, with its certificate.

import { requestState } from "../domain/approval/request.ts";
import type { ContractId } from "../domain/contract/document.ts";
import { hasEnded } from "../domain/contract/lifecycle.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { RequestFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { endRequest } from "./await-approval.ts";
import { certifyDeletions } from "./delete-given.ts";
import { certifyDestructions, destroyAgain } from "./destroy-data-key.ts";
import { dropIdleUploads } from "./drop-idle.ts";
import { endMemberships } from "./end-membership.ts";
import { endVersions } from "./end-versions.ts";
import { contractFile, membersOf, stateOf } from "./offer-contract.ts";
import type { Ports } from "./ports.ts";
import { tellRotation } from "./rotate-wrapping.ts";
import { everybody } from "./start-room.ts";

type HousePorts = Pick<Ports, "store" | "matcher" | "random" | "room" | "progress" | "inTurn" | "running">;

/** Does what is due by the database's clock. Safe at any time, and as often as one likes. */
export async function keepHouse(ports: HousePorts): Promise<void> {
  const parties = await everybody(ports);
  await ports.store.write({ name: "end requests", parties }, (tx) => endRequests(ports, tx));
  await ports.store.write({ name: "delete answers", parties }, (tx) => deleteAnswers(ports, tx));
  await dropIdleUploads(ports, parties);
  await endVersions(ports, parties);
  await certifyDeletions(ports, parties);
  await destroyAgain(ports, parties);
  await certifyDestructions(ports, parties);
  await tellRotation(ports);
  await endMemberships(ports, parties);
}

async function endRequests(ports: HousePorts, tx: Transaction): Promise<void> {
  for (const request of await tx.requests.unended()) {
    const { contract } = await contractFile(tx, request.contract);
    const kind = await endOf(tx, request);
    if (kind === null) continue;
    await endRequest(tx, request, { kind });
    const subject = { contract: request.contract, request: request.id, questionDigest: request.questionDigest };
    const happening = { actor: null, parties: membersOf(contract), subject, detail: { recipient: request.recipient } };
    await appendEntry(ports, tx, { act: `approval-${kind}`, ...happening });
  }
}

async function endOf(tx: Transaction, request: RequestFile): Promise<"expired" | "lapsed" | null> {
  if (hasEnded(stateOf(tx, await contractFile(tx, request.contract)))) return "lapsed";
  return requestState({ ...request, now: tx.now }).kind === "expired" ? "expired" : null;
}

async function deleteAnswers(ports: HousePorts, tx: Transaction): Promise<void> {
  const forgotten = await tx.releases.forgetExpired();
  const byContract = new Map<ContractId, string[]>();
  for (const { id, contract } of forgotten) byContract.set(contract, [...(byContract.get(contract) ?? []), id]);
  for (const [contract, releases] of byContract) {
    const parties: PartnerId[] = membersOf((await contractFile(tx, contract)).contract);
    const detail = { because: "retention", counts: { releases: releases.length }, releases };
    await appendEntry(ports, tx, { act: "data-deleted", actor: null, parties, subject: { contract }, detail });
  }
}
