// The store: everything that decides. Work runs in named transactions that say for whom they act; rows of other
// partners do not exist there. A logged transaction holds the log's tail alone from beginning to end, so what it
// decides, spends, answers and writes down happens at once or not at all.

import type { RequestEvent } from "../domain/approval/request.ts";
import type { ContractId } from "../domain/contract/document.ts";
import type { DatasetRef, DatasetSchema } from "../domain/dataset/schema.ts";
import type { Days, UnixMillis } from "../domain/instant.ts";
import type { Manifest, PartnerId } from "../domain/partner/manifest.ts";
import type { Policy } from "../domain/policy/document.ts";
import type { Analysis } from "../domain/policy/limits-document.ts";
import type { Admission, Enrolments, Keys, People, Presented, Sessions } from "./admission.ts";
import type { DestructionStore } from "./destruction-store.ts";
import type { Disclosed, DisclosureRow } from "./disclosure.ts";
import type { LedgerStore } from "./ledger-store.ts";
import type { LogNews, LogStore } from "./log-store.ts";
import type { SealedVersion } from "./matcher.ts";
import type { RightsKept } from "./rights.ts";
import type { RoomFigures } from "./room-figures.ts";
import type {
  ContractEventRow,
  ContractFile,
  DatasetRow,
  EndedVersionRow,
  IdempotencyAttempt,
  IdempotencyStart,
  Page,
  PartnerRow,
  PartRow,
  PolicyRow,
  PolicySignatureRow,
  ReleaseRow,
  Reply,
  RequestFile,
  SignatureRow,
  UploadRow,
  UploadState,
  VersionRow,
} from "./rows.ts";
import type { Accounts, SignInAttempts, SignInProviders } from "./sign-in.ts";

export type Act = {
  /** Shows in the database's own view of running transactions; lowercase words. */
  readonly name: string;
  /** For whom the transaction acts: it sees and writes rows of these alone, and of those it comes to act for also. */
  readonly parties: readonly PartnerId[];
  /**
   * What goes to the store in one message, which saves waiting for each. With `opening`, the calls that work makes
   * before it waits for one go with what opens the transaction; the time is not known until one of them is answered.
   */
  readonly together?: "opening";
};

type Resealed = Pick<SealedVersion, "segment" | "people" | "duplicates" | "bytes" | "scheme">;

/** Answers that count against one cap. */
export type CappedTogether = {
  readonly recipients: readonly PartnerId[];
  readonly analysis: Analysis;
  readonly lineage: DatasetRef;
};

export type Store = {
  /** One consistent view; writes are refused. */
  readonly read: <T>(act: Act, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  /** Small records beside the log: nonces, parts, idempotency. Serializable; `work` may run again after a conflict. */
  readonly note: <T>(act: Act, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  /** Acts that the log records. One at a time in the whole room; `work` may run again after a conflict. */
  readonly write: <T>(act: Act, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  /** How the key that signed a request stands, and its nonce spent, for good: one message to the store and back. */
  readonly admit: (presented: Presented) => Promise<Admission>;
  /** What the log has for parties since it had so many entries: as a transaction for them tells, in one message. */
  readonly logSince: (parties: readonly PartnerId[], from: number) => Promise<LogNews & Pick<Transaction, "now">>;
};

/**
 * What a transaction reads and writes. Calls that do not need each other's outcome may be made without awaiting each:
 * they go to the store together and happen in the order in which they were made.
 */
export type Transaction = Records & LedgerStore & LogStore & DestructionStore & RightsKept;

type Records = {
  /** The database's clock at the start of the transaction. Rules that depend on time use this one. */
  readonly now: UnixMillis;
  /**
   * From here on the transaction acts for these as well, until it ends: for one that learns for whom it acts from
   * what it reads. Says nothing of whether it may; that is the caller's to know.
   */
  readonly actForAlso: (parties: readonly PartnerId[]) => Promise<void>;
  /** Waits until the calls made are on their way, for a caller that works on beside the store. No round trip. */
  readonly underWay: () => Promise<void>;

  readonly partners: {
    readonly find: (id: PartnerId) => Promise<PartnerRow | null>;
    /** Those of these that there are, in no order. */
    readonly named: (ids: readonly PartnerId[]) => Promise<readonly PartnerRow[]>;
    readonly list: (page: Page) => Promise<readonly PartnerRow[]>;
    /** `manifest` is null for the operator alone. */
    readonly add: (id: PartnerId, manifest: Manifest | null) => Promise<void>;
    /** Notes that the partner left. */
    readonly leave: (id: PartnerId) => Promise<void>;
  };
  readonly roomFigures: RoomFigures;
  readonly keys: Keys;
  readonly enrolments: Enrolments;
  readonly people: People;
  readonly sessions: Sessions;
  readonly signInProviders: SignInProviders;
  readonly signInAttempts: SignInAttempts;
  readonly accounts: Accounts;
  readonly nonces: {
    /** Whether the nonce is new; from now until `seconds` later it is not. */
    readonly claim: (partner: PartnerId, nonce: string, seconds: number) => Promise<boolean>;
    readonly purge: () => Promise<void>;
  };
  readonly idempotency: {
    readonly start: (partner: PartnerId, key: string, requestDigest: string) => Promise<IdempotencyStart>;
    /** Keeps the reply. False when another attempt has taken over, in which case the transaction must not commit. */
    readonly finish: (attempt: IdempotencyAttempt, reply: Reply) => Promise<boolean>;
    /**
     * Forgets an attempt that changed nothing, so that the key may be used again. Where nobody knows whether it began,
     * the attempt of that number may be another's: with `begunAt`, one that began at another moment is left alone.
     */
    readonly abandon: (attempt: IdempotencyAttempt & { readonly begunAt?: UnixMillis }) => Promise<void>;
    /**
     * Lets a retry of an unfinished request take it up at once, instead of when its lease is over, where no server is
     * known to work on it: for a start after a crash. Taking up raises the attempt, and then only the last attempt may
     * finish, so the effect still happens once.
     */
    readonly endLeases: () => Promise<void>;
    readonly purge: () => Promise<void>;
  };
  readonly contracts: {
    readonly find: (id: ContractId) => Promise<ContractFile | null>;
    /** Newest first. `after` is the id of the last one seen. */
    readonly list: (page: Page) => Promise<readonly ContractFile[]>;
    readonly offer: (contract: Pick<ContractFile, "id" | "contract" | "leaving" | "offeredBy">) => Promise<void>;
    readonly sign: (contract: ContractId, signature: Omit<SignatureRow, "at">) => Promise<void>;
    readonly note: (contract: ContractId, event: Omit<ContractEventRow, "at">) => Promise<void>;
  };
  readonly policies: {
    readonly current: (partner: PartnerId) => Promise<PolicyRow | null>;
    /** Those in force of these partners, one of each that has one, in no order. */
    readonly currentOf: (partners: readonly PartnerId[]) => Promise<readonly PolicyRow[]>;
    /** Newest first, a page after a version's number; without a page all of them. */
    readonly list: (partner: PartnerId, page?: Page) => Promise<readonly PolicyRow[]>;
    readonly put: (policy: Policy, digest: string) => Promise<void>;
    /** Lets a version wait for a second signature; it is not in force. A version that waits already is left alone. */
    readonly wait: (policy: Policy, digest: string) => Promise<void>;
    /** Versions that wait to follow the one in force, the oldest first; `putAt` is since when. */
    readonly waiting: (partner: PartnerId) => Promise<readonly PolicyRow[]>;
    /** Keeps a signature; the same key's signature of the same document is kept once. */
    readonly sign: (partner: PartnerId, signature: Omit<PolicySignatureRow, "at">) => Promise<void>;
    /** Of every version, in force, waiting or past; the oldest first. */
    readonly signatures: (partner: PartnerId) => Promise<readonly PolicySignatureRow[]>;
  };
  readonly datasets: {
    readonly find: (partner: PartnerId, name: string) => Promise<DatasetRow | null>;
    /** Those of these that there are, in no order. */
    readonly named: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetRow[]>;
    readonly list: (partner: PartnerId) => Promise<readonly DatasetRow[]>;
    readonly create: (partner: PartnerId, schema: DatasetSchema) => Promise<void>;
  };
  readonly uploads: {
    readonly open: (upload: Pick<UploadRow, "id" | "partner" | "dataset" | "change">) => Promise<void>;
    readonly find: (id: string) => Promise<UploadRow | null>;
    /** Open uploads into one of the partner's datasets, newest first. */
    readonly listOpen: (partner: PartnerId, dataset: string) => Promise<readonly UploadRow[]>;
    readonly parts: (id: string) => Promise<readonly PartRow[]>;
    readonly addPart: (upload: UploadRow, part: PartRow) => Promise<void>;
    readonly close: (id: string, state: Exclude<UploadState, "open">, version: string | null) => Promise<void>;
    /** Drops the partner's open uploads; answers their ids. */
    readonly dropAll: (partner: PartnerId) => Promise<readonly string[]>;
    /** Open uploads of the transaction's parties into which no part has come for `days`, the first opened first. */
    readonly idle: (days: number) => Promise<readonly UploadRow[]>;
    /** Ids of open uploads. Throws unless the act is for every partner. */
    readonly openIds: () => Promise<readonly string[]>;
  };
  readonly versions: {
    /** The newest, until its end has come. */
    readonly current: (dataset: DatasetRef) => Promise<VersionRow | null>;
    /** The current ones of these datasets, one of each that has one, in no order. */
    readonly currentOf: (datasets: readonly DatasetRef[]) => Promise<readonly VersionRow[]>;
    readonly find: (id: string) => Promise<VersionRow | null>;
    /** Newest first, a page after a version's id; without a page all of them. */
    readonly list: (dataset: DatasetRef, page?: Page) => Promise<readonly VersionRow[]>;
    readonly add: (version: Omit<VersionRow, "sequence" | "sealedAt">) => Promise<number>;
    /** Puts another sealed file in the place of a version's own. */
    readonly reseal: (id: string, sealed: Resealed) => Promise<void>;
    /** The sealed files of versions by their ids, deleted ones left out. */
    readonly segmentsOf: (ids: readonly string[]) => Promise<readonly Pick<VersionRow, "id" | "segment">[]>;
    /** Deletes every version of a list: none is in force or found any more. Answers what stood. */
    readonly forget: (dataset: DatasetRef) => Promise<readonly Pick<VersionRow, "id" | "segment">[]>;
    /**
     * Deletes the versions of the transaction's parties whose end has come, with those before them in their lists.
     * Answers them, oldest first.
     */
    readonly forgetEnded: () => Promise<readonly EndedVersionRow[]>;
    /** When the newest version of a list was deleted, if there is none in force any more. */
    readonly lastEnd: (dataset: DatasetRef) => Promise<UnixMillis | null>;
    /** Ends versions of a list `days` after they were sealed: sooner than so far, or where nothing was stated. */
    readonly keepFor: (dataset: DatasetRef, days: Days) => Promise<void>;
    /** The segments of versions that were deleted. */
    readonly deletedSegments: (ids: readonly string[]) => Promise<readonly string[]>;
    /** When the versions sealed within the last `days` were sealed, newest first. */
    readonly sealedWithin: (dataset: DatasetRef, days: number) => Promise<readonly UnixMillis[]>;
    /** Segments of every version. Throws unless the act is for every partner: what is hidden must not seem absent. */
    readonly segments: () => Promise<readonly string[]>;
  };
  readonly releases: {
    /**
     * The recorded answers of questions of a contract on these versions, whoever asked, newest first. One past its end
     * is given no more, be it still there.
     */
    readonly recorded: (
      contract: ContractId,
      questionDigests: readonly string[],
      versions: string,
    ) => Promise<readonly ReleaseRow[]>;
    /** Digests of the questions that have such answers on these versions, in no order; at most `limit` of them. */
    readonly givenOn: (contract: ContractId, versions: string, limit: number) => Promise<readonly string[]>;
    readonly find: (id: string) => Promise<ReleaseRow | null>;
    /** The recipient's own, newest first. */
    readonly list: (recipient: PartnerId, page: Page) => Promise<readonly ReleaseRow[]>;
    /** Answers to others that touch lists of the owner, forgotten ones among them, newest first. */
    readonly disclosed: (owner: PartnerId, asked: Disclosed, page: Page) => Promise<readonly DisclosureRow[]>;
    readonly add: (
      release: Omit<ReleaseRow, "releasedAt" | "collectedAt" | "collectedOn">,
      owners: readonly PartnerId[],
    ) => Promise<void>;
    /**
     * When the `count`th of the answers was added, from the newest on, that touch the lineage and that these recipients
     * got within the last `periodDays`; null when there are fewer. Reads at most `count` rows a recipient.
     */
    readonly filledAt: (
      touch: CappedTogether,
      cap: { readonly count: number; readonly periodDays: number },
    ) => Promise<UnixMillis | null>;
    /** The recipient's own answers to any of these questions that are still kept, on any versions, newest first. */
    readonly series: (
      recipient: PartnerId,
      questionDigests: readonly string[],
      limit: number,
    ) => Promise<readonly ReleaseRow[]>;
    /** Audiences of anybody that name or reach people of the lineage, given within the last `days`, newest first. */
    readonly contacting: (lineage: DatasetRef, days: number) => Promise<readonly ReleaseRow[]>;
    /** The version of its own list that the recipient's last answer about it rests on; null where there is none. */
    readonly lastAsked: (recipient: PartnerId, lineage: DatasetRef) => Promise<string | null>;
    /** Releases by id, forgotten ones among them. */
    readonly named: (ids: readonly string[]) => Promise<readonly ReleaseRow[]>;
    /** Lists, to reach or to leave out, that the recipient got of the lineage and that are certain, newest first. */
    readonly audiences: (recipient: PartnerId, lineage: DatasetRef) => Promise<readonly ReleaseRow[]>;
    /** Overlaps and tables of the lineage that showed the recipient exact figures, in any contract, newest first. */
    readonly exactFigures: (recipient: PartnerId, lineage: DatasetRef) => Promise<readonly ReleaseRow[]>;
    /** How many of these exact answers cannot be made again, as a version that they rest on is deleted. */
    readonly unrepeatable: (recipient: PartnerId, lineage: DatasetRef) => Promise<number>;
    /** Deletes the answers and receipts under a contract. What caps and the guards between answers need stays. */
    readonly forget: (contract: ContractId) => Promise<readonly string[]>;
    /** The same for those of the transaction's parties whose time is over. */
    readonly forgetExpired: () => Promise<readonly Pick<ReleaseRow, "id" | "contract">[]>;
    /** Marks the rows as collected, and keeps what they were checked on. False when they were collected before. */
    readonly collect: (id: string, checkedOn: string) => Promise<boolean>;
    /** Lists made with the lineage whose rows anybody has collected, forgotten ones among them, newest first. */
    readonly collected: (lineage: DatasetRef) => Promise<readonly ReleaseRow[]>;
  };
  readonly requests: {
    readonly find: (id: string) => Promise<RequestFile | null>;
    /** The asker's request for this question that still waits. */
    readonly openOf: (
      asked: Pick<RequestFile, "contract" | "recipient" | "questionDigest">,
    ) => Promise<RequestFile | null>;
    /** How many of the asker's requests under the contract still wait. */
    readonly waiting: (asked: Pick<RequestFile, "contract" | "recipient">) => Promise<number>;
    /** Those that wait which the partner asked or must decide, newest first. */
    readonly listOpen: (partner: PartnerId, page: Page) => Promise<readonly RequestFile[]>;
    /** Those that the partner asked and that wait no more, newest first. */
    readonly listEnded: (partner: PartnerId, page: Page) => Promise<readonly RequestFile[]>;
    /** Those of the transaction's parties of which no event says that they ended, oldest first. */
    readonly unended: () => Promise<readonly RequestFile[]>;
    readonly add: (request: Omit<RequestFile, "askedAt" | "events">) => Promise<void>;
    readonly addApprovers: (request: Pick<RequestFile, "id">, approvers: readonly PartnerId[]) => Promise<void>;
    readonly note: (request: Pick<RequestFile, "id">, event: Omit<RequestEvent, "at">) => Promise<void>;
    /** Deletes every request under a contract; answers their ids. */
    readonly forget: (contract: ContractId) => Promise<readonly string[]>;
  };
};
