// The room's own first and later starts: the operator is known, the start is in the log, what nobody finished is swept.

import type { PublicKey } from "../crypto/jwk.ts";
import { everyKey } from "../crypto/log-key.ts";
import { open as openBox } from "../crypto/sealed-box.ts";
import { verifyNote } from "../crypto/signed-note.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { dataKeyHolder, dataKeyLabel } from "./add-partner.ts";
import { appendEntry } from "./append-entry.ts";
import { COIN_HOLDER } from "./list-coin.ts";
import type { Ports, Room } from "./ports.ts";
import { everyPartner } from "./read-partners.ts";
import { type Settings, tellStart } from "./tell-configuration.ts";

/** Who holds the key of the key ring that opens backups. */
export const BACKUP_HOLDER = "room backups";

/**
 * Whether the room's keys are those that its database was written with. A room under others would sign a second
 * history and open no list, so this stands before anything is written. O(partners).
 * @returns the end of a sentence that begins with where the keys came from
 */
export async function checkKeys(ports: Pick<Ports, "store" | "room">): Promise<Result<null, string>> {
  const parties = await everybody(ports);
  return ports.store.read({ name: "check keys", parties }, async (tx) => {
    const { checkpoint } = await tx.log.head();
    if (checkpoint !== "" && !isSignedBy(ports.room, checkpoint)) {
      return err("are not this room's: its log was signed with another key");
    }
    for (const partner of parties) {
      const row = await tx.dataKeys.find(partner);
      const holder = row === null ? null : dataKeyHolder(partner, row.number);
      // A database from before the key was destroyed: what lies under it stays unreadable, and is deleted again.
      if (row === null || holder === null || ports.room.keyRing.isDestroyed(holder)) continue;
      const wrapping = ports.room.keyRing.find(holder);
      if (wrapping === null || !openBox(wrapping, row.wrapped, dataKeyLabel(partner)).ok) {
        return err(`are not this room's: their key ring does not open the data key of \`${partner}\``);
      }
    }
    return ok(null);
  });
}

/**
 * Makes the operator known under its key when the room is new, and logs this start.
 * @param start.settings  what the room was started with, without any secret
 */
export async function startRoom(
  ports: Pick<Ports, "store" | "random" | "room">,
  start: { readonly operatorKey: PublicKey; readonly settings: Settings; readonly version: string },
): Promise<void> {
  await ports.room.keyRing.make(COIN_HOLDER);
  await ports.room.keyRing.make(BACKUP_HOLDER);
  await ports.store.write({ name: "start room", parties: [OPERATOR] }, async (tx) => {
    if ((await tx.partners.find(OPERATOR)) === null) await tx.partners.add(OPERATOR, null);
    const { thumbprint, jwk } = start.operatorKey;
    if ((await tx.keys.find(thumbprint)) === null) {
      await tx.keys.register({ thumbprint, partner: OPERATOR, jwk: canonicalJson(jwk) });
      const subject = { partner: OPERATOR, keyThumbprint: thumbprint };
      await appendEntry(ports, tx, { act: "key-registered", actor: null, parties: [OPERATOR], subject, detail: {} });
    }
    await tellStart(ports, tx, start);
  });
}

/**
 * Forgets what is out of date, lets requests that a crash cut off be sent again at once, and deletes every file that
 * no row names, unless a server is making one. Which are named is read in a turn at the log, which comes when the last
 * commit of a server that was killed has come through: a file of that commit must not look like an orphan. Nor must one
 * that another server began to make because this one was away: what was found on disk counts only if nobody could.
 */
export async function sweepRoom(ports: Pick<Ports, "store" | "matcher" | "sweeping">): Promise<void> {
  const parties = await everybody(ports);
  await ports.store.note({ name: "sweep room", parties }, async (tx) => {
    await tx.nonces.purge();
    await tx.idempotency.purge();
    await tx.sessions.purge(LIMITS.sessionIdleMinutes);
    await tx.idempotency.endLeases();
  });
  await ports.sweeping((turn) =>
    ports.matcher.sweep(async () => {
      await turn.confirm();
      return ports.store.write({ name: "list files", parties }, async (tx) => ({
        segments: new Set(await tx.versions.segments()),
        stagings: new Set(await tx.uploads.openIds()),
      }));
    }),
  );
}

function isSignedBy({ logKeys }: Room, checkpoint: string): boolean {
  return verifyNote(utf8(checkpoint), everyKey(logKeys.known())).ok;
}

/** Every partner of the room and the operator: for whom an act works that concludes from what is not there. */
export async function everybody(ports: Pick<Ports, "store">): Promise<PartnerId[]> {
  const act = { name: "list partners", parties: [OPERATOR] };
  const partners = await ports.store.read(act, everyPartner);
  return [...new Set([OPERATOR, ...partners])];
}
