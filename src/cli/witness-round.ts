// One round of a witness: what the room shows, whether it follows from what the witness keeps, and only then a
// cosignature, remembered before it is sent (C2SP tlog-cosignature, tlog-witness).

import type { ProblemReply } from "../client/problem-reply.ts";
import { openCheckpoint } from "../client/verify.ts";
import { compareNotes, type Evidence, formatEvidence } from "../client/witness.ts";
import { cosign, cosignerKey } from "../crypto/cosignature.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import { formatLogKey, type LogKey } from "../crypto/log-key.ts";
import { rawPublicKey, readNote, signNote } from "../crypto/signed-note.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { utf8 } from "../domain/bytes.ts";
import { isoInstant, unixMillis } from "../domain/instant.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { followRoomKey } from "./room-key.ts";
import type { Session } from "./session.ts";
import { failed, type Refusal, refusedByRoom, unverified } from "./terminal.ts";
import { formatMemory, type WitnessMemory, writeDurably } from "./witness-memory.ts";

/** A witness at work: the room it follows, its own key and name, and where it remembers. */
export type Witness = {
  readonly session: Session;
  /** The room's key, as trusted and as text. */
  readonly roomKey: LogKey;
  readonly roomKeyText: string;
  readonly key: SigningKey;
  readonly name: string;
  readonly memoryPath: string;
  readonly clock: () => number;
};

/** How a round ended that found nothing wrong. */
export type Rounded = {
  readonly kind: "cosigned" | "unchanged" | "older";
  readonly size: number;
  /** Witnesses that have cosigned the checkpoint, this one among them; null where nothing was sent. */
  readonly cosignatures: number | null;
  readonly memory: WitnessMemory;
};

/** Does one round. A refusal with exit code 5 says that the room contradicts what it showed before. */
export async function witnessRound(given: Witness, memory: WitnessMemory | null): Promise<Result<Rounded, Refusal>> {
  const shown = await given.session.client.call((api) => api.GET("/v1/audit/checkpoint", { parseAs: "text" }));
  if (!shown.ok) return err(refusedByRoom(shown.error));
  const own = await following(given, shown.value);
  if (!own.ok) return own;
  const witness = own.value;
  const kept = memory?.checkpoint ?? shown.value;
  const compared = compareNotes(witness.roomKey, [kept, shown.value], null);
  if (!compared.ok) return err(unverified(`the room's checkpoint is refused: ${compared.error}`));
  const { kind, shown: now, kept: before } = compared.value;
  const pair = { kept, shown: shown.value };
  if (kind === "two-roots") return accuse(witness, { kind, ...pair, proof: null });
  if (kind === "unproven") {
    const grown = await proveGrowth(witness, { before, now, pair });
    if (!grown.ok) return grown;
    if (now.size < before.size && memory !== null) {
      return ok({ kind: "older", size: before.size, cosignatures: null, memory });
    }
  }
  if (memory?.isTaken === true && now.size === before.size) {
    return ok({ kind: "unchanged", size: now.size, cosignatures: null, memory });
  }
  return vouch(witness, { shown: shown.value, size: now.size });
}

// A checkpoint that the key trusted has not signed may be by one that it handed the log over to.
async function following(witness: Witness, shown: string): Promise<Result<Witness, Refusal>> {
  if (openCheckpoint(shown, witness.roomKey).ok) return ok(witness);
  const followed = await followRoomKey(witness.session.profile.url, witness.roomKey);
  return followed.ok ? ok({ ...witness, roomKey: followed.value }) : followed;
}

/** The text form of the witness's key, by which others verify what it cosigns. */
export function witnessKeyText({ name, key }: Pick<Witness, "name" | "key">): string {
  return cosignerKey(name, rawPublicKey(key.publicKey));
}

type Pair = { readonly kept: string; readonly shown: string };
type Growing = { readonly before: Checkpoint; readonly now: Checkpoint; readonly pair: Pair };

// Asks the room to prove that one of the two checkpoints grew from the other, whichever is the smaller.
async function proveGrowth(witness: Witness, { before, now, pair }: Growing): Promise<Result<null, Refusal>> {
  const [first, second] = [Math.min(before.size, now.size), Math.max(before.size, now.size)];
  const query = { first, second };
  const answer = await witness.session.client.call((api) =>
    api.GET("/v1/audit/proofs/consistency", { params: { query } }),
  );
  if (!answer.ok) {
    return saysShorter(answer.error, before.size)
      ? accuse(witness, { kind: "behind", ...pair, proof: null })
      : err(refusedByRoom(answer.error));
  }
  const { proof } = answer.value;
  const compared = compareNotes(witness.roomKey, [pair.kept, pair.shown], proof);
  if (compared.ok && compared.value.kind === "grown") return ok(null);
  return accuse(witness, { kind: "not-grown", ...pair, proof });
}

// A room that was put back says itself how long its log is.
function saysShorter({ kind, extra }: ProblemReply, size: number): boolean {
  return kind === "invalid-parameter" && typeof extra["size"] === "number" && extra["size"] < size;
}

async function vouch(
  witness: Witness,
  { shown, size }: { readonly shown: string; readonly size: number },
): Promise<Result<Rounded, Refusal>> {
  const note = readNote(utf8(shown));
  if (!note.ok) return err(unverified("the room's checkpoint is not a signed note"));
  const { text, signatures } = note.value;
  const own = signatures.filter(({ name }) => name === witness.roomKey.name);
  const seconds = Math.floor(witness.clock() / 1_000);
  const line = cosign(text, { name: witness.name, key: witness.key }, seconds);
  const checkpoint = `${signNote(text, [])}${own.map(({ line: said }) => `${said}\n`).join("")}${line}`;
  const memory = { key: witness.roomKeyText, checkpoint, isTaken: false };
  const kept = await remember(witness, memory);
  if (!kept.ok) return kept;
  const known = await makeKnown(witness, checkpoint);
  if (!known.ok) return known;
  const taken = await witness.session.client.call((api) =>
    api.POST("/v1/audit/cosignatures", { body: { checkpoint } }),
  );
  if (!taken.ok) return err(refusedByRoom(taken.error));
  const done = { ...memory, isTaken: true };
  const noted = await remember(witness, done);
  if (!noted.ok) return noted;
  return ok({ kind: "cosigned", size, cosignatures: taken.value.cosignatures, memory: done });
}

// Registers the witness's key where the room does not know it, with the cosignature as the proof that it is held.
async function makeKnown(witness: Witness, checkpoint: string): Promise<Result<null, Refusal>> {
  const listed = await witness.session.client.call((api) => api.GET("/v1/audit/witnesses"));
  if (!listed.ok) return err(refusedByRoom(listed.error));
  const { thumbprint } = witness.key.publicKey;
  const row = listed.value.items.find((one) => one.thumbprint === thumbprint);
  if (row !== undefined && row.retiredAt !== null) {
    return err(failed(`this witness's key was retired at ${row.retiredAt}`, "name another file with --witness-key"));
  }
  if (row !== undefined) return ok(null);
  const body = { key: witnessKeyText(witness), checkpoint };
  const registered = await witness.session.client.call((api) => api.POST("/v1/audit/witnesses", { body }));
  return registered.ok ? ok(null) : err(refusedByRoom(registered.error));
}

function remember({ memoryPath }: Witness, memory: WitnessMemory): Promise<Result<null, Refusal>> {
  return writeDurably(memoryPath, formatMemory(memory));
}

type Accusation = Omit<Evidence, "key" | "at">;

// Keeps both checkpoints, and shows the room its own earlier one: an honest room that was put back stops at that.
async function accuse(witness: Witness, accusation: Accusation): Promise<Result<never, Refusal>> {
  const at = isoInstant(unixMillis(witness.clock()));
  const evidence = { ...accusation, key: formatLogKey(witness.roomKey), at };
  const path = `${witness.memoryPath}.evidence-${at.replaceAll(/[-:.]/g, "")}.json`;
  const written = await writeDurably(path, formatEvidence(evidence));
  if (!written.ok) return written;
  const body = { checkpoint: accusation.kept };
  const told = await witness.session.client.call((api) => api.POST("/v1/audit/cosignatures", { body }));
  const roomSays = told.ok ? "the room took the earlier checkpoint" : `${told.error.title}: ${told.error.detail}`;
  const says = SAYS[accusation.kind];
  const lines = [
    `error: ${says}`,
    ...["kept:", ...indented(accusation.kept), "shown:", ...indented(accusation.shown)],
    `evidence: ${path}, which \`concordat audit compare ${path}\` reads without the room`,
    `told the room: ${roomSays}`,
    "next: show the evidence to the other partners; the witness cosigns nothing of this room until it is explained",
  ];
  const json = { error: says, verdict: accusation.kind, evidence: path, ...accusation, at, roomSays };
  return err({ ...unverified(says), lines, json });
}

const SAYS: { readonly [kind in Evidence["kind"]]: string } = {
  "two-roots": "the room shows another root at a size that this witness knows",
  "not-grown": "the room shows a log that did not grow from the one that this witness knows",
  behind: "the room's log is shorter than the one that this witness knows: it was put back",
};

function indented(note: string): string[] {
  return note
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd());
}
