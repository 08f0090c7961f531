// Policies change, contracts are held up, lifted and ended, and others agreed.

import { type ContractChange, changeContract } from "../../app/change-contract.ts";
import { offerContract } from "../../app/offer-contract.ts";
import { putPolicy } from "../../app/put-policy.ts";
import { signContract } from "../../app/sign-contract.ts";
import { signedPolicy } from "../../client/sign-policy.ts";
import { CONTRACT_TYP } from "../../crypto/contract-jws.ts";
import { signPayload } from "../../crypto/jws.ts";
import { utf8 } from "../../domain/bytes.ts";
import { canonicalDigest, canonicalJson } from "../../domain/canonical-json.ts";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { type Act, callerOf, type Drawing, type Known, refusal, type Through } from "./act.ts";
import { contractNamed, keyOf, MANNERS, MEMBERS, policyOf, type Stated } from "./documents.ts";

/** Puts another policy in force, in any direction. */
export const changePolicy: Drawing = ({ known, partner, chance }) => {
  const now = known.truth.inForce.get(partner);
  const { mode } = known.truth;
  return puttingPolicy(known, partner, { version: (now?.version ?? 0) + 1, manner: chance.pick(MANNERS), mode });
};

/** Puts a partner's policy. */
export function puttingPolicy(known: Known, partner: PartnerId, stated: Stated): Act {
  const policy = policyOf(partner, stated);
  known.truth.policies.set(canonicalDigest(policy), policy);
  return {
    says: `puts the policy ${stated.version}, ${stated.manner}`,
    partner,
    about: "policy",
    carryOut: async ({ client }) => {
      const { signature } = signedPolicy(keyOf(partner), policy);
      const put = await client.once("policy", (ports) =>
        putPolicy(ports, { caller: callerOf(partner), policy, signature }),
      );
      return put.ok ? [] : refusal(put.error, ["policy-version-conflict"]);
    },
  };
}

const CHANGES: readonly ContractChange[] = ["suspend", "suspend", "suspend", "terminate"];

/** Holds a contract up, lifts that, or ends it. */
export const changeAgreement: Drawing = ({ known, partner, chance }) => {
  const contract = known.contracts.at(-1);
  if (contract === undefined) return null;
  const held = known.truth.suspended.get(contract)?.has(partner) === true;
  const change = held ? "resume" : chance.pick(CHANGES);
  return {
    says: `${change}s the contract`,
    partner,
    about: "contract",
    carryOut: async ({ client }) => {
      const changed = await client.once(change, (ports) =>
        changeContract(ports, { caller: callerOf(partner), contract, change }),
      );
      return changed.ok ? [] : refusal(changed.error, ["contract-not-open"]);
    },
  };
};

/** Agrees on another contract once the last one has ended. */
export const agreeAnew: Drawing = ({ known, partner }) => {
  const last = known.contracts.at(-1);
  if (last !== undefined && !known.truth.ended.has(last)) return null;
  known.count += 1;
  return agreeing(known, partner, contractNamed(`season-${known.count}`, known.truth.mode));
};

/** Has a contract offered by a partner and signed by all. */
export function agreeing(known: Known, partner: PartnerId, contract: Contract): Act {
  const id = contractId(contract);
  known.truth.contracts.set(id, contract);
  return {
    says: `agrees on ${contract.name}`,
    partner,
    about: "contract",
    carryOut: async (through) => {
      const offered = await through.client.once("offer", (ports) =>
        offerContract(ports, { caller: callerOf(partner), contract }),
      );
      if (!offered.ok) return refusal(offered.error, []);
      for (const member of MEMBERS) {
        const faults = await sign(through, member, contract);
        if (faults.length > 0) return faults;
      }
      if (!known.contracts.includes(id)) known.contracts.push(id);
      return [];
    },
  };
}

async function sign({ client }: Through, member: PartnerId, contract: Contract): Promise<string[]> {
  const signature = signPayload(keyOf(member), utf8(canonicalJson(contract)), CONTRACT_TYP);
  const id = contractId(contract);
  const signed = await client.once(`sign ${member}`, (ports) =>
    signContract(ports, { caller: callerOf(member), contract: id, signature }),
  );
  return signed.ok ? [] : refusal(signed.error, []);
}
