// People whom a partner has erased: no version of its lists holds them, and none that comes may. What is kept of them
// are their tokens, sealed under the partner's data key, so that they go with it.

import { open } from "../crypto/sealed-box.ts";
import { toHex, utf8 } from "../domain/bytes.ts";
import type { DatasetSchema } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { DataKey, NamedToken, SealedVersion } from "../ports/matcher.ts";
import type { ErasureRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { boxAgain, openTokens, sealTokens } from "./kept-tokens.ts";
import type { Ports } from "./ports.ts";

/** Whom a partner has erased so far. */
export type Forgotten = {
  /** Erasures, of one person or many: more of them, and the list is another one. */
  readonly erasures: number;
  readonly tokens: readonly NamedToken[];
};

type Named = { readonly partner: PartnerId; readonly dataKey: DataKey };

/**
 * Reads whom the partner has erased. O(tokens).
 * @throws when their tokens were made under another room key, by which they would be found in no list
 */
export async function forgottenBy(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  { partner, dataKey }: Named,
): Promise<Forgotten> {
  const rows = await tx.erasures.list(partner);
  return { erasures: rows.length, tokens: rows.flatMap((row) => openErasure(ports, dataKey, row)) };
}

/** Whether an erasure lies under a data key. */
export function liesUnder(dataKey: DataKey, { partner, number, sealed }: ErasureRow): boolean {
  return open(dataKey, sealed, utf8(labelOf(partner, number))).ok;
}

/** The tokens of one erasure. @throws as `forgottenBy` does */
export function openErasure(
  ports: Pick<Ports, "matcher">,
  dataKey: DataKey,
  { partner, number, sealed }: ErasureRow,
): readonly NamedToken[] {
  return openTokens(ports, dataKey, { label: labelOf(partner, number), sealed });
}

/** Keeps the tokens of people who are erased: the erasure after those that there are. */
export async function keepForgotten(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  { partner, dataKey, forgotten, tokens }: Named & { forgotten: Forgotten; tokens: readonly NamedToken[] },
): Promise<void> {
  const number = forgotten.erasures + 1;
  const sealed = sealTokens(ports, dataKey, { label: labelOf(partner, number), tokens });
  await tx.erasures.add({ partner, number, sealed });
}

/** Keeps the tokens of people who were erased under another data key than before, as the partner's first erasure. */
export async function sealForgotten(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  { partner, dataKey, tokens }: Named & { readonly tokens: readonly NamedToken[] },
): Promise<void> {
  const count = await tx.erasures.count(partner);
  for (let number = 1; number <= count; number += 1) {
    const kept = { label: labelOf(partner, number), tokens: number === 1 ? tokens : [] };
    await tx.erasures.reseal({ partner, number, sealed: sealTokens(ports, dataKey, kept) });
  }
}

/** Keeps whom a partner has erased as tokens are made now; answers how many erasures were keyed again. */
export async function rekeyForgotten(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  { partner, dataKey }: Named,
): Promise<number> {
  let rekeyed = 0;
  for (const { number, sealed } of await tx.erasures.list(partner)) {
    const box = boxAgain(ports, dataKey, { label: labelOf(partner, number), sealed });
    if (box === null) continue;
    await tx.erasures.reseal({ partner, number, sealed: box });
    rekeyed += 1;
  }
  return rekeyed;
}

/**
 * What an erasure, which lies under this data key, is known by: its number and its tokens as they are made now. It may
 * have been sealed anew since, after a rotation of the room key.
 */
export function erasureName(ports: Pick<Ports, "matcher">, dataKey: DataKey, erasure: ErasureRow): string {
  const tokens = openErasure(ports, dataKey, erasure).map(({ name, token }) => `${name} ${token}`);
  return [erasure.partner, erasure.number, ...tokens.sort()].join();
}

/** An erasure, which lies under this data key, with its tokens as they are made now; itself where they are already. */
export function erasureAgain<Erasure extends ErasureRow>(
  ports: Pick<Ports, "matcher">,
  dataKey: DataKey,
  erasure: Erasure,
): Erasure {
  const label = labelOf(erasure.partner, erasure.number);
  const box = boxAgain(ports, dataKey, { label, sealed: erasure.sealed });
  return box === null ? erasure : { ...erasure, sealed: box };
}

function labelOf(partner: PartnerId, number: number): string {
  return `concordat erasure ${number} of ${partner}`;
}

type Listed = { readonly schema: DatasetSchema; readonly dataKey: DataKey };

/** The version without whoever of it was erased, and how many these were: itself where nobody was, else another one. */
export async function withoutForgotten(
  ports: Pick<Ports, "matcher" | "random">,
  sealed: SealedVersion,
  { forgotten, ...list }: Listed & { readonly forgotten: Forgotten },
): Promise<{ readonly sealed: SealedVersion; readonly leftOut: number }> {
  if (forgotten.tokens.length === 0) return { sealed, leftOut: 0 };
  const { segment, increment } = sealed;
  const { records, people } = await ports.matcher.holders({ ...list, segment }, forgotten.tokens);
  if (people === 0) return { sealed, leftOut: 0 };
  try {
    const left = await sealWithout(ports, { ...list, segment, records });
    return { sealed: { ...left, increment }, leftOut: people };
  } finally {
    await ports.matcher.dropSegment(segment);
  }
}

/** Seals a version anew without some record references, with nothing in common with the one that is there. */
export async function sealWithout(
  { matcher, random }: Pick<Ports, "matcher" | "random">,
  { segment, schema, dataKey, records }: Listed & { readonly segment: string; readonly records: readonly string[] },
): Promise<SealedVersion> {
  const staging = `forget_${toHex(random(16))}`;
  const change = "delete" as const;
  try {
    const body = referencesIn(schema, records);
    const staged = await matcher.stagePart({ staging, number: 1, change, schema, dataKey, body });
    if (!staged.ok) throw new Error(`record references of a list cannot be named: ${staged.error.says}`);
    await staged.value.keep();
    return await matcher.seal({ staging, parts: 1, change, base: { segment }, isApart: true, schema, dataKey });
  } finally {
    await matcher.dropStaging(staging);
  }
}

async function* referencesIn({ record }: DatasetSchema, records: readonly string[]): AsyncGenerator<Uint8Array> {
  yield utf8([record.column, ...records].map((cell) => `"${cell.replaceAll('"', '""')}"\r\n`).join(""));
}
