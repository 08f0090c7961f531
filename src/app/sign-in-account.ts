// Signing in with an account of one's company. Only people who were invited come in: the first time they follow their
// link and sign in with their account there, which uses the link up and makes the account theirs; from then on the
// account alone signs them in. What leaves with the browser is tied to it by a cookie of its own, from which state,
// nonce and PKCE verifier follow; the room keeps the cookie's digest and uses it up before anything is exchanged.

import { textDigest, toBase64Url } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type PersonId, personIdSchema } from "../domain/person/person.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ProviderFailure, ProviderSettings, SignInTies } from "../ports/identity-provider.ts";
import type { PersonRow } from "../ports/rows.ts";
import type { SignInAttempt } from "../ports/sign-in.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { signInDigest } from "./invite-person.ts";
import type { Ports } from "./ports.ts";
import { beginSession, linkInvalid, partnerIn, type Started } from "./sign-in.ts";
import { noProvider, settingsOf } from "./sign-in-provider.ts";

type AccountPorts = Pick<Ports, "store" | "random" | "room" | "identity">;

/** Where a sign-in begins: whose it is and at which provider, for the page that says so. */
export type Entrance = { readonly company: string; readonly issuer: string; readonly entrance: string };

/** Reads whose people sign in at an entrance. Whoever does not know one learns nothing of who is in the room. */
export async function readEntrance(ports: Pick<Ports, "store">, entrance: string): Promise<Result<Entrance, Problem>> {
  const partner = partnerIn(entrance);
  if (partner === null) return err(noProvider());
  return ports.store.read({ name: "read entrance", parties: [partner] }, async (tx) => {
    const [row, company] = await Promise.all([tx.signInProviders.find(partner), tx.partners.find(partner)]);
    if (row?.entrance !== entrance || company === null || company.manifest === null || company.leftAt !== null) {
      return err(noProvider());
    }
    return ok({ company: company.manifest.name, issuer: row.issuer, entrance });
  });
}

type Beginning = {
  readonly entrance: string;
  /** Of the link that is to be used up; null for an account that is somebody's already. */
  readonly code: string | null;
  /** Where the browser comes back to. */
  readonly returnTo: string;
};

/** Begins a sign-in at a partner's provider: where to send the browser, and the cookie that ties it. */
export async function beginSignIn(
  ports: AccountPorts,
  { entrance, code, returnTo }: Beginning,
): Promise<Result<{ readonly to: string; readonly cookie: string }, Problem>> {
  const partner = partnerIn(entrance);
  if (partner === null) return err(noProvider());
  const settings = await providerAt(ports, partner, entrance);
  if (!settings.ok) return settings;
  const cookie = `${partner}.${toBase64Url(ports.random(32))}`;
  const begun = await ports.identity.begin(settings.value, { ties: tiesOf(cookie), returnTo });
  if (!begun.ok) return err(failureProblem(begun.error));
  const codeDigest = code === null ? null : signInDigest(code);
  const attempt = { cookieDigest: attemptDigest(cookie), issuer: settings.value.issuer, codeDigest };
  return ports.store.note({ name: "begin sign-in", parties: [partner] }, async (tx) => {
    if ((await tx.signInAttempts.count(partner)) >= LIMITS.signInAttempts) {
      return err(problem("sign-in-busy", `${LIMITS.signInAttempts} sign-ins of this company are on their way`));
    }
    await tx.signInAttempts.open(partner, attempt, LIMITS.signInAttemptMinutes);
    return ok({ to: begun.value, cookie });
  });
}

/** The session that a sign-in came to, with the entrance at which the next one begins. */
export type Arrived = Started & { readonly entrance: string };

/**
 * Finishes a sign-in that came back. Everything but a return that this browser did not begin is in the log, refusals
 * too, with the person where it is known who it was.
 * @param url the whole address at which the browser arrived
 */
export async function finishSignIn(
  ports: AccountPorts,
  { cookie, url }: { readonly cookie: string; readonly url: string },
): Promise<Result<Arrived, Problem>> {
  const partner = partnerIn(cookie);
  const ties = tiesOf(cookie);
  if (partner === null || new URL(url).searchParams.get("state") !== ties.state) return err(notBegun());
  const act = { name: "claim sign-in", parties: [partner] };
  const attempt = await ports.store.note(act, (tx) => tx.signInAttempts.claim(partner, attemptDigest(cookie)));
  if (attempt === null) return err(notBegun());
  const subject = await subjectOf(ports, { partner, attempt, ties, url });
  return ports.store.write({ name: "sign in with account", parties: [partner] }, async (tx) => {
    const admitted = subject.ok ? await admit(tx, { partner, attempt, subject: subject.value }) : subject;
    if (!admitted.ok) {
      await noteRefusal(ports, tx, { partner, attempt, told: admitted.error });
      return admitted;
    }
    const started = await beginSession(ports, tx, { person: admitted.value, way: "account" });
    const provider = await tx.signInProviders.find(partner);
    return provider === null ? err(noProvider()) : ok({ ...started, entrance: provider.entrance });
  });
}

type Returned = {
  readonly partner: PartnerId;
  readonly attempt: SignInAttempt;
  readonly ties: SignInTies;
  readonly url: string;
};

async function subjectOf(
  ports: Pick<AccountPorts, "store" | "room" | "identity">,
  { partner, attempt, ties, url }: Returned,
): Promise<Result<string, Problem>> {
  const settings = await providerAt(ports, partner, null);
  if (!settings.ok) return settings;
  if (settings.value.issuer !== attempt.issuer) {
    return err(problem("sign-in-refused", "the sign-in went to a provider that the company has changed since"));
  }
  const finished = await ports.identity.finish(settings.value, { ties, url });
  return finished.ok ? finished : err(failureProblem(finished.error));
}

// The provider of a partner, at its entrance where one is given.
function providerAt(
  ports: Pick<AccountPorts, "store" | "room">,
  partner: PartnerId,
  entrance: string | null,
): Promise<Result<ProviderSettings, Problem>> {
  return ports.store.read({ name: "read provider", parties: [partner] }, async (tx) => {
    const [row, company] = await Promise.all([tx.signInProviders.find(partner), tx.partners.find(partner)]);
    const isThere = row !== null && company?.leftAt === null && (entrance === null || row.entrance === entrance);
    const settings = isThere ? await settingsOf(ports, tx, row) : null;
    return settings === null ? err(noProvider()) : ok(settings);
  });
}

type Admitting = { readonly partner: PartnerId; readonly attempt: SignInAttempt; readonly subject: string };

// Whose session begins: whoever holds the link, whose account this becomes, or the person whose account it is.
async function admit(tx: Transaction, { partner, attempt, subject }: Admitting): Promise<Result<PersonRow, Problem>> {
  const account = accountDigest(attempt.issuer, subject);
  const owner = await tx.accounts.personOf(partner, account);
  if (attempt.codeDigest === null) {
    const person = owner === null ? null : await tx.people.find(partner, owner);
    return person === null ? err(problem("account-unknown", "the account is nobody's in this room")) : ok(person);
  }
  const person = await tx.people.linked(partner, attempt.codeDigest);
  if (person === null) return err(linkInvalid());
  if (owner !== null && owner !== person.id) {
    return err(problem("account-taken", "the account was bound by another person's link"));
  }
  if (!(await tx.people.redeem(partner, attempt.codeDigest))) return err(linkInvalid());
  if (owner === null) await tx.accounts.bind(person, account);
  return ok(person);
}

type Refusing = { readonly partner: PartnerId; readonly attempt: SignInAttempt; readonly told: Problem };

async function noteRefusal(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { partner, attempt, told }: Refusing,
): Promise<void> {
  const linked = attempt.codeDigest === null ? null : await tx.people.linked(partner, attempt.codeDigest);
  const person: PersonId | null = linked === null ? null : personIdSchema.parse(linked.id);
  const actor = person === null ? null : { partner, person };
  const detail = { problem: told.kind, because: told.detail, issuer: attempt.issuer };
  await appendEntry(ports, tx, { act: "sign-in-refused", actor, parties: [partner], subject: {}, detail });
}

function failureProblem({ kind, says }: ProviderFailure): Problem {
  return problem(kind === "failed" ? "sign-in-provider-failed" : "sign-in-refused", says);
}

// One secret of the browser's gives all of them; none tells of another (SHA-256 under labels).
function tiesOf(cookie: string): SignInTies {
  const [state, nonce, verifier] = ["state", "nonce", "verifier"].map((what) =>
    textDigest(`concordat sign-in ${what}\n${cookie}`),
  );
  if (state === undefined || nonce === undefined || verifier === undefined) throw new Error("three ties are made");
  return { state, nonce, verifier };
}

function attemptDigest(cookie: string): string {
  return textDigest(`concordat sign-in attempt\n${cookie}`);
}

function accountDigest(issuer: string, subject: string): string {
  return textDigest(`concordat account\n${issuer}\n${subject}`);
}

function notBegun(): Problem {
  return problem("sign-in-not-begun", "no sign-in of this browser is on its way");
}
