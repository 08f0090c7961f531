// The log as somebody outside saw it: every checkpoint that a room has shown is kept here, where no fault of the room
// reaches, and whatever it shows later must be consistent with all of them (RFC 9162 §2.1.4).

import type { SigningKey } from "../../crypto/jwk.ts";
import { parseVerifierKey, rawPublicKey, type VerifierKey, verifierKey, verifyNote } from "../../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../../domain/audit/checkpoint.ts";
import { verifyExport } from "../../domain/audit/export-file.ts";
import { verifyConsistency } from "../../domain/audit/proof.ts";
import { fromBase64, utf8 } from "../../domain/bytes.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { inTurns } from "../../engine/columnar/turns.ts";
import type { RoomKeys } from "../../storage/room-keys.ts";
import type { Answer } from "../signed-call.ts";
import { ASKED_AT_ONCE } from "./acknowledged.ts";
import { mustCall, textOf } from "./small-world.ts";

export type SeenLog = {
  /** Sees the log's head; answers whether it is consistent with the one seen before, and keeps it. */
  readonly look: () => Promise<boolean>;
  /** Every fault of the log beside all that was seen and the receipts of these answers, read with these keys. */
  readonly faults: (read: {
    readonly answers: readonly Answer[];
    readonly keys: readonly SigningKey[];
  }) => Promise<string[]>;
  /** How many checkpoints were seen. */
  readonly count: () => number;
};

type Watched = { readonly origin: string; readonly operator: SigningKey; readonly roomKeys: RoomKeys };

/** Watches a room's log as its operator may, who sees its entries and head. */
export function seenLog(watched: Watched): SeenLog {
  const seen: Checkpoint[] = [];
  return {
    count: () => seen.length,
    look: async () => {
      const latest = await headOf(watched);
      const earlier = seen.at(-1);
      seen.push(latest);
      return earlier === undefined || isConsistent(watched, earlier, latest);
    },
    faults: async ({ answers, keys }) => {
      const latest = await headOf(watched);
      const receipts = answers.map((answer) => checkpointOfReceipt(watched, textOf(answer, "receipt")));
      const faults: string[] = [];
      await inTurns([...seen, ...receipts], ASKED_AT_ONCE, async (earlier) => {
        if (!(await isConsistent(watched, earlier, latest)))
          faults.push(`${earlier.size} entries do not lead to ${latest.size}`);
      });
      for (const key of keys) {
        const path = "/v1/audit/export";
        const exported = await mustCall(watched.origin, { method: "GET", path, key });
        const verdict = verifyExport(exported.text, { openCheckpoint: (note) => openNote(watched, note) });
        if (!verdict.ok) faults.push(`an export does not verify: ${JSON.stringify(verdict.error)}`);
      }
      return faults;
    },
  };
}

async function headOf(watched: Watched): Promise<Checkpoint> {
  const { origin, operator: key } = watched;
  const answer = await mustCall(origin, { method: "GET", path: "/v1/audit/head", key });
  return opened(watched, textOf(answer, "checkpoint"));
}

function checkpointOfReceipt(watched: Watched, receipt: string): Checkpoint {
  const payload: { readonly checkpoint: string } = JSON.parse(
    Buffer.from(receipt.split(".")[1] ?? "", "base64url").toString(),
  );
  return opened(watched, payload.checkpoint);
}

function opened(watched: Watched, note: string): Checkpoint {
  const checkpoint = openNote(watched, note);
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
}

function openNote({ roomKeys }: Watched, note: string): Result<Checkpoint, string> {
  const verified = verifyNote(utf8(note), [noteKey(roomKeys)]);
  return verified.ok ? parseCheckpoint(verified.value.text) : err(verified.error);
}

function noteKey({ log }: RoomKeys): VerifierKey {
  const key = parseVerifierKey(verifierKey(`concordat/${log.publicKey.thumbprint}`, rawPublicKey(log.publicKey)));
  if (!key.ok) throw new Error("the log's key is none");
  return key.value;
}

async function isConsistent(watched: Watched, earlier: Checkpoint, latest: Checkpoint): Promise<boolean> {
  const path = `/v1/audit/proofs/consistency?first=${earlier.size}&second=${latest.size}`;
  const { body } = await mustCall(watched.origin, { method: "GET", path, key: watched.operator });
  const proof = hashes(body["proof"]);
  if (!proof.ok) return false;
  const sizes = { first: earlier.size, second: latest.size };
  return verifyConsistency({ ...sizes, firstRoot: earlier.root, secondRoot: latest.root, proof: proof.value });
}

function hashes(texts: unknown): Result<readonly Uint8Array[], "not-hashes"> {
  if (!Array.isArray(texts)) return err("not-hashes");
  const read = texts.map((text) => fromBase64(String(text)));
  const sound = read.flatMap((hash) => (hash.ok ? [hash.value] : []));
  return sound.length === read.length ? ok(sound) : err("not-hashes");
}
