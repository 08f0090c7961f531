// The store: everything that decides. Work runs in named transactions that say for whom they act; rows of other
// partners do not exist there. A logged transaction holds the log's tail alone from beginning to end, so what it
// decides, spends, answers and writes down happens at once or not at all.

import type { Contract, ContractId } from "../domain/contract/document.ts";
import type { RowReport } from "../domain/dataset/row-report.ts";
import type { DatasetRef, DatasetSchema } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { Manifest, PartnerId } from "../domain/partner/manifest.ts";
import type { Policy } from "../domain/policy/document.ts";
import type { Analysis } from "../domain/policy/limits-document.ts";
import type { SealedVersion } from "./matcher.ts";

export type Act = {
  /** Shows in the database's own view of running transactions; lowercase words. */
  readonly name: string;
  /** For whom the transaction acts: it sees and writes rows of these alone. */
  readonly parties: readonly PartnerId[];
};

export type Store = {
  /** One consistent view; writes are refused. */
  readonly read: <T>(act: Act, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  /** Small records beside the log: nonces, parts, idempotency. Serializable; `work` may run again after a conflict. */
  readonly note: <T>(act: Act, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  /** Acts that the log records. One at a time in the whole room; `work` may run again after a conflict. */
  readonly write: <T>(act: Act, work: (tx: Transaction) => Promise<T>) => Promise<T>;
};

/** Page of a list: items after a cursor, in the order of their keys. */
export type Page = { readonly after: string | null; readonly limit: number };

export type PartnerRow = { readonly id: PartnerId; readonly manifest: Manifest | null; readonly addedAt: UnixMillis };

export type KeyRow = {
  /** RFC 7638, base64url. */
  readonly thumbprint: string;
  readonly partner: PartnerId;
  /** The public JWK as canonical JSON. */
  readonly jwk: string;
  readonly registeredAt: UnixMillis;
  readonly revokedAt: UnixMillis | null;
};

export type Reply = { readonly status: number; readonly contentType: string; readonly body: string };

export type IdempotencyStart =
  | { readonly kind: "fresh"; readonly attempt: number }
  | { readonly kind: "finished"; readonly reply: Reply }
  | { readonly kind: "in-flight" }
  | { readonly kind: "reused" };

export type ContractRow = {
  readonly id: ContractId;
  readonly contract: Contract;
  readonly offeredBy: PartnerId;
  readonly offeredAt: UnixMillis;
};
export type SignatureRow = {
  readonly partner: PartnerId;
  readonly thumbprint: string;
  readonly protected: string;
  readonly signature: string;
  readonly at: UnixMillis;
};
export type ContractEventKind = "refused" | "suspended" | "resumed" | "terminated";
export type ContractEventRow = {
  readonly kind: ContractEventKind;
  readonly partner: PartnerId;
  readonly at: UnixMillis;
};
/** A contract with all that its state is derived from. */
export type ContractFile = ContractRow & {
  readonly signatures: readonly SignatureRow[];
  readonly events: readonly ContractEventRow[];
  /** The later version that all have signed, if there is one. */
  readonly replacedBy: ContractId | null;
};

export type PolicyRow = {
  readonly partner: PartnerId;
  readonly version: number;
  readonly digest: string;
  readonly policy: Policy;
  readonly putAt: UnixMillis;
};

export type DatasetRow = {
  readonly partner: PartnerId;
  readonly name: string;
  readonly schema: DatasetSchema;
  readonly createdAt: UnixMillis;
};

export type UploadState = "open" | "committed" | "refused" | "dropped";
export type UploadRow = {
  readonly id: string;
  readonly partner: PartnerId;
  readonly dataset: string;
  readonly state: UploadState;
  readonly openedAt: UnixMillis;
  readonly closedAt: UnixMillis | null;
  /** The version that a committed upload made. */
  readonly version: string | null;
};
export type PartRow = {
  readonly number: number;
  /** SHA-256 of the part as sent, lowercase hex. */
  readonly digest: string;
  readonly bytes: number;
  readonly columns: readonly string[];
  readonly report: RowReport;
};

export type VersionRow = SealedVersion & {
  /** An event's name; says nothing of the content. */
  readonly id: string;
  readonly partner: PartnerId;
  readonly dataset: string;
  /** 1, 2, 3, ... within the lineage. */
  readonly sequence: number;
  readonly normaliser: string;
  readonly report: RowReport;
  readonly sealedAt: UnixMillis;
};

/** Whose account a debit stands in: one recipient's, or everybody's together. */
export type Recipient = PartnerId | "everyone";
export type LedgerLine = {
  /** 1, 2, 3, ... within the owner's lines; the cursor of a page of them. */
  readonly number: number;
  readonly lineage: DatasetRef;
  readonly recipient: Recipient;
  readonly nanoRho: bigint;
  readonly release: string;
  readonly at: UnixMillis;
};

export type ReleaseRow = {
  readonly id: string;
  readonly recipient: PartnerId;
  readonly contract: ContractId;
  readonly analysis: Analysis;
  /** The canonical question as canonical JSON, and its SHA-256. */
  readonly question: string;
  readonly questionDigest: string;
  /** The versions asked about, sorted, joined by a comma. */
  readonly versions: string;
  readonly outcome: "released" | "withheld";
  /** The answer as canonical JSON, and the receipt over it (compact JWS). */
  readonly answer: string;
  readonly receipt: string;
  /** Index of its entry in the log. */
  readonly entry: number;
  readonly releasedAt: UnixMillis;
  readonly expiresAt: UnixMillis;
  readonly collectedAt: UnixMillis | null;
};

export type LogNode = { readonly level: number; readonly index: number; readonly hash: Uint8Array };
export type LogHead = {
  readonly size: number;
  /** Hashes of the complete subtrees on the right edge, largest first. */
  readonly frontier: readonly Uint8Array[];
  /** The last signed checkpoint, a signed note; empty for an empty log. */
  readonly checkpoint: string;
};
export type EntryRow = { readonly index: number; readonly entry: string };

export type Transaction = {
  /** The database's clock at the start of the transaction. Rules that depend on time use this one. */
  readonly now: UnixMillis;

  readonly partners: {
    readonly find: (id: PartnerId) => Promise<PartnerRow | null>;
    readonly list: (page: Page) => Promise<readonly PartnerRow[]>;
    /** `manifest` is null for the operator alone. */
    readonly add: (id: PartnerId, manifest: Manifest | null) => Promise<void>;
  };
  readonly keys: {
    readonly find: (thumbprint: string) => Promise<KeyRow | null>;
    readonly ofPartner: (partner: PartnerId) => Promise<readonly KeyRow[]>;
    readonly register: (key: { thumbprint: string; partner: PartnerId; jwk: string }) => Promise<void>;
    readonly revoke: (thumbprint: string) => Promise<void>;
  };
  readonly enrolments: {
    /** Replaces an earlier unused code of the partner. */
    readonly issue: (partner: PartnerId, codeDigest: string, days: number) => Promise<void>;
    /** Uses up the code when it is right, unused and in time. */
    readonly redeem: (partner: PartnerId, codeDigest: string) => Promise<boolean>;
  };
  readonly nonces: {
    /** Whether the nonce is new; from now until `seconds` later it is not. */
    readonly claim: (partner: PartnerId, nonce: string, seconds: number) => Promise<boolean>;
    readonly purge: () => Promise<void>;
  };
  readonly idempotency: {
    readonly start: (partner: PartnerId, key: string, requestDigest: string) => Promise<IdempotencyStart>;
    /** Keeps the reply. False when another attempt has taken over, in which case the transaction must not commit. */
    readonly finish: (partner: PartnerId, key: string, attempt: number, reply: Reply) => Promise<boolean>;
    /** Forgets an attempt that changed nothing, so that the key may be used again. */
    readonly abandon: (partner: PartnerId, key: string, attempt: number) => Promise<void>;
    /**
     * Lets a retry of any unfinished request take it up at once, instead of when its lease is over: for a start after
     * a crash. Safe even while another server works on one of them: taking up raises the attempt, and then only the
     * last attempt may finish, so the effect still happens once.
     */
    readonly endLeases: () => Promise<void>;
    readonly purge: () => Promise<void>;
  };
  readonly contracts: {
    readonly find: (id: ContractId) => Promise<ContractFile | null>;
    /** Newest first. `after` is the id of the last one seen. */
    readonly list: (page: Page) => Promise<readonly ContractFile[]>;
    readonly offer: (contract: { id: ContractId; contract: Contract; offeredBy: PartnerId }) => Promise<void>;
    readonly sign: (contract: Contract, id: ContractId, signature: Omit<SignatureRow, "at">) => Promise<void>;
    readonly note: (contract: Contract, id: ContractId, event: Omit<ContractEventRow, "at">) => Promise<void>;
  };
  readonly policies: {
    readonly current: (partner: PartnerId) => Promise<PolicyRow | null>;
    /** Newest first. */
    readonly list: (partner: PartnerId) => Promise<readonly PolicyRow[]>;
    readonly put: (policy: Policy, digest: string) => Promise<void>;
  };
  readonly datasets: {
    readonly find: (partner: PartnerId, name: string) => Promise<DatasetRow | null>;
    readonly list: (partner: PartnerId) => Promise<readonly DatasetRow[]>;
    readonly create: (partner: PartnerId, schema: DatasetSchema) => Promise<void>;
  };
  readonly dataKeys: {
    /** The partner's data key, wrapped under the room's wrapping key. */
    readonly find: (partner: PartnerId) => Promise<Uint8Array | null>;
    readonly put: (partner: PartnerId, wrapped: Uint8Array) => Promise<void>;
  };
  readonly uploads: {
    readonly open: (upload: { id: string; partner: PartnerId; dataset: string }) => Promise<void>;
    readonly find: (id: string) => Promise<UploadRow | null>;
    readonly parts: (id: string) => Promise<readonly PartRow[]>;
    readonly addPart: (upload: UploadRow, part: PartRow) => Promise<void>;
    readonly close: (id: string, state: Exclude<UploadState, "open">, version: string | null) => Promise<void>;
    /** Ids of open uploads; those idle for `days` are dropped first. Throws unless the act is for every partner. */
    readonly openIds: (days: number) => Promise<readonly string[]>;
  };
  readonly versions: {
    readonly current: (dataset: DatasetRef) => Promise<VersionRow | null>;
    readonly find: (id: string) => Promise<VersionRow | null>;
    /** Newest first. */
    readonly list: (dataset: DatasetRef) => Promise<readonly VersionRow[]>;
    readonly add: (version: Omit<VersionRow, "sequence" | "sealedAt">) => Promise<number>;
    /** When the versions sealed within the last `days` were sealed, newest first. */
    readonly sealedWithin: (dataset: DatasetRef, days: number) => Promise<readonly UnixMillis[]>;
    /** Segments of every version. Throws unless the act is for every partner: what is hidden must not seem absent. */
    readonly segments: () => Promise<readonly string[]>;
  };
  readonly ledger: {
    /** Spent on one recipient within the last `days`, or for ever when null. */
    readonly spent: (lineage: DatasetRef, recipient: Recipient, days: number | null) => Promise<bigint>;
    /**
     * Writes the debit and raises the account. The table itself refuses an account above `cap`.
     * @param cap the most that the account may hold for ever
     */
    readonly debit: (line: Omit<LedgerLine, "number" | "at">, cap: bigint | null) => Promise<void>;
    readonly lines: (owner: PartnerId, page: Page) => Promise<readonly LedgerLine[]>;
  };
  readonly releases: {
    /** The recorded answer of a question on these versions, whoever asked it first. */
    readonly recorded: (contract: ContractId, questionDigest: string, versions: string) => Promise<ReleaseRow | null>;
    /** The recipient's own release of a question on these versions. */
    readonly ofRecipient: (
      recipient: PartnerId,
      questionDigest: string,
      versions: string,
    ) => Promise<ReleaseRow | null>;
    readonly find: (id: string) => Promise<ReleaseRow | null>;
    /** The recipient's own, newest first. */
    readonly list: (recipient: PartnerId, page: Page) => Promise<readonly ReleaseRow[]>;
    readonly add: (
      release: Omit<ReleaseRow, "releasedAt" | "collectedAt">,
      owners: readonly PartnerId[],
    ) => Promise<void>;
    /** When this recipient's answers that touch the lineage were added within the last `days`, newest first. */
    readonly madeWithin: (
      touch: { readonly recipient: PartnerId; readonly analysis: Analysis; readonly lineage: DatasetRef },
      days: number,
    ) => Promise<readonly UnixMillis[]>;
    /** Audiences that the recipient got from the owner's lineage, in any contract, newest first. */
    readonly audiences: (recipient: PartnerId, lineage: DatasetRef) => Promise<readonly ReleaseRow[]>;
    /** Marks the rows as collected. False when they were before. */
    readonly collect: (id: string) => Promise<boolean>;
  };
  readonly log: {
    readonly head: () => Promise<LogHead>;
    /** Adds one entry, the tree's new nodes and the new head. */
    readonly append: (addition: {
      readonly entry: EntryRow;
      readonly parties: readonly PartnerId[];
      readonly nodes: readonly LogNode[];
      readonly head: LogHead;
    }) => Promise<void>;
    /** Entries that concern a party of the transaction, from index `from` on. */
    readonly entries: (from: number, limit: number) => Promise<readonly EntryRow[]>;
    readonly nodes: (
      places: readonly { readonly level: number; readonly index: number }[],
    ) => Promise<readonly LogNode[]>;
  };
};
