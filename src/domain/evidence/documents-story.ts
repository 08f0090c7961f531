// The documents of the evidence as a person reads them: each contract with who signed it and what it lets the members
// learn, and the versions of the partner's own rules.

import { fromBase64Url } from "../bytes.ts";
import { parseStrictJson } from "../canonical-json.ts";
import { plainContract } from "../contract/plain.ts";
import type { Directory } from "../policy/words.ts";
import { nameOf } from "../policy/words.ts";
import type { Part, PartOf } from "./document.ts";
import type { Section } from "./page.ts";
import { contractsIn, partsOf, timeInWords } from "./reading.ts";

/** A section for each contract, in the order of the evidence. */
export function contractSections(parts: readonly Part[], directory: Directory): readonly Section[] {
  const contracts = contractsIn(parts);
  return partsOf(parts, "contract").flatMap((part) => {
    const contract = contracts.get(part.id);
    if (contract === undefined) return [];
    return [
      {
        title: `Contract “${contract.name}”, version ${contract.version}: ${part.state.replaceAll("-", " ")}`,
        says: [`Its identity is ${part.id}.`, signedBy(part, parts, directory)],
        list: plainContract(contract, directory),
      },
    ];
  });
}

/** The versions of the partner's own policy. */
export function policySection(parts: readonly Part[]): Section {
  const policies = partsOf(parts, "policy");
  return {
    title: "The own rules that were in force",
    says: policies.length === 0 ? ["None was put in force in this time."] : [],
    table: {
      columns: ["Version", "In force from", "Until", "Signed with the keys"],
      rows: policies.map(({ version, from, until, envelope }) => [
        String(version),
        from === null ? "it waits for a second signature" : timeInWords(from),
        until === null ? "" : timeInWords(until),
        envelope.signatures.map((one) => keyOf(one.protected)).join("\n"),
      ]),
    },
  };
}

function signedBy(part: PartOf<"contract">, parts: readonly Part[], directory: Directory): string {
  const owners = new Map(
    partsOf(parts, "keys").flatMap(({ partner, keys }) => keys.map(({ jwk }) => [jwk["kid"], partner] as const)),
  );
  const signers = part.envelope.signatures.map((one) => {
    const key = keyOf(one.protected);
    const owner = owners.get(key);
    return `${owner === undefined ? "somebody" : nameOf(directory, owner)} with the key ${key}`;
  });
  return signers.length === 0 ? "Nobody has signed it." : `Signed by ${signers.join("; ")}.`;
}

// The thumbprint that a signature's protected header names.
function keyOf(header: string): string {
  const bytes = fromBase64Url(header);
  const json = bytes.ok ? parseStrictJson(new TextDecoder().decode(bytes.value)) : bytes;
  if (!json.ok || typeof json.value !== "object" || json.value === null || !("kid" in json.value)) return "unknown";
  return String(json.value["kid"]);
}
