// A partner whose last contract has ended keeps its place in the room, and none of what it brought: its data key is
// destroyed and another made. Termination does so at once, a last day that went by after some days of grace, in which
// the contract may still be amended.

import { contractEnd } from "../domain/contract/lifecycle.ts";
import { DAY_MILLIS } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import type { Transaction } from "../ports/store.ts";
import { filedContracts } from "./delete-given.ts";
import { certifyDestructions, destroyDataKey } from "./destroy-data-key.ts";
import { stateOf } from "./offer-contract.ts";
import type { Ports } from "./ports.ts";

/** Destroys the data keys of those of these partners whose last contract has ended. Safe to repeat. */
export async function endMemberships(
  ports: Pick<Ports, "store" | "matcher" | "random" | "room">,
  partners: readonly PartnerId[],
): Promise<void> {
  for (const partner of partners.filter((one) => one !== OPERATOR)) {
    const act = { name: "end membership", parties: [partner] };
    if (!(await ports.store.read(act, (tx) => isOver(tx, partner)))) continue;
    await ports.store.write(act, async (tx) => {
      if (await isOver(tx, partner)) await destroyDataKey(ports, tx, { partner, because: "last-contract-ended" });
    });
    await certifyDestructions(ports, [partner]);
  }
}

// Whether contracts that the partner has signed have ended, all of them, since its data key was made. One that it has
// not signed holds nobody's data in the room.
async function isOver(tx: Transaction, partner: PartnerId): Promise<boolean> {
  const key = await tx.dataKeys.find(partner);
  const signed = (await filedContracts(tx)).filter(({ signatures }) =>
    signatures.some((one) => one.partner === partner),
  );
  if (key === null) return false;
  const ends = signed.map((file) => contractEnd(stateOf(tx, file), LIMITS.expiredDays * DAY_MILLIS));
  if (ends.some((end) => end === "goes-on" || (end !== null && end > tx.now))) return false;
  return ends.some((end) => typeof end === "number" && end >= key.putAt);
}
