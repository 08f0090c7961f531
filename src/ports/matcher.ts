// The matcher: where lists live and where they are compared. It sees tokens and codes; it knows nothing of contracts,
// policies or prices, and nobody asks it before these have decided.

import type { RowReport } from "../domain/dataset/row-report.ts";
import type { DatasetSchema, IdentifierKind } from "../domain/dataset/schema.ts";
import type { TokenName } from "../domain/identifier/token-kernel.ts";
import type { Result } from "../domain/result.ts";
import type { NamedFiles, StagingId } from "./sealed-files.ts";
import type { StoredRow } from "./stored-row.ts";

/** The partner's data key, 32 bytes: everything staged or sealed lies under it. Secret. */
export type DataKey = Uint8Array;

/** Why a list is refused whole. `line` counts from 1 within its part; the header is line 1 of the first part. */
export type ListRefusal = {
  readonly kind: "list-unreadable" | "list-column-missing" | "list-wrong-convention" | "body-too-large";
  readonly says: string;
  readonly line?: number;
};

/** A part that was read: what must be remembered of it until the upload is committed or dropped. */
export type StagedPart = {
  readonly number: number;
  /** The columns of the list in file order, from the header of the first part; the same in every part. */
  readonly columns: readonly string[];
  readonly report: RowReport;
};

/** A part that was read and lies aside, synced to disk. Exactly one of the two is to be called. */
export type ReadPart = {
  readonly part: StagedPart;
  /** Makes it the part of its number, in place of one that was. */
  readonly keep: () => Promise<void>;
  /** Deletes it. */
  readonly drop: () => Promise<void>;
};

/** A sealed version: immutable, complete, synced to disk. */
export type SealedVersion = {
  /** The name of its segment: SHA-256 of its sealed bytes. Stays inside: outside, a version is an event id. */
  readonly segment: string;
  /** People: rows that share an identifier of one kind, or a record reference, are one person. */
  readonly people: number;
  /** Rows that were folded into another row's person. */
  readonly duplicates: number;
  readonly bytes: number;
  /** What an increment did; null for a full list. */
  readonly increment: Increment | null;
  /** How tokens were made: by how many keys of the room's chain, and the last of them. Different ones never join. */
  readonly scheme: string;
};

/** One list in a comparison: its version, who of it is in the room, and the key that opens it. */
export type ComparedList = {
  readonly segment: string;
  readonly dataKey: DataKey;
  /** Only people who gave all of these. */
  readonly consents: readonly string[];
  /** Only people who satisfy every clause. */
  readonly where: readonly { readonly attribute: string; readonly in: readonly string[] }[];
  /** Only people whom this later version of the list has as well, with every consent, by any identifier. */
  readonly still?: ListVersion;
  /** Only people of whom each of these caps has room left. */
  readonly caps?: readonly ContactCap[];
  /** Only people who hold none of these tokens. */
  readonly without?: readonly NamedToken[];
};

/** A sealed version and the key that opens it. */
export type ListVersion = Pick<ComparedList, "segment" | "dataKey">;

/** People whom `count` of these earlier lists contacted, or more, are not in the room. */
export type ContactCap = { readonly count: number; readonly lists: readonly Contacts[] };

/**
 * Whom of a list an earlier list of people contacted: `own` is the capped list as it was then. A person is the same in
 * two versions when a row of each carries one record reference.
 */
export type Contacts = Selection & {
  /** Names the earlier list, which never changes. */
  readonly name: string;
  /** `named`: those it names. `reached`: those who share an identifier with somebody in the other room. */
  readonly whom: "named" | "reached";
  readonly coin?: Coin;
};

/** Whose membership is told the other way round: the same for one reference at all times. Secret. */
export type Coin = { readonly turns: (record: string) => boolean };

/** What an upload does to the version in force. Its rows are told apart by their record references. */
export type Change =
  /** Its rows are the list. */
  | "replace"
  /**
   * Its rows take the place of all rows that have one of its record references. So do rows without any identifier, of
   * which nothing comes: nobody has their references any more, as in a full list with such rows.
   */
  | "upsert"
  /** It names record references, and all rows that have one of these are gone. */
  | "delete";

/** What an increment did to the version that it was laid over. */
export type Increment = {
  /** Rows of that version that are not in the new one. */
  readonly rowsRemoved: number;
  /** Rows of the increment that are in the new one. */
  readonly rowsAdded: number;
  /** Record references of the increment that the version did not have. */
  readonly referencesUnknown: number;
};

export type OverlapCounts = {
  /** People of each list who are in the room, in the order of the lists. */
  readonly sizes: readonly number[];
  /** `regions[mask]`: people on exactly the lists whose bits the mask has; `regions[0]` is 0. */
  readonly regions: readonly number[];
  /** Two lists: matched people by the identifier that matched them, in the order asked. Empty for more lists. */
  readonly byIdentifier: readonly number[];
  /**
   * Two lists: by identifier, the tokens that two people share who are not matched with each other, because at least
   * one of them is matched with somebody else. Not for release: true counts, like all of these.
   */
  readonly collisions: readonly number[];
};

/** A token under the name of its key. It is as secret as the lists that hold it. */
export type NamedToken = {
  readonly name: TokenName;
  /** 32 lowercase hex digits. */
  readonly token: string;
};

type Described = { readonly schema: DatasetSchema };

export type Holders = {
  readonly people: number;
  /** One behind the other in no order that tells anything of the upload; each once. */
  readonly records: readonly string[];
  readonly tokens: readonly NamedToken[];
};

/** Whom a selection takes: the people of `own` who match somebody of `other`. */
export type Selection = {
  readonly own: ComparedList;
  readonly other: ComparedList;
  readonly identifiers: readonly IdentifierKind[];
};

/** People who are on every list, counted by attributes and with measures summed. */
export type CrossTabQuery = {
  /** Of one list, everybody in the room is counted, whatever identifiers they have. */
  readonly lists: readonly ComparedList[];
  /** As for an overlap. */
  readonly identifiers: readonly IdentifierKind[];
  /**
   * Two lists by exactly one identifier: each person stands under the least of its tokens of that kind, as for three
   * lists and more, so that one person changes one match at the most. Matched one to one, as for an overlap, if absent.
   */
  readonly standing?: "least-token";
  /** One to three attributes, each of one of the lists by its place. */
  readonly by: readonly { readonly list: number; readonly attribute: string }[];
  /** Measures and the bounds that each person's value is clamped to, in the measure's smallest unit. */
  readonly measures: readonly {
    readonly list: number;
    readonly measure: string;
    readonly minimum: number;
    readonly maximum: number;
  }[];
};

export type CrossTabCounts = {
  /** Per attribute of `by`: its values and one more, for people without a value, which stands first. */
  readonly shape: readonly number[];
  /** People by cell, the last attribute varying fastest. */
  readonly people: readonly number[];
  /** Per measure and cell: people who have a value, and the sum of their clamped values, kept within ±(2^53 - 1). */
  readonly measures: readonly { readonly holders: readonly number[]; readonly sums: readonly number[] }[];
};

/**
 * Work that finds no memory fails with an error called `NoRoom`, and work that finds no storage with the system's own
 * (`ENOSPC` and its like). Either way nothing has changed and nothing is left behind, and it may be asked for again.
 */
export type Matcher = {
  /** How tokens are made: by how many keys of the room's chain, and the last of them. */
  readonly scheme: string;

  /**
   * Reads one part of a list, made of whole rows, plain or gzip. Every hash becomes a token at once; what is left on
   * disk is sealed under the data key and holds no hash. Memory does not depend on the size of the part. What was read
   * counts for nothing until it is kept, so that of two parts of one number the caller decides which it is.
   * @param part.columns the columns that the first part named; absent for the first part, whose first row names them
   * @param part.change  of a `delete` only the column of record references is read, and no other need be there
   */
  stagePart(part: {
    readonly staging: StagingId;
    readonly number: number;
    readonly change: Change;
    readonly schema: DatasetSchema;
    readonly columns?: readonly string[];
    readonly dataKey: DataKey;
    readonly body: AsyncIterable<Uint8Array>;
  }): Promise<Result<ReadPart, ListRefusal>>;

  /**
   * Makes one sealed version of the staged parts 1 to `parts`, synced to disk before it returns: of the parts alone, or
   * of them laid over an earlier version. A version is a function of the set of its rows and not of their order, so an
   * increment equals the full list that it stands for. Where the rows of one person disagree, the row whose record
   * reference is the least, byte by byte, speaks for the person; of rows with one reference, the one that has the least
   * attributes, measures and consents.
   */
  seal(upload: {
    readonly staging: StagingId;
    readonly parts: number;
    readonly change: Change;
    /** What an `upsert` or a `delete` is laid over; the same schema and data key. */
    readonly base?: { readonly segment: string };
    /** Whether the version is to have nothing in common with the one it is laid over, which is then to go. */
    readonly isApart?: true;
    readonly schema: DatasetSchema;
    readonly dataKey: DataKey;
    readonly onProgress?: (progress: { readonly rowsSealed: number; readonly rowsTotal: number }) => void;
    /** Ends the work soon after it is aborted; nothing is left behind. */
    readonly signal?: AbortSignal;
  }): Promise<SealedVersion>;

  /** The tokens of hashed identifiers. O(identifiers) time. */
  tokensOf(hashed: readonly { readonly name: TokenName; readonly digest: Uint8Array }[]): readonly NamedToken[];

  /**
   * Tokens as they are made now, out of some that were made under this scheme or an earlier one of the room's chain.
   * O(tokens) for each key that they lack.
   * @returns null where the scheme is of another chain: whoever they are is found in no list
   */
  tokensAgain(made: { readonly scheme: string; readonly tokens: readonly NamedToken[] }): readonly NamedToken[] | null;

  /**
   * Seals a version of an earlier scheme of the room's chain anew under the present one: what the list would be if it
   * were uploaded now. It has nothing in common with the file before, which stays. Costs as much as that upload.
   * @throws for a version of another chain
   */
  rekey(list: ListVersion & Described): Promise<SealedVersion>;

  /**
   * The people of a version who hold any of these tokens, with every record reference and every token that they have.
   * Tokens of names that the list does not have are nobody's. Cost: the version's tokens are loaded; a search for each
   * token; a pass over all tokens where somebody is found.
   */
  holders(list: Pick<ComparedList, "segment" | "dataKey"> & Described, tokens: readonly NamedToken[]): Promise<Holders>;

  /** Every row of the people of a version who hold any of these tokens, one behind the other. Cost: as of `holders`. */
  stored(list: ListVersion, tokens: readonly NamedToken[]): Promise<readonly StoredRow[]>;

  /** Drops everything staged under a name. */
  dropStaging(staging: StagingId): Promise<void>;

  /**
   * Deletes a version that nothing names any more, if it is there. From the call on nobody may ask about it or lay over
   * it; whatever reads it already is waited for. What others share with it stays. A crash may leave it to the sweep.
   */
  dropSegment(segment: string): Promise<void>;

  /** Deletes what lies there and `named`, asked once that was found, does not name. Call when no upload is running. */
  sweep(named: () => Promise<NamedFiles>): Promise<void>;

  /**
   * Counts every region of 2 to 12 lists. Two lists: people are matched one to one, by the first identifier, then the
   * next. More: exactly one identifier, each person standing under the least of its tokens of that kind.
   */
  overlap(lists: readonly ComparedList[], identifiers: readonly IdentifierKind[]): Promise<OverlapCounts>;

  /** Counts the people on all lists by attributes, matched as for an overlap. */
  crossTab(query: CrossTabQuery): Promise<CrossTabCounts>;

  /**
   * The record references of the people of a selection, one a person, in an order that tells nothing; above `maximum`
   * the count alone. With a coin, of everybody of `own` in the room: those who match and are not turned, and those who
   * do not match and are; that costs a look at each reference of the room. `room`: how many of `own` are in the room.
   */
  select(
    selection: Selection & { readonly maximum: number; readonly coin?: Coin },
  ): Promise<{ readonly count: number; readonly room: number; readonly records: readonly string[] }>;

  /** How many record references only the left of two selections has, and only the right. */
  difference(left: Selection, right: Selection): Promise<{ readonly onlyLeft: number; readonly onlyRight: number }>;

  /**
   * By how many people two versions of one list differ, at the least: those whom no identifier finds in the other, or
   * finds with other attributes, measures or consents; or identifiers of a kind that one alone has, where more.
   */
  drift(before: ListVersion, after: ListVersion): Promise<number>;

  /** Bytes that it may use for lists, and those free or only kept for later. */
  memory(): { readonly bytes: number; readonly freeBytes: number };

  /** Ends the matcher's threads. Nothing may be asked of it afterwards. */
  end(): Promise<void>;
};
