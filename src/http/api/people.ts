// Who of a partner's people may use the console.

import { type Invitation, invitePerson, linkPerson, listPeople, removePerson } from "../../app/invite-person.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import type { PersonRow } from "../../ports/rows.ts";
import { emptyBodySchema } from "../../wire/api/contract.ts";
import {
  invitationSchema,
  newPersonSchema,
  personListSchema,
  personPathSchema,
  removedPersonSchema,
} from "../../wire/api/person.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";
import { signInPath } from "../sign-in-path.ts";

const LINK = { says: "the person, with a link that signs in once", schema: invitationSchema };

export const PERSON_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/people",
    tag: "people",
    summary: "Let somebody of yours into the console under a role; gives a link that signs in once",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newPersonSchema,
    replies: { 201: LINK },
    problems: ["partner-only", "operator-only", "people-full"],
    run: ({ caller, body }, ports) => invitePerson(ports, { caller, ...body }),
    present: (invitation) => ({ status: 201, json: presentInvitation(invitation) }),
  }),
  route({
    method: "get",
    path: "/v1/people",
    tag: "people",
    summary: "Your people who may use the console, the first invited first",
    audience: "partner",
    params: NOTHING,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of people", schema: personListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await listPeople(ports, { caller, page: pageOf(query) })),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentPerson), next: nextOf(rows, page, (row) => row.id) },
    }),
  }),
  route({
    method: "post",
    path: "/v1/people/{person}/links",
    tag: "people",
    summary: "Another sign-in link for somebody who is in; an unused one ends",
    audience: "partner",
    params: personPathSchema,
    query: NOTHING,
    body: emptyBodySchema,
    replies: { 201: LINK },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => linkPerson(ports, { caller, id: params.person }),
    present: (invitation) => ({ status: 201, json: presentInvitation(invitation) }),
  }),
  route({
    method: "delete",
    path: "/v1/people/{person}",
    tag: "people",
    summary: "Remove somebody: name, links and sessions are deleted at once; the id stays for the log",
    audience: "partner",
    params: personPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "who was removed", schema: removedPersonSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => removePerson(ports, { caller, id: params.person }),
    present: (id) => ({ status: 200, json: { id } }),
  }),
];

function presentInvitation({ person, code, expiresAt }: Invitation) {
  return { person: presentPerson(person), link: signInPath(code), expiresAt: isoInstant(expiresAt) };
}

function presentPerson({ id, name, role, invitedAt }: PersonRow) {
  if (name === null) throw new Error("a person who was removed has no name to show");
  return { id, name, role, invitedAt: isoInstant(invitedAt) };
}
