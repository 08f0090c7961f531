// Parties that a partner lets ask for deletions from its lists.

import { endRequester, listRequesters, trustRequester } from "../../app/trust-requester.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import type { RequesterRow } from "../../ports/rights.ts";
import {
  newRequesterSchema,
  requesterListSchema,
  requesterPathSchema,
  requesterReplySchema,
} from "../../wire/api/subject.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

export const REQUESTER_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/subjects/requesters",
    tag: "subjects",
    summary: "Parties that may ask for deletions from your lists",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "every one that you registered, ended ones too", schema: requesterListSchema } },
    problems: [],
    run: async ({ caller }, ports) => ok(await listRequesters(ports, caller)),
    present: (rows) => ({ status: 200, json: { items: rows.map(presentRequester) } }),
  }),
  route({
    method: "post",
    path: "/v1/subjects/requesters",
    tag: "subjects",
    summary: "Let a party ask for deletions from your lists, under the keys that you name",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newRequesterSchema,
    replies: { 201: { says: "the requester, whose requests are taken from now on", schema: requesterReplySchema } },
    problems: ["partner-only", "key-unacceptable", "requesters-full"],
    run: ({ caller, body }, ports) => trustRequester(ports, { caller, requester: body }),
    present: (row) => ({ status: 201, json: presentRequester(row) }),
  }),
  route({
    method: "delete",
    path: "/v1/subjects/requesters/{issuer}",
    tag: "subjects",
    summary: "End a requester: nothing more of it is taken, and what was accepted is carried out",
    audience: "partner",
    params: requesterPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the requester, ended", schema: requesterReplySchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => endRequester(ports, { caller, issuer: params.issuer }),
    present: (row) => ({ status: 200, json: presentRequester(row) }),
  }),
];

function presentRequester({ issuer, keys, audience, registeredAt, retiredAt }: RequesterRow) {
  return {
    issuer,
    keys: keys.map((key) => ({ ...key })),
    audience,
    registeredAt: isoInstant(registeredAt),
    retiredAt: retiredAt === null ? null : isoInstant(retiredAt),
  };
}
