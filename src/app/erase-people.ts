// People are erased: from every version of the partner's lists, whose sealed files are made anew and the old ones
// dropped, and from every list that is yet to come. What was in force stays in force, under its own name; questions
// that run meanwhile start over, a list of people that was given is collected without them, and whoever holds one that
// named them is told to remove them.

import { equalBytes } from "../domain/bytes.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { HashedIdentifier } from "../domain/subject/hashed-identifier.ts";
import type { DataKey, NamedToken, SealedVersion } from "../ports/matcher.ts";
import type { VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import {
  type Count,
  concludeOnLists,
  countFound,
  findPeople,
  NOBODY,
  type OwnLists,
  ownLists,
  refsOf,
  stateOfLists,
  tokensOf,
  versionsWith,
} from "./find-people.ts";
import { type Forgotten, forgottenBy, keepForgotten, sealWithout } from "./forgotten-people.ts";
import {
  type Held,
  heldOf,
  type Removal,
  recipientsOf,
  removalsBetween,
  resealed,
  restsOn,
  stateOfHeld,
} from "./held-lists.ts";
import { issueNotices } from "./issue-notices.ts";
import { type Caller, type Keeping, type Ports, type RequesterCaller, storeInTurn } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { rememberErasures } from "./remember-erasures.ts";

/** What an erasure came to. It speaks of the partner's own lists alone. */
export type Erasure = {
  readonly at: UnixMillis;
  /** Every list of the partner: how many people of its version in force are gone, and how many versions had any. */
  readonly lists: readonly Count[];
  /** Who has collected lists that were made with the partner's, whomever they named. */
  readonly recipients: ReturnType<typeof recipientsOf>;
};

type MakePorts = Pick<Ports, "matcher" | "random" | "room">;
type ErasePorts = MakePorts & Pick<Ports, "store" | "restBefore" | "erasureMemory"> & Keeping<Erasure>;
type ErasingPorts = ErasePorts & Pick<Ports, "makingFiles">;
type Erasing = {
  readonly caller: Caller | RequesterCaller;
  readonly tokens: readonly NamedToken[];
  /** Ids of the requests for deletion that ask for it; none where the partner itself does. */
  readonly requests: readonly string[];
};

/**
 * Erases the people who have any of these identifiers, by whatever else they are known in the partner's lists, and
 * keeps their tokens so that no upload brings them back. Identifiers that nobody has are kept as well. Costs a pass
 * over every version that the partner has, another to make anew those of lists that held somebody, and each list that
 * was collected from these, twice.
 */
export function erasePeople(
  ports: ErasingPorts,
  { caller, identifiers }: { readonly caller: Caller; readonly identifiers: readonly HashedIdentifier[] },
): Promise<Result<Erasure, Problem>> {
  return eraseTokens(ports, { caller, tokens: tokensOf(ports, identifiers), requests: [] });
}

/** The same for people whose tokens are there. */
export function eraseTokens(ports: ErasingPorts, erasing: Erasing): Promise<Result<Erasure, Problem>> {
  return ports.makingFiles((files) => eraseNow({ ...ports, store: storeInTurn(ports.store, files) }, erasing));
}

async function eraseNow(ports: ErasePorts, erasing: Erasing): Promise<Result<Erasure, Problem>> {
  const { partner } = erasing.caller;
  if (partner === OPERATOR) return err(problem("partner-only", "the operator has no list with people in it"));
  const erased = await concludeOnLists(ports, {
    partner,
    name: "erase people",
    read: (tx) => listsWithErasures(ports, tx, partner),
    work: (lists) => makeAnew(ports, lists, erasing.tokens),
    isAsThen: (tx, lists) => isAsThen(ports, tx, { partner, lists }),
    conclude: (tx, on) => conclude(ports, tx, { erasing, ...on }),
    // Where the transaction broke off nobody knows which of the two is named, and the sweep at start decides.
    settled: async ({ versions }, isConcluded) => {
      const gone = isConcluded ? versions.map(({ row }) => row) : versions.map(({ sealed }) => sealed);
      for (const { segment } of gone) await ports.matcher.dropSegment(segment);
    },
  });
  if (erased.ok) await rememberErasures(ports, [partner]);
  return erased;
}

/** All that a partner has: its lists, whom it has erased before, and what was collected of these lists. */
type Lists = {
  readonly dataKey: DataKey;
  readonly forgotten: Forgotten;
  readonly lists: OwnLists;
  readonly held: Held;
};

/** Reads what a partner has. Requires a transaction that acts for it. */
export async function listsWithErasures(ports: MakePorts, tx: Transaction, partner: PartnerId): Promise<Lists> {
  const dataKey = await unwrapDataKey(tx, ports.room.keyRing, partner);
  const forgotten = await forgottenBy(ports, tx, { partner, dataKey });
  const lists = await ownLists(tx, partner);
  return { dataKey, forgotten, lists, held: await heldOf(ports, tx, { datasets: refsOf(lists), isMeant: () => true }) };
}

/** What takes the place of lists that held somebody. */
type Made = {
  /** Of the people, all that the lists join to those asked for among them. */
  readonly tokens: readonly NamedToken[];
  readonly erasure: readonly Count[];
  /** Versions of lists that held somebody, each with what takes its place. */
  readonly versions: readonly { readonly row: VersionRow; readonly sealed: SealedVersion }[];
  readonly removals: readonly Removal[];
};

/** Seals every version of lists that hold somebody with these tokens anew, without these people. */
export async function makeAnew(ports: MakePorts, lists: Lists, asked: readonly NamedToken[]): Promise<Made> {
  const found = await findPeople(ports, lists, asked);
  const touched = versionsWith(found);
  const versions: { row: VersionRow; sealed: SealedVersion }[] = [];
  let isWhole = false;
  try {
    for (const { dataset, versions: rows } of lists.lists) {
      // Versions of one list may share frames, so none of the old files may be read by any of them afterwards.
      for (const row of rows.some(({ id }) => touched.has(id)) ? rows : []) {
        const { records } = found.holders.get(row.id) ?? NOBODY;
        const list = { segment: row.segment, schema: dataset.schema, dataKey: lists.dataKey, records };
        versions.push({ row, sealed: await sealWithout(ports, list) });
      }
    }
    const files = new Map(versions.map(({ row, sealed }) => [row.id, sealed]));
    const removals = await removalsBetween(ports, lists.held, {
      touches: (held) => restsOn(held, touched),
      after: (held) => resealed(held, files),
    });
    isWhole = true;
    return { tokens: found.tokens, erasure: countFound(lists.lists, found), versions, removals };
  } finally {
    if (!isWhole) for (const { sealed } of versions) await ports.matcher.dropSegment(sealed.segment);
  }
}

type Seen = { readonly partner: PartnerId; readonly lists: Lists };

async function isAsThen(ports: ErasePorts, tx: Transaction, { partner, lists }: Seen): Promise<boolean> {
  const { dataKey, forgotten, held } = lists;
  const [erasures, now] = [await tx.erasures.count(partner), await ownLists(tx, partner)];
  if (erasures !== forgotten.erasures || stateOfLists(now) !== stateOfLists(lists.lists)) return false;
  if ((await stateOfHeld(tx, held)) !== held.state) return false;
  return equalBytes(await unwrapDataKey(tx, ports.room.keyRing, partner), dataKey);
}

type Concluding = { readonly erasing: Erasing; readonly lists: Lists; readonly made: Made };

/** Puts the new files in the place of the old, tells whoever holds a list, and writes the entry. */
async function conclude(ports: ErasePorts, tx: Transaction, { erasing, lists, made }: Concluding): Promise<Erasure> {
  const { caller, tokens, requests } = erasing;
  const { partner } = caller;
  await putAnew(ports, tx, { partner, lists, made });
  await issueNotices(ports, tx, made.removals);
  const erasure = { at: tx.now, lists: made.erasure, recipients: recipientsOf(lists.held) };
  const counts = {
    lists: erasure.lists.map((list) => ({ ...list })),
    recipients: erasure.recipients.map((one) => ({ ...one })),
  };
  const asked = requests.length === 0 ? {} : { requests: [...requests] };
  const detail = { identifiers: tokens.length, ...asked, ...counts };
  await appendEntry(ports, tx, { act: "people-erased", actor: caller, parties: [partner], subject: {}, detail });
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
