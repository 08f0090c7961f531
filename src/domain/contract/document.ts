// A contract: what the members agreed. Its canonical form (RFC 8785) is what each member signs; the SHA-256 of that
// form is its identity, so two texts of one contract are one contract.

import { z } from "zod";
import type { Brand } from "../brand.ts";
import { canonicalDigest } from "../canonical-json.ts";
import { datasetRef, identifierKindSchema } from "../dataset/schema.ts";
import { LIMITS } from "../limits.ts";
import { OPERATOR, partnerIdSchema, slugSchema } from "../partner/manifest.ts";
import { dateSchema } from "../policy/document.ts";
import {
  AGGREGATES,
  ATTRIBUTE_USES,
  analysisSchema,
  durationSchema,
  givesRecords,
  limitsSchema,
} from "../policy/limits-document.ts";
import { publicText } from "../public-text.ts";
import { groupingFaults, groupingsSchema } from "./groupings.ts";

/** SHA-256 of the canonical contract, 64 lowercase hex digits. */
export type ContractId = Brand<string, "ContractId">;

const DIGEST = /^[0-9a-f]{64}$/;

export const contractIdSchema = z
  .string()
  .regex(DIGEST, "the contract's digest, 64 hex digits")
  // SAFETY: the pattern above is that of a digest.
  .transform((text) => text as ContractId);

const ROLES = ["contributor", "recipient"] as const;

const memberSchema = z.strictObject({ partner: partnerIdSchema, roles: z.array(z.enum(ROLES)).min(1).max(2) });

const contractConsentSchema = z.strictObject({
  consent: slugSchema,
  channels: z.array(slugSchema).min(1).exactOptional(),
});

const bound = z.int().min(-LIMITS.measureUnits).max(LIMITS.measureUnits);

const contractMeasureSchema = z.strictObject({
  /** Fraction digits, as in the list's own schema: bounds and figures count units of 10^-scale. */
  scale: z.int().min(0).max(6),
  /** What each person's value is raised or lowered to before it is added up: what one person can change. */
  clamp: z
    .strictObject({ min: bound, max: bound })
    .refine(({ min, max }) => min < max, { path: ["max"], error: "above `min`" }),
  /** What may be told of it. */
  aggregates: z.array(z.enum(AGGREGATES)).min(1).max(AGGREGATES.length),
});

const contractDatasetSchema = z.strictObject({
  partner: partnerIdSchema,
  dataset: slugSchema,
  identifiers: z.array(identifierKindSchema).min(1),
  /** Where the list's external ids hold: those of lists that name another namespace never match. */
  namespace: slugSchema.exactOptional(),
  attributes: z.record(
    slugSchema,
    z.strictObject({
      type: z.literal("category"),
      values: z.array(publicText(100)).min(1).max(LIMITS.attributeValues),
      uses: z.array(z.enum(ATTRIBUTE_USES)),
      /** Coarser groups of the values, by which tables may be made in place of single values. */
      groupings: groupingsSchema.exactOptional(),
    }),
  ),
  /** Numbers that tables may add up, each person's kept within the bounds; absent where none may be. */
  measures: z.record(slugSchema, contractMeasureSchema).exactOptional(),
  /** Consents that a row must carry to be in the room: always, or only for the channels named. */
  consents: z.array(contractConsentSchema).max(31),
});

/** `in-order`: the first identifier that matches counts; `any`: whichever does, and their order says nothing. */
const MATCHING = ["in-order", "any"] as const;

const contractAnalysisSchema = z.strictObject({
  analysis: analysisSchema,
  purposes: z.array(slugSchema).min(1).max(20),
  recipients: z.array(partnerIdSchema).min(1),
  /** The identifiers that may match, in the order in which they are tried. */
  identifiers: z.array(identifierKindSchema).min(1),
  /** In order when absent, so that contracts signed before there was a choice mean what they meant. */
  matching: z.enum(MATCHING).exactOptional(),
  /** Channels of an audience or a suppression list. */
  channels: z.array(slugSchema).max(20),
});

export const contractSchema = z
  .strictObject({
    concordat: z.literal("contract/1"),
    name: slugSchema,
    version: z.int().min(1),
    /** The id of the contract that this one replaces. */
    previous: z.string().regex(DIGEST).nullable(),
    members: z.array(memberSchema).min(2).max(LIMITS.contractMembers),
    purposes: z.array(slugSchema).min(1).max(20),
    datasets: z.array(contractDatasetSchema).min(1).max(40),
    analyses: z.array(contractAnalysisSchema).min(1).max(20),
    terms: limitsSchema,
    /**
     * How long a question waits for the people who must approve it. Absent, it does not wait: a question that some
     * member's terms hold back is denied, as no member agreed to how long another's request may stand.
     */
    approvalWithin: durationSchema.exactOptional(),
    validity: z.strictObject({ from: dateSchema, until: dateSchema }),
  })
  .superRefine((contract, context) => {
    for (const { path, message } of contradictions(contract)) context.addIssue({ code: "custom", path, message });
  });

export type Contract = z.output<typeof contractSchema>;
export type ContractDataset = Contract["datasets"][number];

/** The contract's identity: SHA-256 of its canonical form. O(size of the document). */
export function contractId(contract: Contract): ContractId {
  // SAFETY: a digest has the pattern of an id.
  return canonicalDigest(contract) as ContractId;
}

type Contradiction = { readonly path: (string | number)[]; readonly message: string };
type Draft = {
  readonly version: number;
  readonly previous: string | null;
  readonly members: readonly z.output<typeof memberSchema>[];
  readonly purposes: readonly string[];
  readonly datasets: readonly z.output<typeof contractDatasetSchema>[];
  readonly analyses: readonly z.output<typeof contractAnalysisSchema>[];
  readonly validity: { readonly from: string; readonly until: string };
};

function contradictions(contract: Draft): Contradiction[] {
  return [
    ...memberContradictions(contract),
    ...datasetContradictions(contract),
    ...analysisContradictions(contract),
    ...validityContradictions(contract),
  ];
}

function memberContradictions({ members }: Draft): Contradiction[] {
  const ids = members.map((member) => member.partner);
  const found: Contradiction[] = [];
  if (isRepeating(ids)) found.push({ path: ["members"], message: "each member stands once" });
  if (ids.includes(OPERATOR)) found.push({ path: ["members"], message: "the operator is no member of a contract" });
  return found;
}

function datasetContradictions({ members, datasets }: Draft): Contradiction[] {
  const contributors = new Set(members.filter((one) => one.roles.includes("contributor")).map((one) => one.partner));
  const found: Contradiction[] = datasets.flatMap((dataset, index) =>
    contributors.has(dataset.partner)
      ? []
      : [{ path: ["datasets", index, "partner"], message: "a dataset's owner is a member with role `contributor`" }],
  );
  const names = datasets.map((dataset) => datasetRef(dataset.partner, dataset.dataset));
  if (isRepeating(names)) found.push({ path: ["datasets"], message: "each dataset stands once" });
  for (const [index, { identifiers, namespace, attributes, measures }] of datasets.entries()) {
    const place = ["datasets", index];
    if (identifiers.includes("external") !== (namespace !== undefined))
      found.push({ path: [...place, "namespace"], message: "named exactly when `external` is among the identifiers" });
    if (isRepeating(identifiers)) found.push({ path: [...place, "identifiers"], message: ONCE });
    const shared = Object.keys(measures === undefined ? {} : measures).filter((name) =>
      Object.hasOwn(attributes, name),
    );
    if (shared.length > 0)
      found.push({ path: [...place, "measures"], message: "a measure has a name that no attribute has" });
    for (const [name, attribute] of Object.entries(attributes))
      for (const { grouping, message } of groupingFaults(attribute))
        found.push({ path: [...place, "attributes", name, "groupings", grouping], message });
  }
  return found;
}

function analysisContradictions({ members, purposes, datasets, analyses }: Draft): Contradiction[] {
  const recipients = new Set(members.filter((one) => one.roles.includes("recipient")).map((one) => one.partner));
  const offered = new Set(datasets.flatMap((dataset) => dataset.identifiers));
  const found: Contradiction[] = [];
  for (const [index, one] of analyses.entries()) {
    const refuse = (member: string, message: string) => found.push({ path: ["analyses", index, member], message });
    if (!one.recipients.every((recipient) => recipients.has(recipient)))
      refuse("recipients", "a recipient is a member with role `recipient`");
    if (!one.purposes.every((purpose) => purposes.includes(purpose)))
      refuse("purposes", "a purpose is one of the contract's");
    if (!one.identifiers.every((identifier) => offered.has(identifier)))
      refuse("identifiers", "an identifier is one that a dataset brings");
    if (isRepeating(one.identifiers)) refuse("identifiers", ONCE);
    if (givesRecords(one.analysis) && one.channels.length === 0)
      refuse("channels", "a list of people names its channels");
  }
  const names = analyses.map((one) => one.analysis);
  if (isRepeating(names)) found.push({ path: ["analyses"], message: "each analysis stands once" });
  return found;
}

const ONCE = "each identifier stands once";

function isRepeating(names: readonly string[]): boolean {
  return new Set(names).size !== names.length;
}

function validityContradictions({ version, previous, validity }: Draft): Contradiction[] {
  const found: Contradiction[] = [];
  if (validity.until < validity.from) found.push({ path: ["validity", "until"], message: "not before `from`" });
  if ((version === 1) !== (previous === null))
    found.push({ path: ["previous"], message: "the first version names none before it, every later one does" });
  return found;
}
