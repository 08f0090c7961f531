// How a simulated room begins: its partners come in, agree and bring their lists, and nothing goes wrong.

import { addPartner } from "../../app/add-partner.ts";
import { createDataset } from "../../app/create-dataset.ts";
import { enrolKey } from "../../app/enrol-key.ts";
import type { Ports } from "../../app/ports.ts";
import { OPERATOR, type PartnerId } from "../../domain/partner/manifest.ts";
import { type Act, callerOf, type Drawing } from "./act.ts";
import { agreeAnew, puttingPolicy } from "./acts-agreements.ts";
import { bringList } from "./acts-lists.ts";
import { keyOf, LIST_SCHEMA, MEMBERS, manifestOf } from "./documents.ts";

/** Brings everybody in, with a key and a list declared. */
export async function bringEverybodyIn(ports: Ports): Promise<void> {
  for (const partner of MEMBERS) await bringIn({ ...ports, keep: async () => undefined }, partner);
}

async function bringIn(ports: Ports & { readonly keep: () => Promise<void> }, partner: PartnerId): Promise<void> {
  const added = await addPartner(ports, { caller: callerOf(OPERATOR), manifest: manifestOf(partner) });
  if (!added.ok) throw new Error(added.error.detail);
  const key = keyOf(partner).publicKey;
  const enrolled = await enrolKey(ports, { partner, code: added.value.code, key });
  if (!enrolled.ok) throw new Error(enrolled.error.detail);
  const declared = await createDataset(ports, { caller: callerOf(partner), schema: LIST_SCHEMA });
  if (!declared.ok) throw new Error(declared.error.detail);
}

/** What everybody does first. */
export const FIRST: readonly Drawing[] = [
  ({ known, partner }): Act => puttingPolicy(known, partner, { version: 1, manner: "open", mode: known.truth.mode }),
  (drawn) => (drawn.partner === MEMBERS[0] ? agreeAnew(drawn) : null),
  bringList,
];
