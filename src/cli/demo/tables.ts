// Tables of a demonstration: where a contract has them, how the shared people spread over an attribute of the other
// member's list, and which of its values are most at home among one's own.

import { type Contract, type ContractDataset, contractId } from "../../domain/contract/document.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import { affinityLines, crosstabLines } from "../table-lines.ts";
import { type Asked, answered, explanationOf, namesAmong, type Release, type Scene } from "./asking.ts";
import { type Actor, type Actors, actorOf } from "./walk.ts";

type Framed = { readonly actor: Actor; readonly own: ContractDataset; readonly other: ContractDataset };

/** Asks a cross-tab and an affinity under a contract that has them. */
export async function askTables(scene: Scene, contract: Contract): Promise<readonly Release[]> {
  const { stage, actors } = scene;
  const asked = [crosstabOf(actors, contract), affinityOf(actors, contract)].flatMap((one) => one ?? []);
  const releases: Release[] = [];
  for (const { actor, question } of asked) {
    const explanation = await explanationOf({ actor, question });
    const release = await answered(scene, { actor, question });
    stage.say(`   ${actor.manifest.name} asks for ${question.analysis === "crosstab" ? "a table" : "an affinity"}`);
    for (const line of explanation.words.tells) stage.tell(`     ${line}`);
    const names = namesAmong(actors);
    for (const line of [...crosstabLines(release, names), ...affinityLines(release, names)]) stage.say(`     ${line}`);
    releases.push(release);
  }
  return releases;
}

function crosstabOf(actors: Actors, contract: Contract): Asked | null {
  const framed = framedBy(actors, contract, "crosstab");
  if (framed === null) return null;
  const { actor, own, other } = framed;
  const dataset = datasetRef(other.partner, other.dataset);
  const attribute = groupOf(other);
  if (attribute === null) return null;
  const [measure] = Object.entries(other.measures ?? {});
  const [aggregate] = measure?.[1].aggregates ?? [];
  const question = {
    analysis: "crosstab" as const,
    ...frameOf(contract, "crosstab"),
    between: [datasetRef(own.partner, own.dataset), dataset],
    by: [{ dataset, attribute }],
  };
  if (measure === undefined || aggregate === undefined) return { actor, question };
  return { actor, question: { ...question, measure: { dataset, measure: measure[0], aggregate } } };
}

function affinityOf(actors: Actors, contract: Contract): Asked | null {
  const framed = framedBy(actors, contract, "affinity");
  const attribute = framed === null ? null : groupOf(framed.other);
  if (framed === null || attribute === null) return null;
  const { actor, own, other } = framed;
  const question = {
    analysis: "affinity" as const,
    ...frameOf(contract, "affinity"),
    among: datasetRef(own.partner, own.dataset),
    segments: { dataset: datasetRef(other.partner, other.dataset), attribute },
  };
  return { actor, question };
}

type Table = "crosstab" | "affinity";

function framedBy(actors: Actors, contract: Contract, analysis: Table): Framed | null {
  const [recipient] = contract.analyses.find((one) => one.analysis === analysis)?.recipients ?? [];
  const own = contract.datasets.find((one) => one.partner === recipient);
  const other = contract.datasets.find((one) => one.partner !== recipient);
  if (recipient === undefined || own === undefined || other === undefined) return null;
  return { actor: actorOf(actors, recipient), own, other };
}

function frameOf(contract: Contract, analysis: Table) {
  const entry = contract.analyses.find((one) => one.analysis === analysis);
  const [purpose = "insight"] = entry?.purposes ?? [];
  // By one identifier a table carries half the noise.
  return { contract: contractId(contract), purpose, identifiers: entry?.identifiers.slice(0, 1) ?? ["email" as const] };
}

// The attribute that says most of what somebody buys: the one with the fewest values that may group people but tiers.
function groupOf({ attributes }: ContractDataset): string | null {
  const grouping = Object.entries(attributes).filter(([name, { uses }]) => uses.includes("group") && name !== "tier");
  const [fewest] = grouping.sort(([, left], [, right]) => left.values.length - right.values.length);
  return fewest === undefined ? null : fewest[0];
}
