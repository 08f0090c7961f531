// People whom identifiers name, in every version of a partner's lists: by the identifiers, and then by all that these
// lists join to them.

import { fromHex } from "../domain/bytes.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type HashedIdentifier, tokenNameIn } from "../domain/subject/hashed-identifier.ts";
import type { DataKey, Holders, NamedToken } from "../ports/matcher.ts";
import type { DatasetRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Ports } from "./ports.ts";

/** A partner's lists with every version of each, the one in force first. */
export type OwnLists = readonly { readonly dataset: DatasetRow; readonly versions: readonly VersionRow[] }[];

/** Reads a partner's lists. */
export async function ownLists(tx: Transaction, partner: PartnerId): Promise<OwnLists> {
  const datasets = await tx.datasets.list(partner);
  return Promise.all(
    datasets.map(async (dataset) => ({ dataset, versions: await tx.versions.list(datasetRef(partner, dataset.name)) })),
  );
}

/** The names of lists. */
export function refsOf(lists: OwnLists): readonly DatasetRef[] {
  return lists.map(({ dataset }) => datasetRef(dataset.partner, dataset.name));
}

/** The versions of lists with their files: what was found in them holds as long as they are these. */
export function stateOfLists(lists: OwnLists): string {
  return lists.flatMap(({ versions }) => versions.map(({ id, segment }) => `${id} ${segment}`)).join();
}

/** Who of each version was found, by its id, with every token by which any of the lists knows them. */
export type Found = { readonly tokens: readonly NamedToken[]; readonly holders: ReadonlyMap<string, Holders> };

export const NOBODY: Holders = { people: 0, records: [], tokens: [] };

/**
 * Finds people in every version of a partner's lists. Whoever is found in one version may have further tokens, by which
 * another version knows them. Costs a pass over every version, and again as long as there are more tokens.
 */
export async function findPeople(
  ports: Pick<Ports, "matcher">,
  { dataKey, lists }: { readonly dataKey: DataKey; readonly lists: OwnLists },
  asked: readonly NamedToken[],
): Promise<Found> {
  const known = new Map(asked.map((one) => [`${one.name} ${one.token}`, one]));
  const holders = new Map<string, Holders>();
  const all = lists.flatMap(({ dataset: { schema }, versions }) => versions.map((row) => ({ ...row, schema })));
  for (let before = 0; before < known.size; ) {
    before = known.size;
    for (const { id, segment, schema } of all) {
      const found = await ports.matcher.holders({ segment, dataKey, schema }, [...known.values()]);
      holders.set(id, found);
      for (const one of found.tokens) known.set(`${one.name} ${one.token}`, one);
    }
  }
  return { tokens: [...known.values()], holders };
}

/** How many people of a list were found: in its version in force, and in how many of its versions any. */
export type Count = { readonly dataset: string; readonly people: number; readonly versions: number };

/** Counts whom was found, list by list. */
export function countFound(lists: OwnLists, { holders }: Found): readonly Count[] {
  return lists.map(({ dataset, versions }) => {
    const found = versions.map(({ id }) => holders.get(id) ?? NOBODY);
    const [inForce = NOBODY] = found;
    const held = found.filter(({ people }) => people > 0).length;
    return { dataset: datasetRef(dataset.partner, dataset.name), people: inForce.people, versions: held };
  });
}

/** The versions that hold any of those found. */
export function versionsWith({ holders }: Found): ReadonlySet<string> {
  return new Set([...holders].flatMap(([id, { people }]) => (people > 0 ? [id] : [])));
}

/** The tokens of identifiers, each under its name. */
export function tokensOf(
  { matcher }: Pick<Ports, "matcher">,
  identifiers: readonly HashedIdentifier[],
): readonly NamedToken[] {
  return matcher.tokensOf(
    identifiers.map((identifier) => {
      const digest = fromHex(identifier.hash);
      if (!digest.ok) throw new Error("a parsed hash is not hex");
      return { name: tokenNameIn(identifier), digest: digest.value };
    }),
  );
}
