// The matcher: where lists live and where they are compared. It sees tokens and codes; it knows nothing of contracts,
// policies or prices, and nobody asks it before these have decided.

import type { RowReport } from "../domain/dataset/row-report.ts";
import type { DatasetSchema, IdentifierKind } from "../domain/dataset/schema.ts";
import type { Result } from "../domain/result.ts";

/** The partner's data key, 32 bytes: everything staged or sealed lies under it. Secret. */
export type DataKey = Uint8Array;

/** Names one staged upload: letters, digits, `_` and `-`. */
export type StagingId = string;

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
  /** How tokens were made: scheme and version of the room key. Different ones never join. */
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
};

export type OverlapCounts = {
  /** People of each list who are in the room, in the order of the lists. */
  readonly sizes: readonly number[];
  /** `regions[mask]`: people on exactly the lists whose bits the mask has; `regions[0]` is 0. */
  readonly regions: readonly number[];
  /** Two lists: matched people by the identifier that matched them, in the order asked. Empty for more lists. */
  readonly byIdentifier: readonly number[];
};

export type Matcher = {
  /**
   * Reads one part of a list, made of whole rows, plain or gzip. Every hash becomes a token at once; what is left on
   * disk is sealed under the data key and holds no hash. Memory does not depend on the size of the part. What was read
   * counts for nothing until it is kept, so that of two parts of one number the caller decides which it is.
   * @param part.columns the columns that the first part named; absent for the first part, whose first row names them
   */
  stagePart(part: {
    readonly staging: StagingId;
    readonly number: number;
    readonly schema: DatasetSchema;
    readonly columns?: readonly string[];
    readonly dataKey: DataKey;
    readonly body: AsyncIterable<Uint8Array>;
  }): Promise<Result<ReadPart, ListRefusal>>;

  /** Merges the staged parts 1 to `parts` into one sealed version, synced to disk before it returns. */
  seal(upload: {
    readonly staging: StagingId;
    readonly parts: number;
    readonly schema: DatasetSchema;
    readonly dataKey: DataKey;
    readonly onProgress?: (progress: { readonly rowsSealed: number; readonly rowsTotal: number }) => void;
  }): Promise<SealedVersion>;

  /** Drops everything staged under a name. */
  dropStaging(staging: StagingId): Promise<void>;

  /** Deletes segments and stagings that nothing names any more. Call when no upload is running, as at start. */
  sweep(kept: { readonly segments: ReadonlySet<string>; readonly stagings: ReadonlySet<StagingId> }): Promise<void>;

  /**
   * Counts every region of 2 to 12 lists. Two lists: people are matched one to one, by the first identifier, then the
   * next. More: exactly one identifier, each person standing under the first such token of its file.
   */
  overlap(lists: readonly ComparedList[], identifiers: readonly IdentifierKind[]): Promise<OverlapCounts>;

  /**
   * The record references of the people of `own` who match somebody of `other`, one a person, in the order of the own
   * file. Above `maximum` only the count is given.
   */
  select(query: {
    readonly own: ComparedList;
    readonly other: ComparedList;
    readonly identifiers: readonly IdentifierKind[];
    readonly maximum: number;
  }): Promise<{ readonly count: number; readonly records: readonly string[] }>;
};
