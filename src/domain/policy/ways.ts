// How a contract lets a list be asked about at all, whatever its owner's own rules say.

import type { Contract, ContractDataset } from "../contract/document.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Analysis, givesRecords } from "./limits-document.ts";

/** How an analysis may be asked of a list at all: the contract's part. */
export type Way = {
  readonly list: ContractDataset;
  readonly analysis: Analysis;
  readonly pointer: string;
  readonly purpose: string;
  readonly channel: string | null;
  /** The lists that it may be asked about with. */
  readonly others: readonly ContractDataset[];
};

/** The ways in which a recipient may ask about a list: by analysis, purpose and channel, each with its clause. */
export function waysInto(contract: Contract, list: ContractDataset, recipient: PartnerId): Way[] {
  return contract.analyses.flatMap((entry, index) => {
    const { analysis, purposes, recipients } = entry;
    const others = counterpartsOf(contract, { entry, list, recipient });
    if (!recipients.includes(recipient) || others.length === 0) return [];
    const channels = givesRecords(analysis) ? entry.channels : [null];
    return purposes.flatMap((purpose) =>
      channels.map((channel) => ({ list, analysis, purpose, channel, others, pointer: `/analyses/${index}` })),
    );
  });
}

type Matching = {
  readonly entry: Contract["analyses"][number];
  readonly list: ContractDataset;
  readonly recipient: PartnerId;
};

// A list is asked about together with another member's, by an identifier that both bring; a list of people names the
// recipient's own people, so there the other list is the recipient's.
function counterpartsOf({ datasets }: Contract, { entry, list, recipient }: Matching): ContractDataset[] {
  return datasets.filter((other) => {
    const isFit = givesRecords(entry.analysis) ? other.partner === recipient : other.partner !== list.partner;
    return (
      isFit &&
      entry.identifiers.some(
        (kind) =>
          list.identifiers.includes(kind) &&
          other.identifiers.includes(kind) &&
          (kind !== "external" || list.namespace === other.namespace),
      )
    );
  });
}
