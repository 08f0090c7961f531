// The log in the layout of C2SP tlog-tiles, under the prefix `/v1/audit`: checkpoint, tiles of hashes, entry bundles.

import { readBundle, readPublished, readTile, readWitnessed } from "../../app/read-tiles.ts";
import { parseTile } from "../../domain/audit/tile.ts";
import { toBase64 } from "../../domain/bytes.ts";
import { problem } from "../../domain/problem.ts";
import { err } from "../../domain/result.ts";
import {
  bundlePathSchema,
  entryPathSchema,
  tilePathSchema,
  witnessedQuerySchema,
  witnessedSchema,
} from "../../wire/api/audit.ts";
import { NO_BODY, NOTHING, type Presented, type Route, route } from "../route.ts";

const OCTETS = "application/octet-stream";
const NOTE = "text/plain; charset=utf-8";

export const TILE_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/audit/checkpoint",
    tag: "audit",
    summary: "The published checkpoint with its cosignatures (C2SP tlog-checkpoint, tlog-cosignature)",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "a signed note", contentType: NOTE } },
    problems: ["not-found"],
    run: ({ caller }, ports) => readPublished(ports, caller),
    present: (note) => ({ status: 200, contentType: NOTE, text: piece(note) }),
  }),
  route({
    method: "get",
    path: "/v1/audit/tile/entries/{place}",
    isDeep: true,
    tag: "audit",
    summary: "An entry bundle, for whoever may read every entry of it (C2SP tlog-tiles)",
    audience: "partner",
    params: bundlePathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "entries, each after its length as a big-endian uint16", contentType: OCTETS } },
    problems: ["not-found", "entries-not-yours"],
    run: async ({ caller, params }, ports) => {
      const bundle = parseTile("0", params.place);
      return bundle.ok ? readBundle(ports, { caller, bundle: bundle.value }) : err(noAddress());
    },
    present: octets,
  }),
  route({
    method: "get",
    path: "/v1/audit/tile/{level}/{place}",
    isDeep: true,
    tag: "audit",
    summary: "A tile of hashes (C2SP tlog-tiles)",
    audience: "partner",
    params: tilePathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "up to 256 hashes of 32 bytes", contentType: OCTETS } },
    problems: ["not-found"],
    run: async ({ caller, params }, ports) => {
      const tile = parseTile(params.level, params.place);
      return tile.ok ? readTile(ports, { caller, tile: tile.value }) : err(noAddress());
    },
    present: octets,
  }),
  route({
    method: "get",
    path: "/v1/audit/witnessed/{index}",
    tag: "audit",
    summary: "An entry under the first published checkpoint that covers it and that so many witnesses cosigned, if any",
    audience: "partner",
    params: entryPathSchema,
    query: witnessedQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "checkpoint and inclusion proof", schema: witnessedSchema } },
    problems: ["not-found"],
    run: ({ caller, params, query }, ports) =>
      readWitnessed(ports, { caller, index: params.index, witnesses: query.witnesses ?? 1 }),
    present: ({ checkpoint, proof }) => ({ status: 200, json: { checkpoint, proof: proof.map(toBase64) } }),
  }),
];

function octets(immutable: Uint8Array): Presented {
  return { status: 200, contentType: OCTETS, immutable };
}

async function* piece(text: string): AsyncIterable<string> {
  yield text;
}

function noAddress() {
  return problem("not-found", "this is no address of a tile, such as `tile/0/x001/x234/067` or `tile/0/067.p/112`");
}
