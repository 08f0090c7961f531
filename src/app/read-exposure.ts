// What one partner could ever learn about the caller: worked out from contracts and the caller's policy alone, at no
// cost, and for the caller alone.

import { isoDate } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import type { Policy } from "../domain/policy/document.ts";
import { type Exposure, exposureOf } from "../domain/policy/exposure.ts";
import { exposureLines, type ToldContract } from "../domain/policy/exposure-lines.ts";
import { nameOf } from "../domain/policy/words.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { membersOf, stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import { directoryOf } from "./surroundings.ts";

/** Everything that a partner could learn, and the same in words. */
export type ExposureView = {
  readonly to: PartnerId;
  readonly on: string;
  readonly contracts: readonly ToldContract[];
  readonly items: readonly Exposure[];
  readonly lines: readonly string[];
};

/** States from which a contract can still come to be used. */
export const OPEN_STATES: readonly string[] = ["offered", "signed-not-yet-valid", "in-force", "suspended"];

/** What `to` could learn about the caller from today on, under contracts that are open or may yet be. */
export function readExposure(
  ports: Pick<Ports, "store">,
  { caller, to }: { readonly caller: Pick<Caller, "partner">; readonly to: PartnerId },
): Promise<Result<ExposureView, Problem>> {
  const owner = caller.partner;
  return ports.store.read({ name: "read exposure", parties: [owner] }, async (tx) => {
    if (to === owner || to === OPERATOR || (await tx.partners.find(to)) === null)
      return err(problem("not-found", "name another partner of the room"));
    const current = await tx.policies.current(owner);
    if (current === null)
      return err(problem("policy-missing", "you have put no policy in force, so nothing is permitted"));
    const files = (await contractsInView(tx)).filter((file) => isBetween(tx, file, [owner, to]));
    const members = [...new Set([owner, to, ...files.flatMap(({ contract }) => membersOf(contract))])];
    const directory = await directoryOf(tx, members);
    const on = isoDate(tx.now);
    const exposed = exposureOf({ owner, recipient: to, policy: current, directory, on }, files);
    if (!exposed.ok)
      return err(problem("policy-too-large", "your policy and these contracts cannot be looked at whole"));
    const items = exposed.value;
    const contracts = files.map((file) => {
      return { id: file.id, name: file.contract.name, state: stateOf(tx, file).kind };
    });
    const ids = current.policy.grants.map((grant, index) => [`/grants/${index}`, grant.id] as const);
    const grants = new Map<string, string>(ids);
    const names = { owner: nameOf(directory, owner), recipient: nameOf(directory, to) };
    const grantAt = (pointer: string) => grants.get(pointer) ?? pointer;
    const told = { ...names, contracts, grantAt, nameOf: await affiliateNames(tx, current.policy) };
    return ok({ to, on, contracts, items, lines: exposureLines(items, told) });
  });
}

// Affiliates need be members of no contract, nor in the room yet.
async function affiliateNames(tx: Transaction, { affiliates }: Policy): Promise<(partner: PartnerId) => string> {
  const partners = affiliates === undefined ? [] : affiliates.flatMap((group) => group.partners);
  const rows = await tx.partners.named(partners);
  const names = new Map(rows.flatMap(({ id, manifest }) => (manifest === null ? [] : [[id, manifest.name]])));
  return (partner) => names.get(partner) ?? partner;
}

function isBetween(tx: Transaction, file: ContractFile, partners: readonly PartnerId[]): boolean {
  const members = membersOf(file.contract);
  return partners.every((partner) => members.includes(partner)) && OPEN_STATES.includes(stateOf(tx, file).kind);
}

/** Every contract that concerns a party of the transaction, newest first. One statement for each hundred. */
export async function contractsInView(tx: Transaction): Promise<ContractFile[]> {
  const files: ContractFile[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly ContractFile[] = await tx.contracts.list({ after, limit: LIMITS.pageItems });
    files.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < LIMITS.pageItems) return files;
    after = last.id;
  }
}
