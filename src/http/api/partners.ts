// Partners and their keys: who is in the room, and who may sign for whom.

import { addPartner } from "../../app/add-partner.ts";
import { enrolKey } from "../../app/enrol-key.ts";
import { listPartners, readJwks, readPartner } from "../../app/read-partners.ts";
import { removePartner } from "../../app/remove-partner.ts";
import { addKey, revokeKey } from "../../app/rotate-key.ts";
import { KEY_REFUSALS, parsePublicJwk } from "../../crypto/jwk.ts";
import { isoInstant } from "../../domain/instant.ts";
import { problem } from "../../domain/problem.ts";
import { err, ok } from "../../domain/result.ts";
import type { KeyRow, PartnerRow } from "../../ports/rows.ts";
import {
  enrolmentSchema,
  jwksSchema,
  keyPathSchema,
  keySchema,
  newKeySchema,
  newPartnerSchema,
  partnerListSchema,
  partnerPathSchema,
  partnerSchema,
} from "../../wire/api/partner.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

export const PARTNER_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/partners",
    tag: "partners",
    summary: "Bring a partner into the room; gives the code with which it enrols its first key",
    audience: "operator",
    params: NOTHING,
    query: NOTHING,
    body: newPartnerSchema,
    replies: { 201: { says: "the code, good once", schema: enrolmentSchema } },
    problems: ["operator-only", "partner-exists", "key-unacceptable"],
    run: ({ caller, body }, ports) => addPartner(ports, { caller, manifest: body }),
    present: ({ partner, code, expiresAt }) => ({
      status: 201,
      json: { partner, code, expiresAt: isoInstant(expiresAt) },
    }),
  }),
  route({
    method: "get",
    path: "/v1/partners",
    tag: "partners",
    summary: "Who is in the room",
    audience: "partner",
    params: NOTHING,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of partners, by id", schema: partnerListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await listPartners(ports, { caller, page: pageOf(query) })),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentPartner), next: nextOf(rows, page, (row) => row.id) },
    }),
  }),
  route({
    method: "get",
    path: "/v1/partners/{partner}",
    tag: "partners",
    summary: "One partner",
    audience: "partner",
    params: partnerPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the partner", schema: partnerSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readPartner(ports, { caller, partner: params.partner }),
    present: (row) => ({ status: 200, json: presentPartner(row) }),
  }),
  route({
    method: "delete",
    path: "/v1/partners/{partner}",
    tag: "partners",
    summary:
      "Leave the room for good, or remove a partner as the operator: its contracts end, its keys sign nothing more, " +
      "and its data key is destroyed, so that nothing that it brought can be read, in old copies either",
    audience: "partner",
    params: partnerPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the partner, gone", schema: partnerSchema } },
    problems: ["not-found", "partner-only"],
    run: ({ caller, params }, ports) => removePartner(ports, { caller, partner: params.partner }),
    present: (row) => ({ status: 200, json: presentPartner(row) }),
  }),
  route({
    method: "get",
    path: "/v1/partners/{partner}/jwks.json",
    tag: "partners",
    summary: "All keys of a partner, revoked ones too: old signatures stay verifiable",
    audience: "partner",
    params: partnerPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "a JWK set", schema: jwksSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readJwks(ports, { caller, partner: params.partner }),
    present: (keys) => ({ status: 200, json: { keys } }),
  }),
  route({
    method: "post",
    path: "/v1/partners/{partner}/keys",
    tag: "partners",
    summary: "Register a key: the first with an enrolment code, a later one with a proof that it is held",
    audience: "key-holder",
    params: partnerPathSchema,
    query: NOTHING,
    body: newKeySchema,
    replies: { 201: { says: "the key, active from now on", schema: keySchema } },
    problems: ["enrolment-code-invalid", "key-unacceptable", "key-exists", "not-found"],
    run: async ({ caller, presented, params, body }, ports) => {
      const key = presented === null ? parsePublicJwk(body.jwk) : ok(presented);
      if (!key.ok) return err(problem("key-unacceptable", KEY_REFUSALS[key.error]));
      if ("code" in body) return enrolKey(ports, { partner: params.partner, code: body.code, key: key.value });
      if (caller.partner !== params.partner) return err(problem("not-found", "a key is registered by its own partner"));
      return addKey(ports, { caller, key: key.value, proof: body.proof });
    },
    present: (row) => ({ status: 201, json: presentKey(row) }),
  }),
  route({
    method: "delete",
    path: "/v1/partners/{partner}/keys/{thumbprint}",
    tag: "partners",
    summary: "Revoke a key at once",
    audience: "partner",
    params: keyPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the key, revoked", schema: keySchema } },
    problems: ["not-found", "last-key"],
    run: ({ caller, params }, ports) => revokeKey(ports, { caller, ...params }),
    present: (row) => ({ status: 200, json: presentKey(row) }),
  }),
];

function presentPartner({ id, manifest, addedAt, leftAt }: PartnerRow) {
  const { name, industry, datasets } = manifest ?? { name: "the operator", industry: "room", datasets: [] };
  const left = leftAt === null ? null : isoInstant(leftAt);
  return { id, name, industry, datasets, addedAt: isoInstant(addedAt), leftAt: left };
}

function presentKey({ thumbprint, jwk, registeredAt, revokedAt }: KeyRow) {
  return {
    thumbprint,
    jwk: JSON.parse(jwk),
    registeredAt: isoInstant(registeredAt),
    revokedAt: revokedAt === null ? null : isoInstant(revokedAt),
  };
}
