// What a transaction keeps for the rights of people in lists. Of people, it is only ever what is sealed.

import type { PartnerId } from "../domain/partner/manifest.ts";
import type { ErasureRow, NoticeRow, ObjectionRow, Page } from "./rows.ts";

export type RightsKept = {
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
