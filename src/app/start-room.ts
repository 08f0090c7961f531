// The room's own first and later starts: the operator is known, the start is in the log, what nobody finished is swept.

import type { PublicKey } from "../crypto/jwk.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { appendEntry } from "./append-entry.ts";
import type { Ports } from "./ports.ts";

/**
 * Makes the operator known under its key when the room is new, and logs this start.
 * @param start.configurationDigest  SHA-256 over what the room was started with, without any secret
 */
export async function startRoom(
  ports: Pick<Ports, "store" | "random" | "room">,
  start: { readonly operatorKey: PublicKey; readonly configurationDigest: string; readonly version: string },
): Promise<void> {
  await ports.store.write({ name: "start room", parties: [OPERATOR] }, async (tx) => {
    if ((await tx.partners.find(OPERATOR)) === null) await tx.partners.add(OPERATOR, null);
    const { thumbprint, jwk } = start.operatorKey;
    if ((await tx.keys.find(thumbprint)) === null) {
      await tx.keys.register({ thumbprint, partner: OPERATOR, jwk: canonicalJson(jwk) });
      const subject = { partner: OPERATOR, keyThumbprint: thumbprint };
      await appendEntry(ports, tx, { act: "key-registered", actor: null, parties: [OPERATOR], subject, detail: {} });
    }
    const detail = { configurationDigest: start.configurationDigest, version: start.version };
    await appendEntry(ports, tx, { act: "room-started", actor: null, parties: [OPERATOR], subject: {}, detail });
  });
}

/** Forgets what is out of date, and deletes every file that no row names: the rest of a crash. Run before serving. */
export async function sweepRoom(ports: Pick<Ports, "store" | "matcher">): Promise<void> {
  const parties = await everybody(ports);
  const kept = await ports.store.note({ name: "sweep room", parties }, async (tx) => {
    await tx.nonces.purge();
    await tx.idempotency.purge();
    return { segments: await tx.versions.segments(), stagings: await tx.uploads.openIds(LIMITS.uploadDays) };
  });
  await ports.matcher.sweep({ segments: new Set(kept.segments), stagings: new Set(kept.stagings) });
}

/** Every partner of the room and the operator: for whom an act works that concludes from what is not there. */
async function everybody(ports: Pick<Ports, "store">): Promise<PartnerId[]> {
  const parties: PartnerId[] = [OPERATOR];
  const act = { name: "list partners", parties: [OPERATOR] };
  await ports.store.read(act, async (tx) => {
    let page = await tx.partners.list({ after: null, limit: LIMITS.pageItems });
    while (page.length > 0) {
      parties.push(...page.map((row) => row.id));
      page = await tx.partners.list({ after: page.at(-1)?.id ?? null, limit: LIMITS.pageItems });
    }
  });
  return [...new Set(parties)];
}
