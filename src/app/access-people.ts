// What a partner has of people who ask for it (GDPR art. 15): what is in its own lists, what these are used for, who
// may be given what follows from them, and who has collected lists. Of other partners' lists it says nothing.

import type { Contract, ContractId } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, type IdentifierKind } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, type Result } from "../domain/result.ts";
import type { HashedIdentifier } from "../domain/subject/hashed-identifier.ts";
import { type Scope, scopesOver } from "../domain/subject/objection.ts";
import type { DataKey } from "../ports/matcher.ts";
import type { ContractFile, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { StoredRow } from "../ports/stored-row.ts";
import { appendEntry } from "./append-entry.ts";
import {
  concludeOnLists,
  countFound,
  type Found,
  findPeople,
  type OwnLists,
  ownLists,
  stateOfLists,
  tokensOf,
} from "./find-people.ts";
import { type Forgotten, forgottenBy } from "./forgotten-people.ts";
import { collectedFrom, recipientsOf } from "./held-lists.ts";
import { type Kept, readObjections, tokenText } from "./objections.ts";
import { stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

/** One version that holds any of the people, with everything that it says of them. */
type HeldVersion = {
  readonly version: Pick<VersionRow, "id" | "sealedAt">;
  readonly isInForce: boolean;
  readonly identifiers: readonly IdentifierKind[];
  readonly rows: readonly StoredRow[];
};

/** What a partner has of people. */
export type Access = {
  readonly at: UnixMillis;
  /** Lists of which any version holds them. */
  readonly datasets: readonly { readonly dataset: DatasetRef; readonly versions: readonly HeldVersion[] }[];
  /** Contracts, in whatever state, that name one of these lists. */
  readonly contracts: readonly { readonly id: ContractId; readonly state: string; readonly contract: Contract }[];
  /** Who has collected lists that were made with these lists, whomever they named. */
  readonly recipients: ReturnType<typeof recipientsOf>;
  readonly inForce: readonly Scope[];
  /** Whether any of the identifiers was erased before and is kept out. */
  readonly isKeptOut: boolean;
};

type AccessPorts = Pick<Ports, "store" | "restBefore" | "matcher" | "random" | "room">;
type Asking = { readonly caller: Caller; readonly identifiers: readonly HashedIdentifier[] };

/**
 * Answers what the partner has of the people who have any of these identifiers, by whatever else its lists know them.
 * The answer is kept nowhere; that there was one is an entry of the log, with counts alone. Costs two passes over every
 * version that holds somebody.
 */
export async function accessPeople(ports: AccessPorts, asking: Asking): Promise<Result<Access, Problem>> {
  const { partner } = asking.caller;
  if (partner === OPERATOR) return err(problem("partner-only", "the operator has no list with people in it"));
  return concludeOnLists(ports, {
    partner,
    name: "access people",
    read: (tx) => openLists(ports, tx, partner),
    work: (lists) => lookUp(ports, lists, asking),
    isAsThen: async (tx, { lists }) => stateOfLists(await ownLists(tx, partner)) === stateOfLists(lists),
    conclude: (tx, on) => conclude(ports, tx, { asking, ...on }),
  });
}

type Lists = {
  readonly dataKey: DataKey;
  readonly lists: OwnLists;
  readonly objections: readonly Kept[];
  readonly forgotten: Forgotten;
};

async function openLists(ports: AccessPorts, tx: Transaction, partner: PartnerId): Promise<Lists> {
  const key = unwrapDataKey(tx, ports.room.keyRing, partner);
  const objections = (await readObjections(ports, tx, [[partner, key]])).get(partner);
  if (objections === undefined) throw new Error("a partner's objections were not read");
  const dataKey = await key;
  const forgotten = await forgottenBy(ports, tx, { partner, dataKey });
  return { dataKey, lists: await ownLists(tx, partner), objections, forgotten };
}

type Made = { readonly found: Found; readonly datasets: Access["datasets"] };

async function lookUp({ matcher }: AccessPorts, { lists, dataKey }: Lists, { identifiers }: Asking): Promise<Made> {
  const found = await findPeople({ matcher }, { lists, dataKey }, tokensOf({ matcher }, identifiers));
  const datasets: Access["datasets"][number][] = [];
  for (const { dataset, versions } of lists) {
    const held: HeldVersion[] = [];
    for (const [index, version] of versions.entries()) {
      const holders = found.holders.get(version.id);
      if (holders === undefined || holders.people === 0) continue;
      const rows = await matcher.stored({ segment: version.segment, dataKey }, found.tokens);
      const identifiersHeld = new Set(holders.tokens.map(({ name }) => kindOf(name)));
      held.push({ version, isInForce: index === 0, identifiers: [...identifiersHeld].sort(), rows });
    }
    if (held.length > 0) datasets.push({ dataset: datasetRef(dataset.partner, dataset.name), versions: held });
  }
  return { found, datasets };
}

type Concluding = { readonly asking: Asking; readonly lists: Lists; readonly made: Made };

async function conclude(ports: AccessPorts, tx: Transaction, { asking, lists, made }: Concluding): Promise<Access> {
  const { caller, identifiers } = asking;
  const { partner } = caller;
  const { found, datasets } = made;
  const names = datasets.map(({ dataset }) => dataset);
  const keys = new Set(found.tokens.map(tokenText));
  const detail = {
    identifiers: identifiers.length,
    lists: countFound(lists.lists, found).map((list) => ({ ...list })),
  };
  await appendEntry(ports, tx, { act: "access-answered", actor: caller, parties: [partner], subject: {}, detail });
  return {
    at: tx.now,
    datasets,
    contracts: (await everyContract(tx))
      .filter(({ contract }) => contract.datasets.some((one) => names.includes(datasetRef(one.partner, one.dataset))))
      .map((file) => ({ id: file.id, state: stateOf(tx, file).kind, contract: file.contract })),
    recipients: recipientsOf({ releases: await collectedFrom(tx, { datasets: names, isMeant: () => true }) }),
    inForce: scopesOver(lists.objections, keys),
    isKeptOut: lists.forgotten.tokens.some((token) => keys.has(tokenText(token))),
  };
}

function kindOf(name: string): IdentifierKind {
  // SAFETY: a token's name is a kind, but for external ids, whose namespace follows.
  return name.split(":")[0] as IdentifierKind;
}

async function everyContract(tx: Transaction): Promise<readonly ContractFile[]> {
  const files: ContractFile[] = [];
  let after: string | null = null;
  for (;;) {
    const page: readonly ContractFile[] = await tx.contracts.list({ after, limit: LIMITS.pageItems });
    files.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < LIMITS.pageItems) return files;
    after = last.id;
  }
}
