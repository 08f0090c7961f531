// Objections as they are kept, and whom they keep out of a list of a question. Of people there are only tokens, sealed
// under the partner's data key, so that an objection outlasts every upload and goes with the key.

import { canonicalJson } from "../domain/canonical-json.ts";
import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { TokenName } from "../domain/identifier/token-kernel.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { channelOf, type Question } from "../domain/question/question.ts";
import { concerns, leftOutOf, type Objection, scopeSchema, type Use, type When } from "../domain/subject/objection.ts";
import type { DataKey, NamedToken } from "../ports/matcher.ts";
import type { ObjectionRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { boxAgain, type MovedKeys, movedBox, openTokens, sealTokens } from "./kept-tokens.ts";
import type { Ports } from "./ports.ts";

/** A token as one text: its name, a space, its digits. */
type TokenText = `${TokenName} ${string}`;
export type Kept = Objection<TokenText>;

/** What people of some partners have objected to, the oldest first. */
export type Objections = ReadonlyMap<PartnerId, readonly Kept[]>;

/** Reads the objections of partners whose data keys are open. O(tokens). */
export async function readObjections(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  keys: readonly (readonly [PartnerId, Promise<DataKey>])[],
): Promise<Objections> {
  return new Map(
    await Promise.all(
      keys.map(async ([partner, key]) => {
        const [rows, dataKey] = await Promise.all([tx.objections.list(partner), key]);
        return [partner, openObjections(ports, dataKey, rows)] as const;
      }),
    ),
  );
}

/** Opens objections of a partner that were read. O(tokens). */
export function openObjections(
  ports: Pick<Ports, "matcher">,
  dataKey: DataKey,
  rows: readonly ObjectionRow[],
): readonly Kept[] {
  return rows.map((row) => opened(ports, dataKey, row));
}

function opened(ports: Pick<Ports, "matcher">, dataKey: DataKey, row: ObjectionRow): Kept {
  const { partner, number, entry, kind, sealed } = row;
  const tokens = openTokens(ports, dataKey, { label: labelOf(partner, number), sealed });
  return { entry, kind, scope: scopeSchema.parse(JSON.parse(row.scope)), keys: tokens.map(tokenText) };
}

/** Keeps an objection as the one after those that there are. */
export async function keepObjection(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  added: Omit<Kept, "keys"> & {
    readonly partner: PartnerId;
    readonly dataKey: DataKey;
    readonly number: number;
    readonly tokens: readonly NamedToken[];
  },
): Promise<void> {
  const { partner, dataKey, number, entry, kind, scope, tokens } = added;
  const sealed = sealTokens(ports, dataKey, { label: labelOf(partner, number), tokens });
  await tx.objections.add({ partner, number, entry, kind, scope: canonicalJson(scope), sealed });
}

/** Keeps a partner's objections under the data key that follows another. */
export async function moveObjections(tx: Transaction, partner: PartnerId, keys: MovedKeys): Promise<void> {
  for (const { number, sealed } of await tx.objections.list(partner)) {
    const box = movedBox(keys, { label: labelOf(partner, number), sealed });
    await tx.objections.reseal({ partner, number, sealed: box });
  }
}

/** Keeps a partner's objections as tokens are made now; answers how many were keyed again. */
export async function rekeyObjections(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  { partner, dataKey }: { readonly partner: PartnerId; readonly dataKey: DataKey },
): Promise<number> {
  let rekeyed = 0;
  for (const { number, sealed } of await tx.objections.list(partner)) {
    const box = boxAgain(ports, dataKey, { label: labelOf(partner, number), sealed });
    if (box === null) continue;
    await tx.objections.reseal({ partner, number, sealed: box });
    rekeyed += 1;
  }
  return rekeyed;
}

function labelOf(partner: PartnerId, number: number): string {
  return `concordat objection ${number} of ${partner}`;
}

/** A token as one text. */
export function tokenText({ name, token }: NamedToken): TokenText {
  return `${name} ${token}`;
}

function tokenIn(text: TokenText): NamedToken {
  const at = text.indexOf(" ");
  // SAFETY: what stands before the space of such a text is a name.
  return { name: text.slice(0, at) as TokenName, token: text.slice(at + 1) };
}

/** A question with the consents that it asks of people, by list. */
export type Used = {
  readonly question: Question;
  readonly consents: { readonly [list: string]: readonly string[] };
};

/** What a list is used for in a question. */
export function useIn({ question, consents }: Used, list: DatasetRef): Use {
  const { analysis, purpose } = question;
  const asked = consents[list];
  // Terms name only lists that ask for a consent.
  return { analysis, purpose, channel: channelOf(question), consents: asked === undefined ? [] : asked };
}

/** Whom of each list of a question objections keep out. */
export function withoutObjecting(
  objections: Objections,
  used: Used,
  when: When,
): (list: DatasetRef) => readonly NamedToken[] {
  return (list) => [...leftOutOf(kept(objections, list), useIn(used, list), when)].map(tokenIn);
}

/** Whether somebody has objected to a use of any of these lists since the answer of an entry. */
export function isObjectedSince(
  objections: Objections,
  used: Used,
  { lists, entry }: { readonly lists: readonly DatasetRef[]; readonly entry: number },
): boolean {
  return lists.some((list) =>
    kept(objections, list).some(
      (one) => one.kind === "made" && one.entry > entry && concerns(one.scope, useIn(used, list)),
    ),
  );
}

function kept(objections: Objections, list: DatasetRef): readonly Kept[] {
  const found = objections.get(ownerOf(list));
  if (found === undefined) throw new Error("the objections of a list's owner were not read");
  return found;
}

/** How many objections each of these partners has kept: what was worked out holds as long as it is as many. */
export async function countObjections(tx: Transaction, partners: readonly PartnerId[]): Promise<string> {
  return (await tx.objections.counts(partners)).join();
}
