// Journey 4 of a demonstration: what each contract is for is asked, one thing that nobody may have is asked too, and
// an audience is collected.

import { type Contract, type ContractDataset, contractId } from "../../domain/contract/document.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { possessive } from "../../domain/policy/words.ts";
import { explanationLines } from "../questions.ts";
import { type Asked, answered, explanationOf, overlapOf, type Release, type Scene } from "./asking.ts";
import { spendAll } from "./spend.ts";
import { DemoFailure, needed, type Stage, thousands } from "./stage.ts";
import { askTables } from "./tables.ts";
import { type Actors, actorOf } from "./walk.ts";

/**
 * Asks an overlap under each contract, tables and an audience where they are agreed, one thing that is denied, and then
 * until a budget holds no more.
 */
export async function ask(stage: Stage, actors: Actors, contracts: readonly Contract[]): Promise<readonly Release[]> {
  stage.act("4. Ask");
  const releases: Release[] = [];
  for (const contract of contracts) {
    const overlap = overlapOf(actors, contract);
    if (overlap !== null) releases.push(await askOverlap({ stage, actors }, overlap, releases.length === 0));
    releases.push(...(await askTables({ stage, actors }, contract)));
    const audience = audienceOf(actors, contract, null);
    if (audience !== null) releases.push(await askAudience({ stage, actors }, audience));
  }
  await askForbidden(stage, actors, contracts);
  await spendAll(stage, actors, contracts);
  stage.note("releases", releases);
  return releases;
}

// Of the first question the whole label is shown, as `concordat explain` prints it.
async function askOverlap({ stage, actors }: Scene, asked: Asked, isFirst: boolean): Promise<Release> {
  const { actor } = asked;
  const { name } = actor.manifest;
  const explanation = await explanationOf(asked);
  if (isFirst) {
    stage.say(`   ${name} reads beforehand what an overlap would tell, which costs nothing:`);
    for (const line of explanationLines(explanation)) stage.tell(`     ${line}`);
  }
  const release = await answered({ stage, actors }, asked);
  const lists = release.sizes?.length === 2 ? "both lists" : `all ${release.sizes?.length} lists`;
  stage.say(`   ${name} asks: how many people are on ${lists}?`);
  if (!isFirst) for (const line of [...explanation.words.tells, ...explanation.words.costs]) stage.tell(`     ${line}`);
  for (const size of release.sizes ?? []) stage.say(`     ${shownIn(nameIn(actors, size.dataset), size)}`);
  for (const region of release.regions ?? []) {
    if (region.members.length > 1) {
      stage.say(`     ${shownIn(region.members.map((one) => nameIn(actors, one)).join(" and "), region)}`);
    }
  }
  for (const { dataset, share } of release.matchRates ?? []) {
    stage.say(`     ${(share * 100).toFixed(1)} % of ${possessive(nameIn(actors, dataset))} people are on every list`);
  }
  const again = await answered({ stage, actors }, asked);
  if (again.receipt !== release.receipt) throw new DemoFailure("the same question got another answer");
  stage.say("     asked again: the same answer, at no cost");
  return release;
}

async function askAudience(scene: Scene, asked: Asked): Promise<Release> {
  const { stage } = scene;
  const { actor } = asked;
  const explanation = await explanationOf(asked);
  stage.say(`   ${actor.manifest.name} asks for an audience`);
  for (const line of explanation.words.tells) stage.tell(`     ${line}`);
  const release = await answered(scene, asked);
  if (release.outcome === "withheld") {
    stage.say("     withheld: too few people, too many, or too like an earlier list");
    return release;
  }
  const params = { path: { release: release.id } };
  const rows = await actor.client.call((api) => api.GET("/v1/releases/{release}/rows", { params, parseAs: "text" }));
  const records = needed(rows, "collecting the audience").trimEnd().split("\r\n").slice(1);
  const whose = possessive(actor.manifest.name);
  stage.say(`     collected ${thousands(records.length)} of ${whose} own references, such as ${records[0]}`);
  stage.note("audience", { release: release.id, records: records.length });
  return release;
}

// The first of several likely questions that contract or policies refuse: explaining costs nothing, asking is logged.
async function askForbidden(stage: Stage, actors: Actors, contracts: readonly Contract[]): Promise<void> {
  for (const { actor, question } of contracts.flatMap((contract) => doubtful(actors, contract))) {
    const explained = await actor.client.call((api) => api.POST("/v1/questions/explain", { body: question }));
    if (!explained.ok || explained.value.isPermitted) continue;
    const refused = await actor.client.call((api) => api.POST("/v1/questions", { body: question }));
    if (refused.ok) throw new DemoFailure("a question was explained as denied and then answered");
    const clauses = explained.value.reasons.filter((reason) => reason.effect === "denies");
    stage.say(`   ${actor.manifest.name} asks for more and is denied:`);
    for (const line of explanationLines(explained.value)) stage.tell(`     ${line}`);
    stage.note("denied", { recipient: actor.manifest.id, question, clauses });
    return;
  }
  stage.say("   nothing that was tried is forbidden: these policies permit all of it");
}

type Segment = { readonly attribute: string; readonly value: string };

// An audience of the recipient's people on another member's list: all, or those of one value of an attribute.
function audienceOf(actors: Actors, contract: Contract, wanted: Segment | null): Asked | null {
  const agreed = contract.analyses.find((one) => one.analysis === "audience");
  const [recipient] = agreed?.recipients ?? [];
  return agreed === undefined || recipient === undefined
    ? null
    : audienceFor(actors, contract, { recipient, purpose: agreed.purposes[0], channel: agreed.channels[0], wanted });
}

type Wanting = {
  readonly recipient: PartnerId;
  readonly purpose: string | undefined;
  readonly channel: string | undefined;
  readonly wanted: Segment | null;
};

function audienceFor(actors: Actors, contract: Contract, wanting: Wanting): Asked | null {
  const { recipient, purpose = "activation", channel = "email", wanted } = wanting;
  const own = contract.datasets.find((one) => one.partner === recipient);
  const other = contract.datasets.find((one) => one.partner !== recipient);
  if (own === undefined || other === undefined) return null;
  const matching = datasetRef(other.partner, other.dataset);
  const segment = wanted ?? likelySegment(other);
  const where = segment === null ? [] : [{ dataset: matching, attribute: segment.attribute, in: [segment.value] }];
  const from = datasetRef(own.partner, own.dataset);
  const question = {
    analysis: "audience" as const,
    contract: contractId(contract),
    purpose,
    from,
    matching,
    channel,
    where,
  };
  return { actor: actorOf(actors, recipient), question };
}

function likelySegment(dataset: ContractDataset): Segment | null {
  return segmentsOf(dataset).find(({ attribute }) => attribute === "tier") ?? null;
}

function segmentsOf(dataset: ContractDataset): Segment[] {
  return Object.entries(dataset.attributes)
    .filter(([, { uses }]) => uses.includes("filter"))
    .flatMap(([attribute, { values }]) => values.slice(-1).map((value) => ({ attribute, value })));
}

// What a careless marketer might try: another segment, the list the other way round, a list where none is agreed.
function doubtful(actors: Actors, contract: Contract): Asked[] {
  const agreed = contract.analyses.find((one) => one.analysis === "audience");
  const segments = contract.datasets.flatMap(segmentsOf).map((segment) => audienceOf(actors, contract, segment));
  const recipients = contract.members.map((member) => member.partner);
  const reversed = recipients.map((recipient) =>
    audienceFor(actors, contract, {
      recipient,
      purpose: agreed?.purposes[0] ?? contract.purposes[0],
      channel: agreed?.channels[0],
      wanted: null,
    }),
  );
  return [...segments, ...reversed].flatMap((asked) => asked ?? []);
}

type Shown = { readonly released?: number; readonly interval?: readonly number[]; readonly says?: string };

function shownIn(what: string, { released, interval, says }: Shown): string {
  if (released === undefined) return `${what}: ${says}`;
  const [low = released, high = released] = interval ?? [];
  const half = Math.max(released - low, high - released);
  return `${what}: ${thousands(released)} people${half === 0 ? "" : ` ± ${half} (95 %)`}`;
}

function nameIn(actors: Actors, dataset: string): string {
  return nameOf(actors, dataset.slice(0, dataset.indexOf("/")));
}

function nameOf(actors: Actors, partner: string): string {
  return [...actors.values()].find(({ manifest }) => manifest.id === partner)?.manifest.name ?? partner;
}
