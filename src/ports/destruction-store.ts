// What a transaction knows of what is gone for good: data keys, and what was deleted under a contract.

import type { ContractId } from "../domain/contract/document.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { DataKeyRow, DeletionRow, DestroyedKeyRow } from "./rows.ts";

export type DestructionStore = {
  readonly dataKeys: {
    /** The partner's data key that is not destroyed, wrapped under the key of the key ring that is its own. */
    readonly find: (partner: PartnerId) => Promise<DataKeyRow | null>;
    /** The number that the partner's next data key has. */
    readonly nextNumber: (partner: PartnerId) => Promise<number>;
    /** Throws while the partner has one that is not destroyed: another would lose what lies under it. */
    readonly put: (partner: PartnerId, number: number, wrapped: Uint8Array) => Promise<void>;
    /** Deletes the wrapped key, and notes what became unreadable with it. */
    readonly destroy: (key: DestroyedKeyRow) => Promise<void>;
    /** Those of the transaction's parties whose destruction has no certificate yet. */
    readonly uncertified: () => Promise<readonly DestroyedKeyRow[]>;
    /** Notes the certificate's place in the log. False when there is one already. */
    readonly certify: (partner: PartnerId, number: number, entry: number) => Promise<boolean>;
  };
  readonly deletions: {
    readonly add: (deletion: DeletionRow) => Promise<void>;
    /** Those of the transaction's parties that have no certificate yet. */
    readonly uncertified: () => Promise<readonly DeletionRow[]>;
    /** Notes the certificate's place in the log. False when there is one already. */
    readonly certify: (contract: ContractId, entry: number) => Promise<boolean>;
  };
};
