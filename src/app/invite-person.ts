// Who of a partner's people may use the console: let in with a role, given a link to sign in with, removed. The log
// names a person by id or commitment alone; the name stays in the room's own table, and goes when the person does.

import { textDigest, toBase64Url } from "../domain/bytes.ts";
import { HOUR_MILLIS, type UnixMillis, unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { OPERATOR_ROLE, type PersonId, personIdSchema, type Role } from "../domain/person/person.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Page, PersonRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

/** A link with which a person signs in. The code is a secret until it is used: 256 random bits behind the partner. */
export type Invitation = { readonly person: PersonRow; readonly code: string; readonly expiresAt: UnixMillis };

type InvitePorts = Pick<Ports, "store" | "random" | "room"> & Keeping<Invitation>;

/** Lets a person in under a role, with a link that signs in once. */
export function invitePerson(
  ports: InvitePorts,
  request: { readonly caller: Caller; readonly name: string; readonly role: Role },
): Promise<Result<Invitation, Problem>> {
  const { caller, name, role } = request;
  const { partner } = caller;
  return settle(ports, { name: "invite person", parties: [partner] }, async (tx) => {
    const fault = roleFault(partner, role);
    if (fault !== null) return err(fault);
    if ((await tx.people.count(partner)) >= LIMITS.peoplePerPartner) {
      return err(problem("people-full", `${LIMITS.peoplePerPartner} of your people may use the console`));
    }
    const id = personIdSchema.parse(`per_${toBase64Url(ports.random(16))}`);
    await tx.people.add({ partner, id, name, role });
    return linkFor(ports, tx, { caller, id, isNew: true });
  });
}

// People of the operator run the room and see nothing of a partner's, and no partner has people who run the room.
function roleFault(partner: PartnerId, role: Role): Problem | null {
  if ((partner === OPERATOR) === (role === OPERATOR_ROLE)) return null;
  return partner === OPERATOR
    ? problem("partner-only", "the operator's people have the role `operator` and no other")
    : problem("operator-only", "people of a partner do not run the room");
}

/** Gives a person who is in another link, in place of an unused one. */
export function linkPerson(
  ports: InvitePorts,
  { caller, id }: { readonly caller: Caller; readonly id: PersonId },
): Promise<Result<Invitation, Problem>> {
  return settle(ports, { name: "link person", parties: [caller.partner] }, (tx) =>
    linkFor(ports, tx, { caller, id, isNew: false }),
  );
}

/** Removes a person: the name is deleted, links and sessions end at once. The id stays, for what stands in the log. */
export function removePerson(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<PersonId>,
  { caller, id }: { readonly caller: Caller; readonly id: PersonId },
): Promise<Result<PersonId, Problem>> {
  const { partner } = caller;
  return settle(ports, { name: "remove person", parties: [partner] }, async (tx) => {
    if (!(await tx.people.remove(partner, id))) return err(noSuchPerson());
    const happening = { actor: caller, parties: [partner], subject: { person: id }, detail: {} };
    await appendEntry(ports, tx, { act: "person-removed", ...happening });
    return ok(id);
  });
}

/** A page of the caller's people, the first invited first. */
export async function listPeople(
  ports: Pick<Ports, "store">,
  { caller, page }: { readonly caller: Caller; readonly page: Page },
): Promise<{ readonly rows: readonly PersonRow[]; readonly page: Page }> {
  const { partner } = caller;
  const rows = await ports.store.read({ name: "list people", parties: [partner] }, (tx) =>
    tx.people.list(partner, page),
  );
  return { rows, page };
}

/** SHA-256 of a sign-in code, which is what the room keeps of it. */
export function signInDigest(code: string): string {
  return textDigest(`concordat sign-in\n${code}`);
}

type Linking = { readonly caller: Caller; readonly id: PersonId; readonly isNew: boolean };

async function linkFor(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { caller, id, isNew }: Linking,
): Promise<Result<Invitation, Problem>> {
  const person = await activePerson(tx, caller.partner, id);
  if (person === null) return err(noSuchPerson());
  const { partner, role } = person;
  const code = `${partner}.${toBase64Url(ports.random(32))}`;
  await tx.people.issueLink(person, signInDigest(code), LIMITS.signInLinkHours);
  const happening = { actor: caller, parties: [partner], subject: { person: id }, detail: { role, isNew } };
  await appendEntry(ports, tx, { act: "person-invited", ...happening });
  return ok({ person, code, expiresAt: unixMillis(tx.now + LIMITS.signInLinkHours * HOUR_MILLIS) });
}

async function activePerson(tx: Transaction, partner: PartnerId, id: PersonId): Promise<PersonRow | null> {
  const person = await tx.people.find(partner, id);
  return person === null || person.removedAt !== null ? null : person;
}

function noSuchPerson(): Problem {
  return problem("not-found", "you have no such person in the console");
}
