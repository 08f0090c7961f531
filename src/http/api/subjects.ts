// The rights of the people in a partner's lists, who act through the partner alone.

import type { z } from "zod";
import { type Access, accessPeople } from "../../app/access-people.ts";
import { type Erasure, erasePeople } from "../../app/erase-people.ts";
import { type Objecting, objectPeople } from "../../app/object-people.ts";
import { acknowledgeNotices, fetchNotices, type WaitingNotice } from "../../app/read-notices.ts";
import { isoInstant } from "../../domain/instant.ts";
import type { HashedIdentifier } from "../../domain/subject/hashed-identifier.ts";
import type { Scope } from "../../domain/subject/objection.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import {
  accessReplySchema,
  acknowledgementSchema,
  erasureReplySchema,
  newAccessSchema,
  newErasureSchema,
  newObjectionSchema,
  newWithdrawalSchema,
  noticeListSchema,
  objectionReplySchema,
} from "../../wire/api/subject.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

export const SUBJECT_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/subjects/erasures",
    tag: "subjects",
    summary: "Erase people from every version of your lists, and keep them out of all that you will upload",
    audience: "partner",
    onTick: true,
    params: NOTHING,
    query: NOTHING,
    body: newErasureSchema,
    replies: { 201: { says: "what the erasure came to, in your own lists", schema: erasureReplySchema } },
    problems: ["partner-only", "unavailable"],
    run: ({ caller, body }, ports) => erasePeople(ports, { caller, identifiers: body.identifiers }),
    present: (erasure) => ({ status: 201, json: presentErasure(erasure) }),
  }),
  route({
    method: "post",
    path: "/v1/subjects/access",
    tag: "subjects",
    summary: "What you have of a person, what for, and who may be given what follows from it; logged, kept nowhere",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newAccessSchema,
    replies: { 200: { says: "what is in your own lists", schema: accessReplySchema } },
    problems: ["partner-only", "unavailable"],
    run: ({ caller, body }, ports) => accessPeople(ports, { caller, identifiers: body.identifiers }),
    present: (access) => ({ status: 200, json: presentAccess(access) }),
  }),
  objectionRoute({
    path: "/v1/subjects/objections",
    summary: "People object to a purpose, a channel or everything: they are left out of it from the next answer on",
    body: newObjectionSchema,
    kind: "made",
  }),
  objectionRoute({
    path: "/v1/subjects/objections/liftings",
    summary: "People lift an objection to exactly this; lists that were given do not regain them",
    body: newObjectionSchema,
    kind: "lifted",
  }),
  objectionRoute({
    path: "/v1/subjects/withdrawals",
    summary: "People take a consent back, whatever the rows of your lists say of it, now and later",
    body: newWithdrawalSchema,
    kind: "made",
  }),
  objectionRoute({
    path: "/v1/subjects/withdrawals/liftings",
    summary: "People consent again: what the rows of your lists say counts once more",
    body: newWithdrawalSchema,
    kind: "lifted",
  }),
  route({
    method: "get",
    path: "/v1/subjects/notices",
    tag: "subjects",
    summary: "Notices to remove records from lists that you hold, until you acknowledge them; every time is logged",
    audience: "partner",
    params: NOTHING,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of notices, the oldest first", schema: noticeListSchema } },
    problems: ["partner-only"],
    run: ({ caller, query }, ports) => fetchNotices(ports, { caller, page: pageOf(query) }),
    present: ({ notices, page }) => ({
      status: 200,
      json: { items: notices.map(presentNotice), next: nextOf(notices, page, ({ id }) => id) },
    }),
  }),
  route({
    method: "post",
    path: "/v1/subjects/notices/acknowledgements",
    tag: "subjects",
    summary: "Acknowledge notices that you have acted on: what they said is deleted",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: acknowledgementSchema,
    replies: { 200: { says: "the notices that are acknowledged", schema: acknowledgementSchema } },
    problems: ["partner-only", "not-found"],
    run: ({ caller, body }, ports) => acknowledgeNotices(ports, { caller, notices: body.notices }),
    present: (notices) => ({ status: 200, json: { notices: [...notices] } }),
  }),
];

type Scoped = Scope & { readonly identifiers: readonly HashedIdentifier[] };

function objectionRoute<Body extends z.ZodType<Scoped>>({
  path,
  summary,
  body,
  kind,
}: {
  readonly path: string;
  readonly summary: string;
  readonly body: Body;
  readonly kind: "made" | "lifted";
}): Route {
  return route({
    method: "post",
    path,
    tag: "subjects",
    summary,
    audience: "partner",
    onTick: true,
    params: NOTHING,
    query: NOTHING,
    body,
    replies: { 201: { says: "what it came to, in your own lists", schema: objectionReplySchema } },
    problems: ["partner-only", "unavailable"],
    run: ({ caller, body: { identifiers, ...scope } }, ports) =>
      objectPeople(ports, { caller, identifiers, kind, scope }),
    present: (objecting) => ({ status: 201, json: presentObjecting(objecting) }),
  });
}

function presentObjecting({ at, lists, inForce, recipients }: Objecting) {
  const counts = { lists: lists.map((list) => ({ ...list })), recipients: recipients.map((one) => ({ ...one })) };
  return { at: isoInstant(at), ...counts, inForce: inForce.map((scope) => ({ ...scope })) };
}

function presentAccess({ at, datasets, contracts, recipients, inForce, isKeptOut }: Access) {
  return {
    at: isoInstant(at),
    datasets: datasets.map(({ dataset, versions }) => ({
      dataset,
      versions: versions.map(({ version, isInForce, identifiers, rows }) => ({
        version: version.id,
        sealedAt: isoInstant(version.sealedAt),
        isInForce,
        identifiers: [...identifiers],
        rows: rows.map((row) => ({
          record: row.record,
          attributes: { ...row.attributes },
          measures: { ...row.measures },
          consents: [...row.consents],
        })),
      })),
    })),
    contracts: contracts.map(({ id, state, contract: { name, validity, members, analyses, terms } }) => ({
      contract: id,
      name,
      state,
      validity,
      members: members.map(({ partner }) => partner),
      analyses: analyses.map(({ analysis, purposes, recipients: to, channels }) => ({
        analysis,
        purposes,
        recipients: to,
        channels,
      })),
      retention: terms.retention,
      audienceValidity: terms.audienceValidity,
    })),
    recipients: recipients.map((one) => ({ ...one })),
    inForce: inForce.map((scope) => ({ ...scope })),
    isKeptOut,
  };
}

function presentErasure({ at, lists, recipients }: Erasure) {
  const counts = { lists: lists.map((list) => ({ ...list })), recipients: recipients.map((one) => ({ ...one })) };
  return { at: isoInstant(at), ...counts };
}

function presentNotice({ id, notice, signed }: WaitingNotice) {
  const { release, remove, records } = notice;
  return { id, release, remove, records, signed };
}
