// What is true of a simulated room: worked out from plain rows and from the log, entry by entry, in the slow and
// obvious way. Nothing of it is read from the tables or the files that it is compared with.

import type { AuditEntry } from "../../domain/audit/entry.ts";
import { append, EMPTY_FRONTIER, type Frontier, leafHash } from "../../domain/audit/merkle.ts";
import { utf8 } from "../../domain/bytes.ts";
import type { Contract } from "../../domain/contract/document.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Policy } from "../../domain/policy/document.ts";
import type { Analysis } from "../../domain/policy/limits-document.ts";
import type { Scope } from "../../domain/subject/objection.ts";
import type { Change } from "../../ports/matcher.ts";
import type { Mode } from "./documents.ts";
import type { Identifier, Row } from "./people.ts";

export type Entry = AuditEntry;

/** An upload as its partner means it. */
export type Planned = { readonly partner: PartnerId; readonly change: Change; readonly rows: readonly Row[] };

/** What people ask of a partner; `kind` null is to be erased. */
export type Wish = {
  readonly identifiers: readonly Identifier[];
  readonly kind: "made" | "lifted" | null;
  readonly scope: Scope;
};

/** A list of a partner: its versions that are there, in their order. */
export type Listed = { versions: Version[] };

type Version = {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly sealedAt: number;
  /** From when on nothing rests on it any more. */
  readonly endsAt: number;
};

export type Given = {
  readonly id: string;
  readonly index: number;
  readonly at: number;
  /** When it ends at the latest. */
  readonly expiresAt: number;
  readonly recipient: string;
  readonly contract: string;
  readonly questionDigest: string;
  /** What is the same for questions whose figures are one draw. */
  readonly draw: string;
  readonly analysis: Analysis;
  /** The list that it is made from and the one that it is matched with, where it is a list of people. */
  readonly lists: { readonly from: string; readonly matching: string; readonly channel: string } | null;
  readonly purpose: string;
  readonly where: readonly { readonly dataset: string; readonly attribute: string; readonly in: readonly string[] }[];
  /** Names of versions by list. */
  readonly versions: ReadonlyMap<string, string>;
  readonly answerDigest: string;
  /**
   * Of exact figures: the people that each counts, as of its entry or as of those of earlier answers that were the same
   * draw, which is handed on.
   */
  readonly figures: readonly ReadonlyMap<string, number>[];
};

export type Debit = {
  readonly lineage: string;
  readonly recipient: string;
  readonly nanoRho: bigint;
  readonly release: string;
  readonly at: number;
};

export type Truth = {
  readonly mode: Mode;
  /** The token of each identifier. */
  readonly tokens: ReadonlyMap<Identifier, string>;
  readonly entries: string[];
  tree: Frontier;
  /** By what its partner calls it. */
  readonly planned: Map<string, Planned>;
  readonly lists: Map<string, Listed>;
  /** Uploads that were committed, and when each list got its versions, those among them that are gone. */
  readonly committed: Set<string>;
  readonly sealed: Map<string, number[]>;
  /** What people asked for and no entry has told of yet, by partner. */
  readonly wishes: Map<string, Wish[]>;
  readonly erased: Map<string, Set<Identifier>>;
  readonly objections: Map<string, { readonly scope: Scope; readonly identifiers: ReadonlySet<Identifier> }[]>;
  /** Every policy that was ever put, by its digest, and the one in force by partner. */
  readonly policies: Map<string, Policy>;
  readonly inForce: Map<string, Policy>;
  readonly contracts: Map<string, Contract>;
  /** Who holds each contract up, and which have ended. */
  readonly suspended: Map<string, Set<string>>;
  readonly ended: Set<string>;
  /** Versions that went with the termination of each contract. */
  readonly deleted: Map<string, readonly string[]>;
  readonly given: Map<string, Given>;
  readonly debits: Debit[];
  /** Approvals by question: of whom, since it was last answered. */
  readonly approved: Map<string, Set<string>>;
  /** Whom a list could have named when it was collected, each time. */
  readonly collectable: Map<string, ReadonlySet<string>[]>;
  /** Counts of entries by partner and act. */
  readonly counts: Map<string, number>;
};

export function newTruth(mode: Mode, tokens: Truth["tokens"]): Truth {
  return {
    mode,
    tokens,
    entries: [],
    tree: EMPTY_FRONTIER,
    planned: new Map(),
    lists: new Map(),
    committed: new Set(),
    sealed: new Map(),
    wishes: new Map(),
    erased: new Map(),
    objections: new Map(),
    policies: new Map(),
    inForce: new Map(),
    contracts: new Map(),
    suspended: new Map(),
    ended: new Set(),
    deleted: new Map(),
    given: new Map(),
    debits: [],
    approved: new Map(),
    collectable: new Map(),
    counts: new Map(),
  };
}

/** The partner whose list it is. */
export const ownerOf = (list: string): string => list.split("/", 1).join();

/** What stands under a name, or what is put there first. */
export function under<Name, Value>(map: Map<Name, Value>, name: Name, make: () => Value): Value {
  const value = map.get(name) ?? make();
  map.set(name, value);
  return value;
}

/** Adds an entry to the tree that is worked out beside the room's own. */
export function follow(truth: Truth, text: string): Entry {
  truth.entries.push(text);
  truth.tree = append(truth.tree, leafHash(utf8(text))).frontier;
  // SAFETY: a room writes entries and nothing else, which `wholeFaults` sees to at the end, reading each strictly.
  return JSON.parse(text) as Entry;
}

type Named = { readonly [name: string]: unknown };

/** A text that an entry must tell. */
export function textIn(told: Named, name: string): string {
  const value = told[name];
  if (typeof value !== "string") throw new Error(`an entry tells no \`${name}\``);
  return value;
}

/** A whole number that an entry must tell. */
export function numberIn(told: Named, name: string): number {
  const value = told[name];
  if (typeof value !== "number") throw new Error(`an entry tells no number \`${name}\``);
  return value;
}

/** What an entry tells one by one; nothing where it does not. */
export function itemsIn(told: Named, name: string): Named[] {
  const value: unknown = told[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}
