// Sessions of the console: begun with a link that is used up by it, kept alive by use, ended by their person, by time
// or by removal. What the browser holds is `partner.secret`; the room keeps the secret's digest.

import { textDigest, toBase64Url } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId, partnerIdSchema } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PartnerRow, PersonRow } from "../ports/rows.ts";
import type { SignInProviderRow } from "../ports/sign-in.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { signInDigest } from "./invite-person.ts";
import type { PersonCaller, Ports } from "./ports.ts";

/** Somebody with the name of the company for which they act. */
export type Welcome = { readonly person: PersonRow; readonly company: string };

/** A session that has begun. The cookie's value is kept by nobody but the browser. */
export type Started = { readonly cookie: string; readonly person: PersonRow };

/** Reads a sign-in link without using it, so that whoever follows it sees who they are about to be. */
export async function readLink(
  ports: Pick<Ports, "store">,
  code: string,
): Promise<Result<Welcome & { readonly provider: SignInProviderRow | null }, Problem>> {
  const partner = partnerIn(code);
  if (partner === null) return err(linkInvalid());
  return ports.store.read({ name: "read link", parties: [partner] }, async (tx) => {
    const [person, row, provider] = await Promise.all([
      tx.people.linked(partner, signInDigest(code)),
      tx.partners.find(partner),
      tx.signInProviders.find(partner),
    ]);
    const company = companyOf(row);
    if (person === null || company === null) return err(linkInvalid());
    return ok({ person, company, provider });
  });
}

/** Begins a session with a link, which is used up by it. */
export async function signIn(
  ports: Pick<Ports, "store" | "random" | "room">,
  code: string,
): Promise<Result<Started, Problem>> {
  const partner = partnerIn(code);
  if (partner === null) return err(linkInvalid());
  return ports.store.write({ name: "sign in", parties: [partner] }, async (tx) => {
    const person = await tx.people.linked(partner, signInDigest(code));
    if (person === null || !(await tx.people.redeem(partner, signInDigest(code)))) return err(linkInvalid());
    if (companyOf(await tx.partners.find(partner)) === null) return err(linkInvalid());
    return ok(await beginSession(ports, tx, { person, way: "link" }));
  });
}

/** Begins a session of somebody who may have one, inside the transaction that found it out. */
export async function beginSession(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { person, way }: { readonly person: PersonRow; readonly way: "link" | "account" },
): Promise<Started> {
  const { partner, role } = person;
  const cookie = `${partner}.${toBase64Url(ports.random(32))}`;
  await tx.sessions.open(person, cookieDigest(cookie), LIMITS.sessionHours);
  const actor: PersonCaller = { partner, person: person.id };
  await appendEntry(ports, tx, {
    act: "person-signed-in",
    actor,
    parties: [partner],
    subject: {},
    detail: { role, way },
  });
  return { cookie, person };
}

/** Whose session a cookie belongs to, if it goes on; notes once a minute that it was used. */
export async function findSession(ports: Pick<Ports, "store">, cookie: string): Promise<Welcome | null> {
  const partner = partnerIn(cookie);
  if (partner === null) return null;
  const digest = cookieDigest(cookie);
  const act = { name: "find session", parties: [partner] };
  const found = await ports.store.read(act, async (tx) => {
    const [session, row] = await Promise.all([
      tx.sessions.find(partner, digest, LIMITS.sessionIdleMinutes),
      tx.partners.find(partner),
    ]);
    const company = companyOf(row);
    if (session === null || company === null) return null;
    return { person: session.person, company, unseenMillis: tx.now - session.seenAt };
  });
  if (found === null) return null;
  if (found.unseenMillis >= LIMITS.sessionTouchSeconds * 1_000) {
    await ports.store.note(act, (tx) => tx.sessions.touch(partner, digest));
  }
  return { person: found.person, company: found.company };
}

/** Ends a session. Nothing happens where there is none. */
export async function signOut(
  ports: Pick<Ports, "store" | "random" | "room">,
  { caller, cookie }: { readonly caller: PersonCaller; readonly cookie: string },
): Promise<void> {
  const { partner } = caller;
  await ports.store.write({ name: "sign out", parties: [partner] }, async (tx) => {
    if (!(await tx.sessions.close(partner, cookieDigest(cookie)))) return;
    const happening = { actor: caller, parties: [partner], subject: {}, detail: {} };
    await appendEntry(ports, tx, { act: "person-signed-out", ...happening });
  });
}

/**
 * What a form must carry to be believed: only a page of the session that the cookie belongs to can know it.
 * It tells nothing of the cookie (SHA-256 under another label than the digest that is kept).
 */
export function formToken(cookie: string): string {
  return textDigest(`concordat form\n${cookie}`);
}

function cookieDigest(cookie: string): string {
  return textDigest(`concordat session\n${cookie}`);
}

// Whose people come in: of a partner that left, nobody does.
function companyOf(row: PartnerRow | null): string | null {
  if (row === null || row.leftAt !== null) return null;
  return row.id === OPERATOR ? "this room" : (row.manifest?.name ?? null);
}

/**
 * For whom a code, a cookie or an entrance is: each begins with the partner, since rows of others do not exist in a
 * transaction. Null for what is none of these.
 */
export function partnerIn(secret: string): PartnerId | null {
  const [head, rest] = secret.split(".");
  const partner = partnerIdSchema.safeParse(head);
  return partner.success && rest !== undefined && /^[A-Za-z0-9_-]{43}$/.test(rest) ? partner.data : null;
}

/** A link that is not there, not any more, or in nobody's time. */
export function linkInvalid(): Problem {
  return problem("sign-in-link-invalid", "the link is not one that signs anybody in now");
}
