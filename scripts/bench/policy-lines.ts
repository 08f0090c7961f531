// What a denial costs, which weighs other wordings besides, and the comparison of two large versions of a policy: no
// list, no database, one thread.

import { contractId, contractSchema } from "../../src/domain/contract/document.ts";
import { datasetRef } from "../../src/domain/dataset/schema.ts";
import { type PartnerId, partnerIdSchema } from "../../src/domain/partner/manifest.ts";
import { decide } from "../../src/domain/policy/decide.ts";
import { policyDifference } from "../../src/domain/policy/difference.ts";
import { policySchema } from "../../src/domain/policy/document.ts";
import { inForce, policyOf, questionOf, tableContract, tablePolicyOf } from "../../src/testing/documents.ts";
import { type Line, line, millis } from "./report.ts";
import { medianOf } from "./rounds.ts";

const MEMBERS = Array.from({ length: 12 }, (_, index) => partnerIdSchema.parse(`travel-company-${index + 1}`));
const MOST_DENIAL = 2;
const MOST_COMPARISON = 1_000;

export function policyLines(): Line[] {
  const [before, after] = largeVersions();
  return [
    line("a denial, 12 lists of 12 members", millis(medianOf(denial(), 200)), { goal: { atMost: MOST_DENIAL } }),
    line("two policies of 40 grants compared", millis(medianOf(() => void policyDifference(before, after), 3)), {
      goal: { atMost: MOST_COMPARISON },
    }),
  ];
}

// A table by single values and a mean, where every owner lets out sums alone, and people be grouped by nothing at all.
function denial(): () => void {
  const [asker, teller] = MEMBERS;
  if (asker === undefined || teller === undefined) throw new Error("a contract has members");
  const contract = agreement();
  const question = questionOf(contract, {
    analysis: "crosstab",
    purpose: "insight",
    between: MEMBERS.map((member) => datasetRef(member, "customers")),
    identifiers: ["email"],
    by: [{ dataset: datasetRef(teller, "customers"), attribute: "tier" }],
    measure: { dataset: datasetRef(teller, "customers"), measure: "spend", aggregate: "mean" },
  });
  const policies = inForce(MEMBERS.map(constrained));
  const directory = new Map(MEMBERS.map((member) => [member, { name: member, industry: "travel" }]));
  const about = { contract, contractId: contractId(contract), directory, policies, recipient: asker };
  return () => {
    if (decide({ ...about, question, on: "2026-11-26" }).kind === "permit") throw new Error("it is to be denied");
  };
}

function agreement() {
  const { datasets, analyses, ...rest } = tableContract();
  return contractSchema.parse({
    ...rest,
    members: MEMBERS.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    datasets: MEMBERS.map((partner) => ({ ...datasets[0], partner })),
    analyses: analyses.map((one) => ({ ...one, recipients: MEMBERS })),
  });
}

function constrained(member: PartnerId) {
  const policy = tablePolicyOf(member);
  const spend = [{ use: "measure", aggregates: ["sum"], k: 60 }];
  return tablePolicyOf(member, { grants: policy.grants.map((one) => ({ ...one, attributes: { spend } })) });
}

// Grants to partners and industries that overlap, each with purposes of its own and a day on which it ends.
function largeVersions() {
  const grants = Array.from({ length: 40 }, (_, index) => ({
    ...policyOf("travel-company-1").grants[0],
    id: `to-${index}`,
    to: [`partner-${index}`, { industry: `industry-${index % 4}` }],
    purposes: [`purpose-${index % 10}`, "insight"],
    until: `20${30 + index}-06-30`,
  }));
  const version = (ones: typeof grants) => policySchema.parse({ ...policyOf("travel-company-1"), grants: ones });
  return [version(grants), version([...grants].reverse())] as const;
}
