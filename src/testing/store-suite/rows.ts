// Documents and rows for the laws of the store: small, valid, and told apart by what a test names.
// The documents are parsed by their schemas, as the store parses them when it reads.

import { canonicalDigest } from "../../domain/canonical-json.ts";
import { type Contract, contractId, contractSchema } from "../../domain/contract/document.ts";
import type { RowReport } from "../../domain/dataset/row-report.ts";
import { type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { unixMillis } from "../../domain/instant.ts";
import { type Manifest, manifestSchema, type PartnerId, partnerIdSchema } from "../../domain/partner/manifest.ts";
import type { ReleaseRow, SignatureRow, VersionRow } from "../../ports/rows.ts";
import { contractJson } from "../documents.ts";

export const party = (name: string): PartnerId => partnerIdSchema.parse(name);

export function manifestOf(id: PartnerId): Manifest {
  const contacts = [{ role: "privacy", email: `privacy@${id}.example` }];
  return manifestSchema.parse({ concordat: "partner/1", id, name: id, industry: "travel", contacts, datasets: [] });
}

export function schemaOf(dataset: string): DatasetSchema {
  return datasetSchemaSchema.parse({
    concordat: "dataset/1",
    dataset,
    record: { column: "ref" },
    identifiers: { email: { column: "email", profile: "concordat-1", encoding: "hex" } },
    attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver"] } },
    consents: {},
    rejects: "0.02",
  });
}

/** A contract of which every member contributes a list `customers` and receives. */
export function contractAmong(members: readonly PartnerId[], said: Partial<Contract> = {}): Contract {
  return contractSchema.parse({ ...contractJson(members), ...said });
}

/** Stands for a key's thumbprint: 43 characters, different for each name. */
export const thumbprintOf = (name: string): string => name.padEnd(43, "_");

export function signatureOf(partner: PartnerId): Omit<SignatureRow, "at"> {
  return { partner, thumbprint: thumbprintOf(partner), protected: "eyJ9", signature: "c2ln" };
}

export const REPORT: RowReport = {
  read: 10,
  accepted: 8,
  blank: 1,
  cleared: 1,
  rejected: 1,
  byReason: { "record-missing": 1 },
  rejects: [{ part: 1, line: 4, reason: "record-missing", column: "ref" }],
};

export function sealedVersionOf(partner: PartnerId, id: string): Omit<VersionRow, "sequence" | "sealedAt"> {
  const sealed = { segment: `segment-of-${id}`, people: 8, duplicates: 0, bytes: 4_096, scheme: "blake3/1" };
  const made = {
    change: "replace",
    increment: null,
    drift: null,
    normaliser: "concordat-1",
    report: REPORT,
    leftOut: 0,
  } as const;
  const end = { endsAt: unixMillis(4_000_000_000_123), isEndStated: true };
  return { ...sealed, ...made, ...end, id, partner, dataset: "customers" };
}

/** An overlap between the members, answered, in the log at `entry`. */
export function releaseOf(
  contract: Contract,
  named: Pick<ReleaseRow, "id" | "recipient" | "versions" | "entry">,
): Omit<ReleaseRow, "releasedAt" | "collectedAt" | "collectedOn"> {
  const question = { analysis: "overlap", contract: contractId(contract) } as const;
  return {
    ...named,
    contract: contractId(contract),
    analysis: "overlap",
    question: JSON.stringify(question),
    questionDigest: canonicalDigest(question),
    outcome: "released",
    showsExactly: false,
    counted: "{}",
    coin: null,
    still: null,
    answer: '{"people":120}',
    receipt: "a.b.c",
    expiresAt: unixMillis(4_000_000_000_123),
  };
}
