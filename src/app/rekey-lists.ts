// Everything that holds tokens of people is keyed again, once the room's chain has another key: versions one by one,
// each under its own name and at once, then what is kept of people beside them, then what is remembered beside the
// database. Safe to repeat from any point: what is of the present scheme is passed over. No question may run meanwhile.

import type { PartnerId } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { DataKey } from "../ports/matcher.ts";
import type { DatasetRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { rekeyDeletions } from "./erase-requested.ts";
import { ownLists } from "./find-people.ts";
import { rekeyForgotten } from "./forgotten-people.ts";
import { rekeyObjections } from "./objections.ts";
import type { Ports } from "./ports.ts";
import { heldDataKey } from "./receive-part.ts";
import { rekeyMemory } from "./remember-erasures.ts";
import { everybody } from "./start-room.ts";

type ReadPorts = Pick<Ports, "store" | "matcher" | "room">;
type RekeyPorts = ReadPorts & Pick<Ports, "erasureMemory">;

/** What is to be keyed again, or was. */
export type Amount = {
  readonly partners: number;
  readonly versions: number;
  /** Rows of these versions, and the bytes of their sealed files. */
  readonly rows: number;
  readonly bytes: number;
  /** Erasures, objections and requests for deletion that are kept. */
  readonly kept: number;
};

/** How far it has come. */
export type RekeyProgress = { readonly rows: number; readonly rowsTotal: number };

/**
 * What a rotation would key again: every version of a data key that still opens, and all that is kept of people.
 * @param of  which versions count, by their scheme
 */
export async function amountToRekey(ports: ReadPorts, of: (scheme: string) => boolean): Promise<Amount> {
  let amount: Amount = { partners: 0, versions: 0, rows: 0, bytes: 0, kept: 0 };
  for (const partner of await everybody(ports)) {
    const own = await versionsOf(ports, partner);
    if (own === null) continue;
    const versions = own.versions.filter(({ row }) => of(row.scheme)).map(({ row }) => row);
    amount = {
      partners: amount.partners + 1,
      versions: amount.versions + versions.length,
      rows: amount.rows + versions.reduce((sum, row) => sum + rowsIn(row), 0),
      bytes: amount.bytes + versions.reduce((sum, { bytes }) => sum + bytes, 0),
      kept: amount.kept + own.kept,
    };
  }
  return amount;
}

/**
 * Whether all lists are of the scheme that the room's keys make, so that questions can be asked of any two.
 * @returns what to do, as a sentence
 */
export async function checkSchemes(ports: ReadPorts): Promise<Result<null, string>> {
  if (ports.room.keyRing.rekeying() !== null) {
    return err(`the room key is being rotated, and lists are of two schemes: ${GO_ON}`);
  }
  const behind = await checkChain(ports);
  if (!behind.ok || behind.value === 0) return behind.ok ? ok(null) : behind;
  const { scheme } = ports.matcher;
  return err(`${behind.value} versions of lists were made with fewer keys for tokens than \`${scheme}\`: ${GO_ON}`);
}

/**
 * Whether every list is of this scheme or of an earlier one of the room's chain.
 * @returns how many versions are of an earlier one, or what to do, as a sentence
 */
export async function checkChain(ports: ReadPorts): Promise<Result<number, string>> {
  const others = new Set<string>();
  const { versions } = await amountToRekey(ports, (scheme) => {
    if (scheme !== ports.matcher.scheme) others.add(scheme);
    return scheme !== ports.matcher.scheme;
  });
  const strange = [...others].find((scheme) => ports.matcher.tokensAgain({ scheme, tokens: [] }) === null);
  if (strange === undefined) return ok(versions);
  return err(`lists were made under \`${strange}\`, and the room's keys for tokens make no such: ${BRING}`);
}

const GO_ON = "run `concordat room key --rotate` with the room's settings, which keys them again";
const BRING = "bring the keys and the key ring that the room had last";

/**
 * Keys everything again that is of an earlier scheme. Costs as much as uploading the lists once more; disk for the
 * largest version beside what is there, and increments share nothing with each other afterwards.
 */
export async function rekeyLists(ports: RekeyPorts, tell: (progress: RekeyProgress) => void): Promise<Amount> {
  const isBehind = (scheme: string) => scheme !== ports.matcher.scheme;
  const amount = await amountToRekey(ports, isBehind);
  let [rows, kept] = [0, 0];
  for (const partner of await everybody(ports)) {
    const own = await versionsOf(ports, partner);
    if (own === null) continue;
    for (const version of own.versions.filter(({ row }) => isBehind(row.scheme))) {
      await rekeyVersion(ports, own.dataKey, version);
      rows += rowsIn(version.row);
      tell({ rows, rowsTotal: amount.rows });
    }
    kept += await rekeyKept(ports, { partner, dataKey: own.dataKey });
  }
  await rekeyMemory(ports, await everybody(ports));
  return { ...amount, kept };
}

type Version = { readonly dataset: DatasetRow; readonly row: VersionRow };
type Own = { readonly dataKey: DataKey; readonly versions: readonly Version[]; readonly kept: number };

// What lies under a data key that was destroyed, in a database put back from before, is unreadable and goes again.
function versionsOf(ports: ReadPorts, partner: PartnerId): Promise<Own | null> {
  return ports.store.read({ name: "find versions", parties: [partner] }, async (tx) => {
    const dataKey = await heldDataKey(tx, ports.room.keyRing, partner);
    if (dataKey === null) return null;
    const lists = await ownLists(tx, partner);
    const versions = lists.flatMap(({ dataset, versions: rows }) => rows.map((row) => ({ dataset, row })));
    return { dataKey, versions, kept: await keptOf(tx, partner) };
  });
}

async function keptOf(tx: Transaction, partner: PartnerId): Promise<number> {
  const counts = [tx.erasures.count(partner), tx.objections.count(partner), tx.deletionRequests.count(partner)];
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

function rowsIn({ people, duplicates }: VersionRow): number {
  return people + duplicates;
}

async function rekeyVersion(ports: RekeyPorts, dataKey: DataKey, { dataset, row }: Version): Promise<void> {
  const { partner, schema } = dataset;
  const sealed = await ports.matcher.rekey({ segment: row.segment, dataKey, schema });
  let isNamed = false;
  try {
    await ports.store.write({ name: "rekey version", parties: [partner] }, (tx) => tx.versions.reseal(row.id, sealed));
    isNamed = true;
  } finally {
    if (!isNamed) await ports.matcher.dropSegment(sealed.segment);
  }
  await ports.matcher.dropSegment(row.segment);
}

function rekeyKept(ports: RekeyPorts, of: { readonly partner: PartnerId; readonly dataKey: DataKey }): Promise<number> {
  return ports.store.write({ name: "rekey kept tokens", parties: [of.partner] }, async (tx) => {
    const erasures = await rekeyForgotten(ports, tx, of);
    const objections = await rekeyObjections(ports, tx, of);
    return erasures + objections + (await rekeyDeletions(ports, tx, of));
  });
}
