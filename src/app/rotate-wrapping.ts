// The wrapping key is rotated: the key ring is sealed under the next one, in one write, while the room serves. Nothing
// in the database and no file of a list changes. The log tells of it, after a crash in between as well.

import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { WrappingRotation } from "../ports/key-ring.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

type RotatePorts = Pick<Ports, "store" | "random" | "room" | "inTurn">;

/** Rotates the wrapping key. Costs one write of a small file. */
export function rotateWrapping(
  ports: RotatePorts & Keeping<WrappingRotation>,
  caller: Caller,
): Promise<Result<WrappingRotation, Problem>> {
  return ports.inTurn(RING, () => rotate(ports, caller));
}

const RING = "room keys";

// One that the log could not be told of, as while the database was gone, is the one that whoever asks again asked for.
async function rotate(
  ports: RotatePorts & Keeping<WrappingRotation>,
  caller: Caller,
): Promise<Result<WrappingRotation, Problem>> {
  await ports.room.keyRing.refresh();
  const untold = ports.room.keyRing.unlogged();
  const rotated = untold === null ? await ports.room.keyRing.rotate() : ok(untold);
  if (!rotated.ok) return err(problem("key-not-rotated", rotated.error));
  const act = { name: "rotate wrapping key", parties: [OPERATOR] };
  const told = await settle(ports, act, async (tx) => {
    await tellLog(ports, tx, { caller, rotation: rotated.value });
    return ok(rotated.value);
  });
  await ports.room.keyRing.logged();
  return told;
}

/** Tells the log of a rotation that a crash kept from it. Safe to repeat. */
export function tellRotation(ports: RotatePorts): Promise<void> {
  return ports.inTurn(RING, () => tellUntold(ports));
}

async function tellUntold(ports: RotatePorts): Promise<void> {
  await ports.room.keyRing.refresh();
  const rotation = ports.room.keyRing.unlogged();
  if (rotation === null) return;
  const act = { name: "tell rotation", parties: [OPERATOR] };
  await ports.store.write(act, (tx) => tellLog(ports, tx, { caller: null, rotation }));
  await ports.room.keyRing.logged();
}

type Rotated = { readonly caller: Caller | null; readonly rotation: WrappingRotation };

async function tellLog(ports: RotatePorts, tx: Transaction, { caller, rotation }: Rotated): Promise<void> {
  const happening = { actor: caller, parties: [OPERATOR], subject: {}, detail: { ...rotation } };
  await appendEntry(ports, tx, { act: "wrapping-key-rotated", ...happening });
}
