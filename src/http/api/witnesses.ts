// Witnesses of the log and their cosignatures.

import { listWitnesses, registerWitness, retireWitness, takeCosignature } from "../../app/witness-log.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import type { WitnessFile, WitnessRow } from "../../ports/rows.ts";
import {
  cosignedSchema,
  newCosignatureSchema,
  newWitnessSchema,
  witnessListSchema,
  witnessPathSchema,
  witnessSchema,
} from "../../wire/api/audit.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

export const WITNESS_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/audit/witnesses",
    tag: "audit",
    summary: "Witnesses of the log, with their keys and what each last cosigned",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "every witness, retired ones too", schema: witnessListSchema } },
    problems: [],
    run: async ({ caller }, ports) => ok(await listWitnesses(ports, caller)),
    present: (rows) => ({ status: 200, json: { items: rows.map(presentFile) } }),
  }),
  route({
    method: "post",
    path: "/v1/audit/witnesses",
    tag: "audit",
    summary: "Register a witness's key; a cosignature under it proves that it is held",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newWitnessSchema,
    replies: { 201: { says: "the witness, which may cosign from now on", schema: witnessSchema } },
    problems: ["partner-only", "key-unacceptable", "checkpoint-invalid", "witness-exists", "witnesses-full"],
    run: ({ caller, body }, ports) => registerWitness(ports, { caller, ...body }),
    present: (row) => ({ status: 201, json: presentWitness(row) }),
  }),
  route({
    method: "delete",
    path: "/v1/audit/witnesses/{thumbprint}",
    tag: "audit",
    summary: "Retire a witness of yours: what it cosigned stays, and nothing more is taken",
    audience: "partner",
    params: witnessPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the witness, retired", schema: witnessSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => retireWitness(ports, { caller, thumbprint: params.thumbprint }),
    present: (row) => ({ status: 200, json: presentWitness(row) }),
  }),
  route({
    method: "post",
    path: "/v1/audit/cosignatures",
    readsOnly: true,
    tag: "audit",
    summary:
      "Bring a cosignature of a published checkpoint, or a checkpoint of this room that its log does not bear out",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newCosignatureSchema,
    replies: { 200: { says: "the cosignature is kept and shown with the checkpoint", schema: cosignedSchema } },
    problems: ["checkpoint-invalid"],
    run: ({ caller, body }, ports) => takeCosignature(ports, { caller, ...body }),
    present: ({ size, cosignatures }) => ({ status: 200, json: { size, cosignatures } }),
  }),
];

function presentFile({ last, ...row }: WitnessFile) {
  const cosigned = last === null ? null : { size: last.size, signedAt: isoInstant(last.signedAt) };
  return { ...presentWitness(row), last: cosigned };
}

function presentWitness({ thumbprint, partner, name, key, registeredAt, retiredAt }: WitnessRow) {
  return {
    thumbprint,
    partner,
    name,
    key,
    registeredAt: isoInstant(registeredAt),
    retiredAt: retiredAt === null ? null : isoInstant(retiredAt),
    last: null,
  };
}
