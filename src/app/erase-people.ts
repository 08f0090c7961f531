// People are erased: from every version of the partner's lists, whose sealed files are made anew and the old ones
// dropped, and from every list that is yet to come. What was in force stays in force, under its own name; questions
// that run meanwhile start over, and a list of people that was given is collected without them.

import { equalBytes, fromHex } from "../domain/bytes.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type HashedIdentifier, tokenNameIn } from "../domain/subject/hashed-identifier.ts";
import type { DataKey, Holders, NamedToken, SealedVersion } from "../ports/matcher.ts";
import type { DatasetRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type Forgotten, forgottenBy, keepForgotten, sealWithout } from "./forgotten-people.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { rememberErasures } from "./remember-erasures.ts";

/** What an erasure came to. It speaks of the partner's own lists alone. */
export type Erasure = {
  readonly at: UnixMillis;
  /** Every list of the partner: how many people of its version in force are gone, and how many versions had any. */
  readonly lists: readonly { readonly dataset: DatasetRef; readonly people: number; readonly versions: number }[];
};

type MakePorts = Pick<Ports, "matcher" | "random" | "room">;
type ErasePorts = MakePorts & Pick<Ports, "store" | "erasureMemory"> & Keeping<Erasure>;
type Erasing = { readonly caller: Caller; readonly identifiers: readonly HashedIdentifier[] };

const TRIES = 4;

/**
 * Erases the people who have any of these identifiers, by whatever else they are known in the partner's lists, and
 * keeps their tokens so that no upload brings them back. Identifiers that nobody has are kept as well. Costs a pass
 * over every version that the partner has, and another to make anew those of lists that held somebody.
 */
export async function erasePeople(ports: ErasePorts, erasing: Erasing): Promise<Result<Erasure, Problem>> {
  const { partner } = erasing.caller;
  if (partner === OPERATOR) return err(problem("partner-only", "the operator has no list with people in it"));
  const parties = [partner];
  for (let tries = 0; tries < TRIES; tries++) {
    const lists = await ports.store.read({ name: "find people", parties }, (tx) =>
      listsWithErasures(ports, tx, partner),
    );
    const made = await makeAnew(ports, lists, { partner, tokens: tokensOf(ports, erasing.identifiers) });
    const outcome = await ports.store.write({ name: "erase people", parties }, (tx) =>
      conclude(ports, tx, { erasing, lists, made }),
    );
    // Where the transaction broke off nobody knows which of the two is named, and the sweep at start decides.
    const gone = outcome === null ? made.versions.map(({ sealed }) => sealed) : made.versions.map(({ row }) => row);
    for (const { segment } of gone) await ports.matcher.dropSegment(segment);
    if (outcome === null) continue;
    await rememberErasures(ports, parties);
    return ok(outcome);
  }
  return err(problem("unavailable", "your lists change faster than somebody can be erased from them"));
}

/** All that a partner has: its lists with every version of each, oldest last, and whom it has erased before. */
type Lists = {
  readonly dataKey: DataKey;
  readonly forgotten: Forgotten;
  readonly lists: readonly { readonly dataset: DatasetRow; readonly versions: readonly VersionRow[] }[];
};

/** Reads what a partner has. Requires a transaction that acts for it. */
export async function listsWithErasures(ports: MakePorts, tx: Transaction, partner: PartnerId): Promise<Lists> {
  const dataKey = await unwrapDataKey(tx, ports.room.keyRing, partner);
  const forgotten = await forgottenBy(ports, tx, { partner, dataKey });
  return { dataKey, forgotten, lists: await listsOf(tx, partner) };
}

async function listsOf(tx: Transaction, partner: PartnerId): Promise<Lists["lists"]> {
  const datasets = await tx.datasets.list(partner);
  return Promise.all(
    datasets.map(async (dataset) => ({ dataset, versions: await tx.versions.list(datasetRef(partner, dataset.name)) })),
  );
}

const NOBODY: Holders = { people: 0, records: [], tokens: [] };

/** What takes the place of lists that held somebody. */
type Made = {
  /** Of the people, all that the lists join to those asked for among them. */
  readonly tokens: readonly NamedToken[];
  readonly erasure: Erasure["lists"];
  /** Versions of lists that held somebody, each with what takes its place. */
  readonly versions: readonly { readonly row: VersionRow; readonly sealed: SealedVersion }[];
};

/** Seals every version of lists that hold somebody with these tokens anew, without these people. */
export async function makeAnew(
  ports: MakePorts,
  lists: Lists,
  asked: { readonly partner: PartnerId; readonly tokens: readonly NamedToken[] },
): Promise<Made> {
  const { tokens, holders } = await everyHolder(ports, lists, asked.tokens);
  const versions: { row: VersionRow; sealed: SealedVersion }[] = [];
  const erasure: Erasure["lists"][number][] = [];
  let isWhole = false;
  try {
    for (const { dataset, versions: rows } of lists.lists) {
      const found = rows.map((row) => holders.get(row.id) ?? NOBODY);
      const held = found.filter(({ people }) => people > 0).length;
      const [inForce = NOBODY] = found;
      erasure.push({ dataset: datasetRef(asked.partner, dataset.name), people: inForce.people, versions: held });
      // Versions of one list may share frames, so none of the old files may be read by any of them afterwards.
      for (const [index, row] of held === 0 ? [] : rows.entries()) {
        const { records } = found[index] ?? NOBODY;
        const list = { segment: row.segment, schema: dataset.schema, dataKey: lists.dataKey, records };
        versions.push({ row, sealed: await sealWithout(ports, list) });
      }
    }
    isWhole = true;
    return { tokens, erasure, versions };
  } finally {
    if (!isWhole) for (const { sealed } of versions) await ports.matcher.dropSegment(sealed.segment);
  }
}

function tokensOf({ matcher }: MakePorts, identifiers: readonly HashedIdentifier[]): readonly NamedToken[] {
  return matcher.tokensOf(
    identifiers.map((identifier) => {
      const digest = fromHex(identifier.hash);
      if (!digest.ok) throw new Error("a parsed hash is not hex");
      return { name: tokenNameIn(identifier), digest: digest.value };
    }),
  );
}

// Whoever is found in one version may have further tokens, by which another version knows them.
async function everyHolder(
  { matcher }: MakePorts,
  { lists, dataKey }: Lists,
  asked: readonly NamedToken[],
): Promise<{ readonly tokens: readonly NamedToken[]; readonly holders: ReadonlyMap<string, Holders> }> {
  const known = new Map(asked.map((one) => [`${one.name} ${one.token}`, one]));
  const holders = new Map<string, Holders>();
  const all = lists.flatMap(({ dataset: { schema }, versions }) => versions.map((row) => ({ ...row, schema })));
  for (let before = 0; before < known.size; ) {
    before = known.size;
    for (const { id, segment, schema } of all) {
      const found = await matcher.holders({ segment, dataKey, schema }, [...known.values()]);
      holders.set(id, found);
      for (const one of found.tokens) known.set(`${one.name} ${one.token}`, one);
    }
  }
  return { tokens: [...known.values()], holders };
}

type Concluding = { readonly erasing: Erasing; readonly lists: Lists; readonly made: Made };

/** Puts the new files in the place of the old, or answers null when the lists are not those that were looked at. */
async function conclude(
  ports: ErasePorts,
  tx: Transaction,
  { erasing, lists, made }: Concluding,
): Promise<Erasure | null> {
  const { caller, identifiers } = erasing;
  const { partner } = caller;
  const now = stateOf(await tx.erasures.count(partner), await listsOf(tx, partner));
  if (now !== stateOf(lists.forgotten.erasures, lists.lists)) return null;
  if (!equalBytes(await unwrapDataKey(tx, ports.room.keyRing, partner), lists.dataKey)) return null;
  await putAnew(ports, tx, { partner, lists, made });
  const detail = { identifiers: identifiers.length, lists: made.erasure.map((list) => ({ ...list })) };
  await appendEntry(ports, tx, { act: "people-erased", actor: caller, parties: [partner], subject: {}, detail });
  const erasure = { at: tx.now, lists: made.erasure };
  await ports.keep(tx, ok(erasure));
  return erasure;
}

type Putting = { readonly partner: PartnerId; readonly lists: Lists; readonly made: Made };

/** Puts the new files in the place of the old, and keeps the people's tokens. */
export async function putAnew(ports: MakePorts, tx: Transaction, { partner, lists, made }: Putting): Promise<void> {
  for (const { row, sealed } of made.versions) await tx.versions.reseal(row.id, sealed);
  const { dataKey, forgotten } = lists;
  await keepForgotten(ports, tx, { partner, dataKey, forgotten, tokens: made.tokens });
}

function stateOf(erasures: number, lists: Lists["lists"]): string {
  const segments = lists.flatMap(({ versions }) => versions.map(({ id, segment }) => `${id} ${segment}`));
  return [erasures, ...segments].join();
}
