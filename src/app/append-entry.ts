// Writes one entry into the log inside the transaction of the act that it records, with the tree grown by one leaf and
// a fresh signed checkpoint, which receipts rest on. Every so many entries it is published for witnesses as well.
// Every use case that changes or tells anything ends here.

import { signNote } from "../crypto/signed-note.ts";
import { formatCheckpoint } from "../domain/audit/checkpoint.ts";
import { type AuditEntry, encodeEntry, personCommitment } from "../domain/audit/entry.ts";
import { append, leafHash, rootOf } from "../domain/audit/merkle.ts";
import { toHex, utf8 } from "../domain/bytes.ts";
import { isoInstant, type UnixMillis } from "../domain/instant.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import type { LogHead } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Caller, Ports, RequesterCaller } from "./ports.ts";

/** What happened, before it has a place in the log. The room itself acts when `actor` is null. */
export type Happening = {
  readonly act: AuditEntry["act"];
  readonly actor: Caller | RequesterCaller | null;
  /** Whom it concerns: they may read the entry, and so may the operator. */
  readonly parties: readonly PartnerId[];
  readonly subject: AuditEntry["subject"];
  readonly detail: AuditEntry["detail"];
};

/** An entry in its place, with what proves that it is there. */
export type Appended = {
  readonly index: number;
  readonly entry: string;
  /** Inclusion proof against `checkpoint`, from the leaf upwards. */
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
};

const SALT_BYTES = 16;

/** Appends one entry. Requires a transaction of `store.write`, which holds the log's tail alone. */
export async function appendEntry(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  happening: Happening,
): Promise<Appended> {
  const { appended, addition } = nextEntry(ports, { head: await tx.log.head(), now: tx.now }, happening);
  await tx.log.append(addition);
  return appended;
}

/** An entry as it will stand, and what `tx.log.append` must be given so that it does. */
export type NextEntry = {
  readonly appended: Appended;
  readonly addition: Parameters<Transaction["log"]["append"]>[0];
};

/**
 * Makes the entry after a head of the log and writes nothing, for a caller that writes it together with what rests on
 * it. The head and the instant are those of the transaction of `store.write` that will append it.
 * The last leaf's path is the frontier before it, smallest subtree first (RFC 9162 §2.1.3.1).
 */
export function nextEntry(
  ports: Pick<Ports, "random" | "room">,
  { head, now }: { readonly head: LogHead; readonly now: UnixMillis },
  happening: Happening,
): NextEntry {
  const parties = [...new Set([...happening.parties, OPERATOR])].sort();
  const salt = toHex(ports.random(SALT_BYTES));
  const entry = encodeEntry({
    concordat: "entry/1",
    index: head.size,
    at: isoInstant(now),
    act: happening.act,
    actor: actorOf(happening.actor, salt),
    parties,
    subject: subjectOf(happening),
    detail: happening.detail,
    salt,
  });
  const grown = append({ size: head.size, hashes: head.frontier }, leafHash(utf8(entry)));
  const { origin, logKeys, publishing } = ports.room;
  const { size, hashes } = grown.frontier;
  const checkpoint = signNote(formatCheckpoint({ origin, size, root: rootOf(grown.frontier) }), [
    { name: origin, key: logKeys.signer(head.signer) },
  ]);
  // The first entry is published at once, so that there is always something to follow.
  const isPublished = head.published === 0 || size - head.published >= publishing.entries;
  return {
    appended: { index: head.size, entry, proof: [...head.frontier].reverse(), checkpoint },
    addition: {
      entry: { index: head.size, entry },
      parties,
      nodes: grown.nodes,
      head: { size, frontier: hashes, checkpoint, published: isPublished ? size : head.published, signer: head.signer },
    },
  };
}

// The request by which it came about, by the name that its reply bore; what the room does by itself has none.
function subjectOf({ actor, subject }: Happening): AuditEntry["subject"] {
  if (actor === null || "requester" in actor || actor.requestId === undefined) return subject;
  return { ...subject, requestId: actor.requestId };
}

function actorOf(actor: Happening["actor"], salt: string): AuditEntry["actor"] {
  if (actor === null) return { room: true };
  const { partner } = actor;
  if ("requester" in actor) return { partner, requester: actor.requester };
  return "person" in actor
    ? { partner, person: personCommitment(salt, actor.person) }
    : { partner, key: actor.thumbprint };
}
