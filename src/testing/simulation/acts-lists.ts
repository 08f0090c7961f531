// Lists are brought, whole or as increments, given up half-way, and brought again.

import { createHash } from "node:crypto";
import { commitUpload } from "../../app/commit-upload.ts";
import { dropUpload, openUpload, type UploadFile } from "../../app/open-upload.ts";
import type { Ports } from "../../app/ports.ts";
import { receivePart } from "../../app/receive-part.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Change } from "../../ports/matcher.ts";
import { type Act, callerOf, type Drawing, type Known, refusal, type Through } from "./act.ts";
import type { Chance } from "./chance.ts";
import { LIST_SCHEMA, listOf } from "./documents.ts";
import { drawRows, partOf, type Row } from "./people.ts";

const CHANGES: readonly Change[] = ["replace", "replace", "upsert", "delete"];

/** Brings a list of the partner's, in one part to three. */
export const bringList: Drawing = ({ known, partner, chance }) => {
  const isThere = (known.truth.lists.get(listOf(partner))?.versions.length ?? 0) > 0;
  const change = isThere ? chance.pick(CHANGES) : "replace";
  const rows = drawRows(chance, partner, change === "replace" ? 75 : 20);
  return rows.length === 0 ? null : bringing(known, chance, { partner, change, rows });
};

type Bringing = { readonly partner: PartnerId; readonly change: Change; readonly rows: readonly Row[] };

function bringing(known: Known, chance: Chance, { partner, change, rows }: Bringing): Act {
  const parts = cut(rows, 1 + chance.below(3)).map((some, place) => partOf(some, place === 0));
  const leaves = chance.happens(10);
  return {
    says: `brings ${rows.length} rows to ${change}${leaves ? " and leaves them" : ""}`,
    partner,
    about: null,
    carryOut: async (through) => {
      const opened = await through.client.once<UploadFile>("open", (ports) =>
        openUpload(ports, { caller: callerOf(partner), dataset: LIST_SCHEMA.dataset, change }),
      );
      if (!opened.ok) return refusal(opened.error, ["no-version"]);
      const { id } = opened.value.upload;
      known.truth.planned.set(id, { partner, change, rows });
      for (const [place, bytes] of parts.entries()) {
        const received = await send(through.ports, { partner, id, number: place + 1, bytes });
        if (!received.ok) return refusal(received.error, ["upload-closed"]);
      }
      if (leaves) known.leftOpen.set(partner, id);
      return leaves ? [] : commit(through, { partner, id, digests: parts.map(digestOf) });
    },
  };
}

type Committing = { readonly partner: PartnerId; readonly id: string; readonly digests: readonly string[] };

async function commit({ client }: Through, { partner, id, digests }: Committing): Promise<string[]> {
  const committed = await client.once("commit", (ports) =>
    commitUpload(ports, { caller: callerOf(partner), id, digests }),
  );
  if (committed.ok) return [];
  return refusal(committed.error, ["version-cap-reached", "no-version", "upload-closed", "unavailable"]);
}

function cut(rows: readonly Row[], parts: number): Row[][] {
  const size = Math.ceil(rows.length / parts);
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, place) =>
    rows.slice(place * size, (place + 1) * size),
  );
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Sends rows as a part of an upload. */
export function sendPart(
  ports: Ports,
  { rows, ...part }: Omit<Part, "bytes"> & { readonly rows: readonly Row[] },
): ReturnType<typeof receivePart> {
  return send(ports, { ...part, bytes: partOf(rows, part.number === 1) });
}

type Part = { readonly partner: PartnerId; readonly id: string; readonly number: number; readonly bytes: Uint8Array };

function send(ports: Ports, { partner, id, number, bytes }: Part): ReturnType<typeof receivePart> {
  const body = { bytes: once(bytes), digest: digestOf(bytes), isIntact: () => true, size: () => bytes.length };
  return receivePart(ports, { caller: callerOf(partner), id, number, body });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Gives an upload up that was left open. */
export const dropList: Drawing = ({ known, partner }) => {
  const id = known.leftOpen.get(partner);
  if (id === undefined) return null;
  known.leftOpen.delete(partner);
  return {
    says: "gives an upload up",
    partner,
    about: null,
    carryOut: async ({ ports }) => {
      const dropped = await dropUpload(ports, { caller: callerOf(partner), id });
      return dropped.ok ? [] : refusal(dropped.error, []);
    },
  };
};
