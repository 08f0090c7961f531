// What a database that was put back must hold before a room serves on it: the whole log that its checkpoint is over,
// and a ledger that says what the log says was spent.

import { decodeEntry } from "../domain/audit/entry.ts";
import { append, EMPTY_FRONTIER, type Frontier, leafHash, rootOf, type TreeNode } from "../domain/audit/merkle.ts";
import { equalBytes, utf8 } from "../domain/bytes.ts";
import type { Json } from "../domain/canonical-json.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LedgerLine } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { openOwn } from "./log-standing.ts";
import type { Ports } from "./ports.ts";
import { everybody } from "./start-room.ts";

type CheckPorts = Pick<Ports, "store" | "room">;

/** What was found to be right. */
export type Checked = { readonly entries: number; readonly accounts: number; readonly checkpoint: string };

/** Entries that are read at once. */
const PAGE = 1_000;

/**
 * Works out the log's tree and the ledger anew from the log's entries and compares. O(entries): some microseconds each.
 * @returns what does not fit, in a sentence
 */
export async function checkRestored(ports: CheckPorts): Promise<Result<Checked, string>> {
  const parties = await everybody(ports);
  return ports.store.read({ name: "check restored", parties }, async (tx) => {
    const { size, frontier, checkpoint } = await tx.log.head();
    const spent = new Map<string, bigint>();
    const tree = await treeOf(tx, size, spent);
    if (!tree.ok) return tree;
    const root = rootOf(tree.value);
    if (!equalBytes(root, rootOf({ size, hashes: frontier }))) return err("the log's entries do not make its head");
    const signed = size === 0 ? null : openOwn(ports.room, checkpoint);
    if (signed?.ok === false) return err("the log's last checkpoint was not signed by this room's key");
    if (signed !== null && !(signed.value.size === size && equalBytes(signed.value.root, root))) {
      return err("the log's last checkpoint is not over its entries");
    }
    const fault = await ledgerFault(tx, parties, spent);
    return fault === null ? ok({ entries: size, accounts: spent.size, checkpoint }) : err(fault);
  });
}

async function treeOf(tx: Transaction, size: number, spent: Map<string, bigint>): Promise<Result<Frontier, string>> {
  let tree = EMPTY_FRONTIER;
  while (tree.size < size) {
    const page = await tx.log.entries(tree.size, PAGE);
    if (page.length === 0) return err(`the log lacks the entry ${tree.size}`);
    const nodes: TreeNode[] = [];
    for (const { index, entry } of page) {
      const decoded = decodeEntry(entry);
      if (!decoded.ok || index !== tree.size) return err(`the log's entry ${tree.size} does not read`);
      addDebits(spent, decoded.value.detail["debits"]);
      const grown = append(tree, leafHash(utf8(entry)));
      nodes.push(...grown.nodes);
      tree = grown.frontier;
    }
    if (!(await areStored(tx, nodes))) return err(`the log's tree is not that of its entries before ${tree.size}`);
  }
  return ok(tree);
}

async function areStored(tx: Transaction, nodes: readonly TreeNode[]): Promise<boolean> {
  const stored = await tx.log.nodes(nodes);
  return stored.length === nodes.length && stored.every(({ hash }, at) => equalBytes(hash, nodes[at]?.hash ?? hash));
}

function addDebits(spent: Map<string, bigint>, debits: Json | undefined): void {
  if (!Array.isArray(debits)) return;
  for (const { lineage, recipient, nanoRho } of debits) {
    // What costs nothing is in the log and not in the ledger.
    if (BigInt(nanoRho) > 0n) add(spent, { lineage, recipient, nanoRho: BigInt(nanoRho) });
  }
}

type Debit = Pick<LedgerLine, "lineage" | "recipient" | "nanoRho">;

function add(spent: Map<string, bigint>, { lineage, recipient, nanoRho }: Debit): void {
  const account = accountName({ lineage, recipient });
  spent.set(account, (spent.get(account) ?? 0n) + nanoRho);
}

function accountName({ lineage, recipient }: Omit<Debit, "nanoRho">): string {
  return `${lineage} for ${recipient}`;
}

async function ledgerFault(
  tx: Transaction,
  owners: readonly PartnerId[],
  logged: ReadonlyMap<string, bigint>,
): Promise<string | null> {
  const debited = new Map<string, bigint>();
  for (const owner of owners) {
    const accounts = await accountsOf(tx, owner, debited);
    for (const account of accounts.values()) {
      const spent = await tx.ledger.spent(account.lineage, account.recipient, null);
      const name = accountName(account);
      if (spent !== debited.get(name)) return `the account of ${name} does not hold the sum of its debits`;
    }
  }
  const names = [...new Set([...logged.keys(), ...debited.keys()])];
  const wrong = names.find((name) => logged.get(name) !== debited.get(name));
  return wrong === undefined ? null : `the ledger of ${wrong} does not hold what the log says was spent`;
}

async function accountsOf(
  tx: Transaction,
  owner: PartnerId,
  debited: Map<string, bigint>,
): Promise<ReadonlyMap<string, Debit>> {
  const accounts = new Map<string, Debit>();
  for (let after = "0"; ; ) {
    const lines = await tx.ledger.lines(owner, { after, limit: PAGE });
    for (const line of lines) {
      add(debited, line);
      accounts.set(accountName(line), line);
    }
    const last = lines.at(-1);
    if (last === undefined) return accounts;
    after = String(last.number);
  }
}
