// Publishes checkpoints by time: one for all witnesses to cosign, at the latest so many seconds after an entry that no
// other covers. Receipts have checkpoints of their own moment; were those what witnesses see, no two would cosign one.

import { OPERATOR } from "../domain/partner/manifest.ts";
import type { Transaction } from "../ports/store.ts";
import { checkStanding } from "./log-standing.ts";
import type { Ports } from "./ports.ts";

type PublishPorts = Pick<Ports, "store" | "room" | "memory" | "standing">;

/** How many rounds fall into the time by which a checkpoint is due: a quarter of it is the most that one is early. */
const ROUNDS = 4;

/** Milliseconds between two rounds. */
export function roundMillis({ publishing }: Ports["room"]): number {
  return (publishing.seconds * 1_000) / ROUNDS;
}

/**
 * One round: checks that the log is the one that the room has signed, publishes what would be overdue by the next
 * round, by the database's clock, and remembers the last signed checkpoint outside the database.
 * Servers of one database wait for each other at the log, and the later finds nothing to do.
 */
export async function publishRound(ports: PublishPorts): Promise<void> {
  const before = await ports.memory.recall();
  const checked = await checkStanding(ports);
  if (!checked.ok) throw new Error(checked.error);
  if (ports.standing.of() !== null) return;
  const act = { name: "publish checkpoint", parties: [OPERATOR] };
  if (await ports.store.read(act, (tx) => isDue(ports, tx))) {
    await ports.store.write(act, async (tx) => {
      if (await isDue(ports, tx)) await tx.log.publish(await tx.log.head());
    });
  }
  await rememberHead(ports, before);
}

async function isDue({ room }: PublishPorts, tx: Transaction): Promise<boolean> {
  const { size, published } = await tx.log.head();
  const since = size === published ? null : await tx.log.appendedAt(published);
  return since !== null && tx.now + roundMillis(room) >= since + room.publishing.seconds * 1_000;
}

// Only what was committed is remembered: a checkpoint that no database holds would accuse the next start. What another
// server has remembered since, which may accuse the log, stays until it has been compared.
async function rememberHead(ports: PublishPorts, before: string | null): Promise<void> {
  const { checkpoint } = await ports.store.read({ name: "read head", parties: [OPERATOR] }, (tx) => tx.log.head());
  if (checkpoint !== "" && checkpoint !== before) await ports.memory.advance(before, checkpoint);
}
