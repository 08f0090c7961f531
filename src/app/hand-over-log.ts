// The log's key hands over to the next one: the former signs the note that names it, and the entry that holds the note
// is the last that it signs for. Everybody in the room is told; who trusts the former follows the note.

import { signHandOver } from "../crypto/log-key.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { appendEntry } from "./append-entry.ts";
import { refreshKeys } from "./look-around.ts";
import { type Caller, type Keeping, type Ports, settle, storeInTurn } from "./ports.ts";
import { everybody } from "./start-room.ts";

/** Which key follows which, by thumbprint, from which entry of the log on, and the note that says so. */
export type HandOver = { readonly from: string; readonly to: string; readonly index: number; readonly note: string };

/** Hands the log over. Old checkpoints and receipts verify with the former key, new ones with the one that follows. */
export function handOverLog(
  ports: HandOverPorts & Pick<Ports, "inTurn">,
  caller: Caller,
): Promise<Result<HandOver, Problem>> {
  return ports.inTurn("room keys", async (turn) => {
    await refreshKeys(ports.room);
    return handOver({ ...ports, store: storeInTurn(ports.store, turn) }, caller);
  });
}

type HandOverPorts = Pick<Ports, "store" | "random" | "room"> & Keeping<HandOver>;

async function handOver(ports: HandOverPorts, caller: Caller): Promise<Result<HandOver, Problem>> {
  const { logKeys, origin } = ports.room;
  const next = await logKeys.next();
  if (!next.ok) return err(problem("key-not-rotated", next.error));
  const { thumbprint: to } = next.value.publicKey;
  const act = { name: "hand over log", parties: await everybody(ports) };
  const handed = await settle(ports, act, async (tx) => {
    const { size: index, signer: signing } = await tx.log.head();
    const signer = logKeys.signer(signing);
    const note = signHandOver(origin, index, { signer, next: next.value.publicKey });
    const from = signer.publicKey.thumbprint;
    const happening = { actor: caller, parties: act.parties, subject: { keyThumbprint: from, nextThumbprint: to } };
    await appendEntry(ports, tx, { act: "log-key-handed-over", ...happening, detail: { handOver: note } });
    await tx.log.handOver({ entry: index, signer: to, note });
    // The checkpoint of the hand-over is the last that whoever trusts the former key alone can follow.
    const head = await tx.log.head();
    if (head.published < head.size) await tx.log.publish(head);
    return ok({ from, to, index, note });
  });
  if (handed.ok) await follow(ports, handed.value);
  return handed;
}

async function follow(ports: Pick<Ports, "store" | "room">, { note, index }: HandOver): Promise<void> {
  const act = { name: "read hand-over", parties: [OPERATOR] };
  const row = await ports.store.read(act, (tx) => tx.log.published(index + 1));
  if (row === null) throw new Error("the checkpoint of a hand-over is not published");
  await ports.room.logKeys.follow({ note, checkpoint: row.checkpoint });
}
