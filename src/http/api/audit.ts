// The log: entries that concern the caller, proofs, and the export that verifies without the room.

import { exportLog } from "../../app/export-log.ts";
import { proveConsistency, proveInclusion, readCheckpoint, readEntries } from "../../app/read-log.ts";
import type { Checkpoint } from "../../domain/audit/checkpoint.ts";
import { fromBase64Url, toBase64 } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  checkpointSchema,
  consistencyQuerySchema,
  entriesQuerySchema,
  entryListSchema,
  exportQuerySchema,
  inclusionQuerySchema,
  proofSchema,
} from "../../wire/api/audit.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

const PROOF = { 200: { says: "the proof", schema: proofSchema } };

export const AUDIT_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/audit/entries",
    tag: "audit",
    summary: "Entries that concern you, in order",
    audience: "partner",
    params: NOTHING,
    query: entriesQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of entries", schema: entryListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => {
      const limit = query.limit ?? LIMITS.logPageEntries;
      return ok({ rows: await readEntries(ports, { caller, from: query.from ?? 0, limit }), limit });
    },
    present: ({ rows, limit }) => {
      const last = rows.at(-1);
      const next = last === undefined || rows.length < limit ? null : last.index + 1;
      return { status: 200, json: { items: rows.map(({ index, entry }) => ({ index, entry })), next } };
    },
  }),
  route({
    method: "get",
    path: "/v1/audit/head",
    tag: "audit",
    summary: "The newest signed checkpoint, which covers every entry up to now and no witness has seen",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "a signed note", schema: checkpointSchema } },
    problems: [],
    run: async ({ caller }, ports) => ok(await readCheckpoint(ports, caller)),
    present: (checkpoint) => ({ status: 200, json: { checkpoint } }),
  }),
  route({
    method: "get",
    path: "/v1/audit/proofs/inclusion",
    tag: "audit",
    summary: "Proof that a leaf stands in the tree of a size",
    audience: "partner",
    params: NOTHING,
    query: inclusionQuerySchema,
    body: NO_BODY,
    replies: PROOF,
    problems: [],
    run: ({ caller, query }, ports) => proveInclusion(ports, { caller, ...query }),
    present: (proof) => ({ status: 200, json: { proof: proof.map(toBase64) } }),
  }),
  route({
    method: "get",
    path: "/v1/audit/proofs/consistency",
    tag: "audit",
    summary: "Proof that a tree extends an earlier one",
    audience: "partner",
    params: NOTHING,
    query: consistencyQuerySchema,
    body: NO_BODY,
    replies: PROOF,
    problems: [],
    run: ({ caller, query }, ports) => proveConsistency(ports, { caller, ...query }),
    present: (proof) => ({ status: 200, json: { proof: proof.map(toBase64) } }),
  }),
  route({
    method: "get",
    path: "/v1/audit/export",
    tag: "audit",
    summary:
      "Everything of the log that concerns you, with proofs; `audit verify` needs nothing else but the room's key",
    audience: "partner",
    params: NOTHING,
    query: exportQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "an `audit-export/1` document", contentType: "application/json" } },
    problems: [],
    run: async ({ caller, query }, ports) => {
      const earlier = earlierOf(ports.room.origin, query);
      return earlier.ok ? exportLog(ports, { caller, earlier: earlier.value }) : earlier;
    },
    present: (text) => ({ status: 200, contentType: "application/json", text }),
  }),
];

/** The checkpoint that the reader kept, as it names it; null where it names none. */
export function earlierOf(
  origin: string,
  { size, root: text }: { readonly size?: number | undefined; readonly root?: string | undefined },
): Result<Checkpoint | null, Problem> {
  if (size === undefined || text === undefined) return ok(null);
  const root = fromBase64Url(text);
  return root.ok
    ? ok({ origin, size, root: root.value })
    : err(problem("invalid-parameter", "`root` is not base64url"));
}
