// What a transaction keeps for the rights of people in lists. Of people, it is only ever what is sealed.

import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Requester } from "../domain/subject/requester.ts";
import type { Page } from "./rows.ts";

/** People who were erased from a partner's lists at once. */
export type ErasureRow = {
  readonly partner: PartnerId;
  /** 1, 2, 3, ... within the partner. */
  readonly number: number;
  /** Their tokens, sealed under the partner's data key. */
  readonly sealed: Uint8Array;
};

/** One time that people of a partner's lists objected to something, took a consent back, or lifted that again. */
export type ObjectionRow = {
  readonly partner: PartnerId;
  /** 1, 2, 3, ... within the partner. */
  readonly number: number;
  readonly kind: "made" | "lifted";
  /** To what, as canonical JSON of `domain/subject/objection.ts`. */
  readonly scope: string;
  /** Their tokens, sealed under the partner's data key. */
  readonly sealed: Uint8Array;
  /** Index of its entry in the log. */
  readonly entry: number;
};

/** A notice to remove records from a list that its recipient holds, as it waits to be acknowledged. */
export type NoticeRow = {
  readonly recipient: PartnerId;
  readonly id: string;
  /** The release that gave the list. */
  readonly release: string;
  /** Whether the whole list is to go. */
  readonly isWhole: boolean;
  /** The signed notice, sealed under the recipient's data key. */
  readonly sealed: Uint8Array;
};

/** Whom a partner lets ask for deletions. */
export type RequesterRow = Requester & {
  readonly partner: PartnerId;
  readonly registeredAt: UnixMillis;
  readonly retiredAt: UnixMillis | null;
};

/** A request for deletion that was accepted and waits for its erasure. */
export type DeletionRow = {
  readonly partner: PartnerId;
  readonly id: string;
  /** The domain of the requester that sent it. */
  readonly issuer: string;
  /** The token of the identifier, sealed under the partner's data key. */
  readonly sealed: Uint8Array;
};

export type RightsKept = {
  readonly requesters: {
    readonly find: (partner: PartnerId, issuer: string) => Promise<RequesterRow | null>;
    /** Retired ones too, by issuer. */
    readonly list: (partner: PartnerId) => Promise<readonly RequesterRow[]>;
    /** Registers a requester, or another document of one that was there, retired or not. */
    readonly put: (partner: PartnerId, requester: Requester) => Promise<void>;
    readonly retire: (partner: PartnerId, issuer: string) => Promise<void>;
  };
  readonly deletionRequests: {
    readonly add: (request: DeletionRow) => Promise<void>;
    readonly count: (partner: PartnerId) => Promise<number>;
    /** Those of every partner for whom the transaction acts, the first received first. */
    readonly waiting: (limit: number) => Promise<readonly DeletionRow[]>;
    /** Forgets requests whose erasure is done, or whose lists are gone; answers how many there were. */
    readonly forget: (partner: PartnerId, ids: readonly string[]) => Promise<number>;
    /** Puts another box in the place of a request's own. */
    readonly reseal: (request: Pick<DeletionRow, "partner" | "id" | "sealed">) => Promise<void>;
  };
  readonly erasures: {
    /** The oldest first. */
    readonly list: (partner: PartnerId) => Promise<readonly ErasureRow[]>;
    readonly count: (partner: PartnerId) => Promise<number>;
    readonly add: (erasure: ErasureRow) => Promise<void>;
    /** Puts another box in the place of an erasure's own. */
    readonly reseal: (erasure: ErasureRow) => Promise<void>;
  };
  readonly objections: {
    /** The oldest first. */
    readonly list: (partner: PartnerId) => Promise<readonly ObjectionRow[]>;
    readonly count: (partner: PartnerId) => Promise<number>;
    /** The same of several partners, in their order. */
    readonly counts: (partners: readonly PartnerId[]) => Promise<readonly number[]>;
    readonly add: (objection: ObjectionRow) => Promise<void>;
    /** Puts another box in the place of an objection's own. */
    readonly reseal: (objection: Pick<ObjectionRow, "partner" | "number" | "sealed">) => Promise<void>;
  };
  readonly notices: {
    /** Adds a notice, but for a second one about a whole list. */
    readonly add: (notice: NoticeRow) => Promise<void>;
    /** Those that the recipient has not acknowledged, the oldest first. `after` is the id of the last one seen. */
    readonly waiting: (recipient: PartnerId, page: Page) => Promise<readonly NoticeRow[]>;
    /** Puts another box in the place of a waiting notice's own. */
    readonly reseal: (notice: Pick<NoticeRow, "recipient" | "id" | "sealed">) => Promise<void>;
    /** Marks notices as fetched; those that were before stay as they are. */
    readonly fetch: (recipient: PartnerId, ids: readonly string[]) => Promise<void>;
    /** How many of these notices the recipient has fetched, acknowledged ones among them. */
    readonly countFetched: (recipient: PartnerId, ids: readonly string[]) => Promise<number>;
    /** Acknowledges notices and deletes what they say. */
    readonly acknowledge: (recipient: PartnerId, ids: readonly string[]) => Promise<void>;
  };
};
