// What others were told about a partner's lists, as their owner may read it: never the answer itself.

import type { ContractId } from "../domain/contract/document.ts";
import type { DatasetRef } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { ReleaseRow } from "./rows.ts";

/** That an answer was given, without the answer. */
export type DisclosureRow = Pick<
  ReleaseRow,
  | "id"
  | "recipient"
  | "contract"
  | "analysis"
  | "question"
  | "outcome"
  | "entry"
  | "releasedAt"
  | "expiresAt"
  | "collectedAt"
>;

/** Of others' answers: to one of them, under one contract, about one list, within a time; null is any. */
export type Disclosed = {
  readonly recipient: PartnerId | null;
  readonly contract: ContractId | null;
  readonly lineage: DatasetRef | null;
  /** The first instant, and the first that is past. */
  readonly from: UnixMillis | null;
  readonly until: UnixMillis | null;
};
