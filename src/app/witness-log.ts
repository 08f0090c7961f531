// Witnesses of the log: partners register keys that cosign, and bring cosignatures of published checkpoints. A
// checkpoint that the room's key has signed and its log does not bear out ends every writing, whoever brings it.

import { parseCosignerKey, verifyCosignatures } from "../crypto/cosignature.ts";
import type { VerifierKey } from "../crypto/signed-note.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { utf8 } from "../domain/bytes.ts";
import { unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { CosignatureRow, WitnessFile, WitnessRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { behindProblem, contradictionOf, openOwn } from "./log-standing.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

type WitnessPorts = Pick<Ports, "store" | "random" | "room" | "memory" | "standing">;
type Brought = { readonly caller: Caller; readonly checkpoint: string };

/** What came of a cosignature: the checkpoint's size, and how many witnesses vouch for it now. */
export type Cosigned = { readonly size: number; readonly cosignatures: number };

/** Every witness of the room, retired ones too, each with what it last cosigned. */
export function listWitnesses(ports: Pick<Ports, "store">, caller: Caller): Promise<readonly WitnessFile[]> {
  return ports.store.read({ name: "list witnesses", parties: [caller.partner] }, (tx) => tx.witnesses.list());
}

/**
 * Registers a key with which the caller's witness cosigns. That it is held is proved by a cosignature of this room's
 * log under it. Its name begins with the partner's id, so that no line passes for another partner's.
 */
export async function registerWitness(
  ports: WitnessPorts & Keeping<WitnessRow>,
  request: Brought & { readonly key: string },
): Promise<Result<WitnessRow, Problem>> {
  const { caller } = request;
  if (caller.partner === OPERATOR) return err(problem("partner-only", "a room is witnessed by its partners"));
  const key = parseCosignerKey(request.key);
  if (!key.ok || !NAME.test(key.value.name) || !key.value.name.startsWith(`${caller.partner}/`)) {
    return err(problem("key-unacceptable", `a witness's key is of type 4 and named \`${caller.partner}/...\``));
  }
  const examined = await examine(ports, request);
  if (!examined.ok) return examined;
  const proven = cosignatureOf(request.checkpoint, [key.value]);
  if (!proven.ok) return proven;
  return settle(ports, { name: "register witness", parties: [caller.partner] }, (tx) =>
    register(ports, tx, { caller, key: key.value, text: request.key }),
  );
}

/** Ends a witness of the caller's: no cosignature of it is taken any more, and what it signed stays. */
export function retireWitness(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<WitnessRow>,
  { caller, thumbprint }: { readonly caller: Caller; readonly thumbprint: string },
): Promise<Result<WitnessRow, Problem>> {
  return settle(ports, { name: "retire witness", parties: [caller.partner] }, async (tx) => {
    const row = await tx.witnesses.find(thumbprint);
    if (row === null || row.partner !== caller.partner) {
      return err(problem("not-found", "you have no such witness"));
    }
    if (row.retiredAt !== null) return ok(row);
    await tx.witnesses.retire(thumbprint);
    await logWitness(ports, tx, { act: "witness-retired", caller, row });
    return ok({ ...row, retiredAt: tx.now });
  });
}

/**
 * Takes a cosignature of a published checkpoint by a witness of the caller's. Sent again, it changes nothing. It is no
 * entry of the log: an entry for each would make a checkpoint for each, and witnesses would never come to rest.
 */
export async function takeCosignature(
  ports: WitnessPorts & Keeping<Cosigned>,
  request: Brought,
): Promise<Result<Cosigned, Problem>> {
  const examined = await examine(ports, request);
  if (!examined.ok) return examined;
  const { partner } = request.caller;
  return ports.store.note({ name: "take cosignature", parties: [partner] }, async (tx) => {
    const outcome = await keepCosignature(tx, { ...request, shown: examined.value });
    await ports.keep(tx, outcome);
    return outcome;
  });
}

const NAME = /^[a-z0-9-]+\/[A-Za-z0-9._-]{1,60}$/;

// A checkpoint that the log does not bear out is remembered before anybody is answered: no restart forgets it.
async function examine(ports: WitnessPorts, { caller, checkpoint }: Brought): Promise<Result<Checkpoint, Problem>> {
  const shown = openOwn(ports.room, checkpoint);
  if (!shown.ok) return err(problem("checkpoint-invalid", "it does not bear a signature by this room's key"));
  const act = { name: "examine checkpoint", parties: [caller.partner] };
  const contradiction = await ports.store.read(act, (tx) => contradictionOf(tx, shown.value));
  if (contradiction === null) return shown;
  ports.standing.fall(contradiction);
  await ports.memory.remember(checkpoint);
  return err(behindProblem(contradiction));
}

function cosignatureOf(
  checkpoint: string,
  known: readonly VerifierKey[],
): Result<{ readonly key: VerifierKey; readonly atSeconds: number; readonly line: string }, Problem> {
  const found = verifyCosignatures(utf8(checkpoint), known);
  if (!found.ok) return err(problem("checkpoint-invalid", "the cosignature does not verify"));
  const [first] = found.value.cosignatures;
  return first === undefined
    ? err(problem("checkpoint-invalid", "it does not bear a cosignature by a witness of yours that is registered"))
    : ok(first);
}

type Registering = { readonly caller: Caller; readonly key: VerifierKey; readonly text: string };

async function register(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { caller, key, text }: Registering,
): Promise<Result<WitnessRow, Problem>> {
  const { partner } = caller;
  const own = (await tx.witnesses.list()).filter((row) => row.partner === partner && row.retiredAt === null);
  if (own.length >= LIMITS.witnessesPerPartner) {
    return err(problem("witnesses-full", `you have ${own.length} witnesses that cosign`));
  }
  const { thumbprint } = key.key;
  if (!(await tx.witnesses.register({ thumbprint, partner, name: key.name, key: text }))) {
    return err(problem("witness-exists", "its key or its name is or was a witness's of this room"));
  }
  const row = { thumbprint, partner, name: key.name, key: text, registeredAt: tx.now, retiredAt: null };
  await logWitness(ports, tx, { act: "witness-registered", caller, row });
  return ok(row);
}

type Witnessing = {
  readonly act: "witness-registered" | "witness-retired";
  readonly caller: Caller;
  readonly row: WitnessRow;
};

async function logWitness(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { act, caller, row }: Witnessing,
): Promise<void> {
  const subject = { partner: row.partner, witness: row.name, keyThumbprint: row.thumbprint };
  await appendEntry(ports, tx, { act, actor: caller, parties: [row.partner], subject, detail: {} });
}

async function keepCosignature(
  tx: Transaction,
  { caller, checkpoint, shown }: Brought & { readonly shown: Checkpoint },
): Promise<Result<Cosigned, Problem>> {
  const own = (await tx.witnesses.list()).filter((row) => row.partner === caller.partner && row.retiredAt === null);
  const cosignature = cosignatureOf(checkpoint, own.map(keyOf));
  if (!cosignature.ok) return cosignature;
  const { key, atSeconds, line } = cosignature.value;
  if (atSeconds * 1_000 > tx.now + LIMITS.clockToleranceSeconds * 1_000) {
    return err(problem("checkpoint-invalid", "the cosignature's time is ahead of the room's clock"));
  }
  const published = await tx.log.published(shown.size);
  if (published?.size !== shown.size) {
    return err(problem("checkpoint-invalid", "this checkpoint was not published: cosign the one that is", {}));
  }
  const { thumbprint: witness } = key.key;
  const row: CosignatureRow = {
    size: shown.size,
    witness,
    partner: caller.partner,
    line,
    signedAt: unixMillis(atSeconds * 1_000),
  };
  await tx.witnesses.cosign(row);
  const all = await tx.witnesses.cosignatures(shown.size, LIMITS.cosignaturesShown);
  return ok({ size: shown.size, cosignatures: all.length });
}

function keyOf({ key }: WitnessRow): VerifierKey {
  const parsed = parseCosignerKey(key);
  if (!parsed.ok) throw new Error("a registered witness's key does not read");
  return parsed.value;
}
