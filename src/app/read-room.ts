// The room as whoever runs it sees it: which partners are in and how far they have come, and whether everything works.
// Nothing here is of anyone's people, lists or figures.

import type { Contradiction } from "../domain/audit/comparison.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { Manifest, PartnerId } from "../domain/partner/manifest.ts";
import type { RoomFiguresRow } from "../ports/room-figures.ts";
import type { WitnessFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Ports } from "./ports.ts";
import { everyPartner } from "./read-partners.ts";
import { everybody } from "./start-room.ts";

/** A partner as the operator sees it. */
export type Housed = {
  readonly id: PartnerId;
  readonly manifest: Manifest;
  readonly addedAt: UnixMillis;
  readonly leftAt: UnixMillis | null;
  /** Keys that sign for it now. */
  readonly keys: number;
  /** Until when its enrolment code may be used, if it has one. */
  readonly codeUntil: UnixMillis | null;
};

/** Every partner of the room, by id; the operator is none. Three statements for each. */
export async function readHoused(ports: Pick<Ports, "store">): Promise<readonly Housed[]> {
  const parties = await everybody(ports);
  return ports.store.read({ name: "read partners", parties }, async (tx) => {
    const codes = new Map((await tx.enrolments.open()).map(({ partner, expiresAt }) => [partner, expiresAt]));
    const housed = await Promise.all((await everyPartner(tx)).map((id) => housedOf(tx, id)));
    return housed.flatMap((one) => (one === null ? [] : [{ ...one, codeUntil: codes.get(one.id) ?? null }]));
  });
}

async function housedOf(tx: Transaction, id: PartnerId): Promise<Omit<Housed, "codeUntil"> | null> {
  const [row, keys] = await Promise.all([tx.partners.find(id), tx.keys.ofPartner(id)]);
  if (row === null || row.manifest === null) return null;
  const { manifest, addedAt, leftAt } = row;
  return { id, manifest, addedAt, leftAt, keys: keys.filter(({ revokedAt }) => revokedAt === null).length };
}

/** How the room does. */
export type Health = {
  readonly now: UnixMillis;
  /** What the log contradicts of what its key has signed; null while all is well. */
  readonly contradiction: Contradiction | null;
  readonly entries: number;
  /** Entries under the last checkpoint that witnesses were shown. */
  readonly published: number;
  /** When the first entry after it came, if there is one. */
  readonly unpublishedSince: UnixMillis | null;
  readonly witnesses: readonly WitnessFile[];
  readonly figures: RoomFiguresRow;
};

/** Reads how the room does, in one view of the store. */
export async function readHealth(ports: Pick<Ports, "store" | "standing">): Promise<Health> {
  const parties = await everybody(ports);
  return ports.store.read({ name: "read health", parties }, async (tx) => {
    const [head, witnesses, figures] = await Promise.all([tx.log.head(), tx.witnesses.list(), tx.roomFigures.read()]);
    return {
      now: tx.now,
      contradiction: ports.standing.of(),
      entries: head.size,
      published: head.published,
      unpublishedSince: head.size === head.published ? null : await tx.log.appendedAt(head.published),
      witnesses,
      figures,
    };
  });
}
