// People whom identifiers name, in every version of a partner's lists: by the identifiers, and then by all that these
// lists join to them.

import { fromHex } from "../domain/bytes.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type HashedIdentifier, tokenNameIn } from "../domain/subject/hashed-identifier.ts";
import type { DataKey, Holders, NamedToken } from "../ports/matcher.ts";
import type { DatasetRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Ports } from "./ports.ts";

/** Work on what a partner has that takes longer than a transaction may. */
type OnLists<Lists, Made, Outcome> = {
  readonly partner: PartnerId;
  /** The name of the transaction that concludes. */
  readonly name: string;
  readonly read: (tx: Transaction) => Promise<Lists>;
  /** Works on what was read, outside any transaction. */
  readonly work: (lists: Lists) => Promise<Made>;
  /** Whether the lists are still those that were read. */
  readonly isAsThen: (tx: Transaction, lists: Lists) => Promise<boolean>;
  readonly conclude: (tx: Transaction, on: { readonly lists: Lists; readonly made: Made }) => Promise<Outcome>;
  /** After each try whose work came through: `isConcluded` where what was made holds. */
  readonly settled?: (made: Made, isConcluded: boolean) => Promise<void>;
};

/**
 * Reads a partner's lists, works on them, and concludes if they are what they were; else it begins anew, a few times.
 * Work that fails while the lists change has failed by that, and begins anew as well.
 */
export async function concludeOnLists<Lists, Made, Outcome>(
  { store, restBefore }: Pick<Ports, "store" | "restBefore">,
  on: OnLists<Lists, Made, Outcome>,
): Promise<Result<Outcome, Problem>> {
  const parties = [on.partner];
  for (let tries = 0; tries < LIMITS.figureTries; tries++) {
    await restBefore(tries);
    const lists = await store.read({ name: "find people", parties }, on.read);
    const made = await on.work(lists).then(ok, err<unknown>);
    const outcome = await store.write({ name: on.name, parties }, async (tx) => {
      if (!(await on.isAsThen(tx, lists))) return null;
      // Nothing was changed meanwhile by which it could have failed.
      if (!made.ok) throw made.error;
      return ok(await on.conclude(tx, { lists, made: made.value }));
    });
    if (made.ok) await on.settled?.(made.value, outcome !== null);
    if (outcome !== null) return outcome;
  }
  return err(problem("unavailable", "your lists change faster than somebody can be looked for in them"));
}

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
