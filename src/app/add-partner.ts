// A partner comes into the room: the operator takes its manifest, and gets the code with which it enrols its key.

import { type PublicKey, parsePublicJwk } from "../crypto/jwk.ts";
import { seal } from "../crypto/sealed-box.ts";
import { textDigest, toBase64Url, utf8 } from "../domain/bytes.ts";
import { canonicalDigest, canonicalJson } from "../domain/canonical-json.ts";
import { DAY_MILLIS, type UnixMillis, unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Manifest, OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

export type Enrolment = { readonly partner: PartnerId; readonly code: string; readonly expiresAt: UnixMillis };

/**
 * Adds a partner, or gives one that has no active key a new code in place of the old one: it has not enrolled yet, or
 * its last key was revoked.
 * The code is 128 random bits after the partner's id; the room keeps its digest alone. It is a secret until used.
 */
export function addPartner(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<Enrolment>,
  request: { readonly caller: Caller; readonly manifest: Manifest },
): Promise<Result<Enrolment, Problem>> {
  const { caller, manifest } = request;
  const act = { name: "add partner", parties: [OPERATOR, manifest.id] };
  return settle(ports, act, async (tx) => {
    const fault = keyFault(manifest);
    if (fault !== null) return err(fault);
    const known = await addOrRecall(ports, tx, manifest);
    if (!known.ok) return known;
    const code = `${manifest.id}.${toBase64Url(ports.random(16))}`;
    await tx.enrolments.issue(manifest.id, codeDigest(code), LIMITS.enrolmentDays);
    const subject = { partner: manifest.id, manifestDigest: canonicalDigest(manifest) };
    const detail = { isNew: known.value === "added" };
    await appendEntry(ports, tx, { act: "partner-added", actor: caller, parties: [manifest.id], subject, detail });
    const expiresAt = unixMillis(tx.now + LIMITS.enrolmentDays * DAY_MILLIS);
    return ok({ partner: manifest.id, code, expiresAt });
  });
}

/** SHA-256 of an enrolment code, which is what the room keeps of it. */
export function codeDigest(code: string): string {
  return textDigest(code);
}

/** Binds a wrapped data key to the partner whose key it is. */
export function dataKeyLabel(partner: PartnerId): Uint8Array {
  return utf8(`concordat data key of ${partner}`);
}

/** Who holds the key of the key ring that wraps a partner's data key: each data key has one of its own. */
export function dataKeyHolder(partner: PartnerId, number: number): string {
  return `${partner} ${number}`;
}

/** Makes a partner's next data key. The ring's own is there first: one that no data key needs hurts nobody. */
export async function makeDataKey(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  partner: PartnerId,
): Promise<Uint8Array> {
  const number = await tx.dataKeys.nextNumber(partner);
  const key = ports.random(32);
  const wrapping = await ports.room.keyRing.make(dataKeyHolder(partner, number));
  await tx.dataKeys.put(partner, number, seal(wrapping, key, dataKeyLabel(partner)));
  return key;
}

/** The keys that a manifest names, or null where one of them cannot be registered. */
export function manifestKeys(manifest: Manifest): readonly PublicKey[] | null {
  const keys = (manifest.jwks?.keys ?? []).map((jwk) => parsePublicJwk(jwk));
  const sound = keys.flatMap((key) => (key.ok ? [key.value] : []));
  return sound.length === keys.length ? sound : null;
}

function keyFault(manifest: Manifest): Problem | null {
  if (manifestKeys(manifest) !== null) return null;
  return problem("key-unacceptable", "a key of the manifest is not a public Ed25519 or P-256 key");
}

async function addOrRecall(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  manifest: Manifest,
): Promise<Result<"added" | "recalled", Problem>> {
  const before = await tx.partners.find(manifest.id);
  if (before === null) {
    await tx.partners.add(manifest.id, manifest);
    await makeDataKey(ports, tx, manifest.id);
    return ok("added");
  }
  if (before.leftAt !== null)
    return err(problem("partner-exists", `\`${manifest.id}\` left the room: take another id`));
  const isSame = before.manifest !== null && canonicalJson(before.manifest) === canonicalJson(manifest);
  const hasKey = (await tx.keys.ofPartner(manifest.id)).some((key) => key.revokedAt === null);
  if (isSame && !hasKey) return ok("recalled");
  return err(problem("partner-exists", `\`${manifest.id}\` is in the room`));
}
