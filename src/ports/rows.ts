// What the store keeps, row by row, as the rules see it. Instants are the database's.

import type { RequestEvent } from "../domain/approval/request.ts";
import type { Contract, ContractId } from "../domain/contract/document.ts";
import type { Successor } from "../domain/contract/lifecycle.ts";
import type { RowReport } from "../domain/dataset/row-report.ts";
import type { DatasetRef, DatasetSchema } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { Manifest, PartnerId } from "../domain/partner/manifest.ts";
import type { PersonId, Role } from "../domain/person/person.ts";
import type { Policy } from "../domain/policy/document.ts";
import type { Analysis } from "../domain/policy/limits-document.ts";
import type { Change, SealedVersion } from "./matcher.ts";

/** Page of a list: items after a cursor, in the order of their keys. */
export type Page = { readonly after: string | null; readonly limit: number };

export type PartnerRow = {
  readonly id: PartnerId;
  readonly manifest: Manifest | null;
  readonly addedAt: UnixMillis;
  readonly leftAt: UnixMillis | null;
};

export type KeyRow = {
  /** RFC 7638, base64url. */
  readonly thumbprint: string;
  readonly partner: PartnerId;
  /** The public JWK as canonical JSON. */
  readonly jwk: string;
  readonly registeredAt: UnixMillis;
  readonly revokedAt: UnixMillis | null;
};

/** One of a partner's people. The name of one who was removed is deleted. */
export type PersonRow = {
  readonly partner: PartnerId;
  readonly id: PersonId;
  readonly name: string | null;
  readonly role: Role;
  readonly invitedAt: UnixMillis;
  readonly removedAt: UnixMillis | null;
};
/** A session of the console that goes on. */
export type SessionRow = {
  readonly person: PersonRow;
  /** When it was last used, to the minute. */
  readonly seenAt: UnixMillis;
};

export type Reply = { readonly status: number; readonly contentType: string; readonly body: string };
export type IdempotencyAttempt = { readonly partner: PartnerId; readonly key: string; readonly attempt: number };
export type IdempotencyStart =
  | { readonly kind: "fresh"; readonly attempt: number }
  | { readonly kind: "finished"; readonly reply: Reply }
  | { readonly kind: "in-flight" }
  | { readonly kind: "reused" };

export type ContractRow = {
  readonly id: ContractId;
  readonly contract: Contract;
  /** Members of the version before that this one does not name. */
  readonly leaving: readonly PartnerId[];
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
  /** The later version that all concerned have signed, unless it was ended before its first day. */
  readonly successor: Successor | null;
};

export type PolicyRow = {
  readonly partner: PartnerId;
  readonly version: number;
  readonly digest: string;
  readonly policy: Policy;
  readonly putAt: UnixMillis;
};

/** A signature of a policy by a key of its partner. */
export type PolicySignatureRow = Omit<SignatureRow, "partner"> & {
  /** The policy's digest. */
  readonly digest: string;
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
  readonly change: Change;
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
  /** By how many people it differs from the version that its owner had last asked about when it came, if any. */
  readonly drift: { readonly from: string; readonly people: number } | null;
  /** How it was made. `increment` counts what an upsert or a delete did to the version before it in the lineage. */
  readonly change: Change;
  readonly normaliser: string;
  readonly report: RowReport;
  /** People of the upload whom its owner had erased before: they are not in it. */
  readonly leftOut: number;
  readonly sealedAt: UnixMillis;
  /** From when on no question is asked on it. */
  readonly endsAt: UnixMillis;
  /** Whether its list or its owner's policy said so. */
  readonly isEndStated: boolean;
};

/** A version that was deleted at its end. */
export type EndedVersionRow = Pick<VersionRow, "id" | "partner" | "dataset" | "sequence" | "segment" | "endsAt">;

export type DataKeyRow = {
  /** 1, 2, 3, ... within the partner. */
  readonly number: number;
  readonly wrapped: Uint8Array;
  readonly putAt: UnixMillis;
};
/** A data key that was destroyed. */
export type DestroyedKeyRow = {
  readonly partner: PartnerId;
  readonly number: number;
  /** What became unreadable with it, as canonical JSON of `app/destroy-data-key.ts`. */
  readonly taken: string;
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
  /** Whether the recipient was shown exact figures of others' lists, which the differencing guard remembers. */
  readonly showsExactly: boolean;
  /** Of a list: the earlier lists that count against contact caps, as canonical JSON of `app/given-lists.ts`. */
  readonly counted: string;
  /** Of a deniable list: its coin, sealed. */
  readonly coin: Uint8Array | null;
  /** Where an older version of the recipient's own list answered: the version in force then. */
  readonly still: string | null;
  /** The answer as canonical JSON, and the receipt over it (compact JWS). */
  readonly answer: string;
  readonly receipt: string;
  /** Index of its entry in the log. */
  readonly entry: number;
  readonly releasedAt: UnixMillis;
  readonly expiresAt: UnixMillis;
  readonly collectedAt: UnixMillis | null;
  /**
   * Of a list that was collected: what it was checked on, each time that this differed, as a JSON array of versions'
   * ids joined by commas. Null where this was not kept.
   */
  readonly collectedOn: string | null;
};

/** What was deleted when a contract was terminated. */
export type DeletionRow = {
  readonly contract: ContractId;
  /** Ids as canonical JSON; what stands there is `app/delete-given.ts`'s. */
  readonly deleted: string;
};

/** A question that waits, or waited, for people, with all that its state is derived from. */
export type RequestFile = {
  readonly id: string;
  /** Who asks. */
  readonly recipient: PartnerId;
  readonly contract: ContractId;
  readonly approvers: readonly PartnerId[];
  /** The question as it was asked, as canonical JSON, and the SHA-256 of its canonical form. */
  readonly question: string;
  readonly questionDigest: string;
  /** Thumbprint of the key that asked, or id of the person. */
  readonly askedWith: string;
  readonly askedAt: UnixMillis;
  readonly expiresAt: UnixMillis;
  readonly events: readonly RequestEvent[];
};

export type LogNode = { readonly level: number; readonly index: number; readonly hash: Uint8Array };
export type LogHead = {
  readonly size: number;
  /** Hashes of the complete subtrees on the right edge, largest first. */
  readonly frontier: readonly Uint8Array[];
  /** The last signed checkpoint, a signed note; empty for an empty log. */
  readonly checkpoint: string;
  /** Size of the last published checkpoint, the one that witnesses cosign; 0 before the first. */
  readonly published: number;
  /** Thumbprint of the key that signs for the log now; null while it is the first one. */
  readonly signer: string | null;
};
/** A key of the log that follows another. */
export type HandOverRow = {
  /** Index of its entry, the last that the former key signed for. */
  readonly entry: number;
  /** Thumbprint of the key that signs from then on. */
  readonly signer: string;
  readonly note: string;
};
/** A checkpoint that witnesses cosign. */
export type PublishedRow = {
  readonly size: number;
  /** The room's signed note. */
  readonly checkpoint: string;
  readonly publishedAt: UnixMillis;
};
export type WitnessRow = {
  /** RFC 7638, base64url, of the key that cosigns. */
  readonly thumbprint: string;
  readonly partner: PartnerId;
  /** As its lines name it; begins with the partner's id. */
  readonly name: string;
  /** The key in its text form (C2SP tlog-cosignature). */
  readonly key: string;
  readonly registeredAt: UnixMillis;
  readonly retiredAt: UnixMillis | null;
};
/** A witness with what it last cosigned. */
export type WitnessFile = WitnessRow & {
  readonly last: { readonly size: number; readonly signedAt: UnixMillis } | null;
};
export type CosignatureRow = {
  /** Of the published checkpoint. */
  readonly size: number;
  readonly witness: string;
  readonly partner: PartnerId;
  /** The signature line, without its line break. */
  readonly line: string;
  /** By the witness's own clock. */
  readonly signedAt: UnixMillis;
};
export type EntryRow = { readonly index: number; readonly entry: string };
