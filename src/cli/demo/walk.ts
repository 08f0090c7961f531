// The five journeys, walked by every partner of a cast over the room's signed API, on raw lists hashed on this side.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { hashFile } from "../../client/local/hash-file.ts";
import { type RoomClient, roomClient } from "../../client/room-client.ts";
import { contractSignature } from "../../client/sign-contract.ts";
import { signedPolicy } from "../../client/sign-policy.ts";
import type { Signing } from "../../client/signed-fetch.ts";
import { uploadList } from "../../client/upload.ts";
import { generateSigningKey, type SigningKey } from "../../crypto/jwk.ts";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Cast, CastMember } from "./cast.ts";
import { DemoFailure, needed, type Stage, seconds, thousands } from "./stage.ts";

/** A partner in the room, with the client that signs for it. */
export type Actor = CastMember & { readonly client: RoomClient; readonly key: SigningKey };
export type Actors = ReadonlyMap<PartnerId, Actor>;

export type Theatre = {
  readonly stage: Stage;
  readonly url: string;
  readonly signing: Omit<Signing, "key">;
  readonly operatorKey: SigningKey;
  /** Where hashed lists may lie for a moment. */
  readonly scratch: string;
};

/** Journey 1: each partner comes in with a key of its own and puts its policy in force. */
export async function onboard(theatre: Theatre, cast: Cast): Promise<Actors> {
  const { stage, url, signing, operatorKey } = theatre;
  stage.act("1. Onboard");
  const operator = roomClient({ url, ...signing, key: operatorKey });
  const actors = new Map<PartnerId, Actor>();
  for (const member of cast.members) {
    const { manifest, policy } = member;
    const { key } = generateSigningKey();
    const client = roomClient({ url, ...signing, key });
    const added = await operator.call((api) => api.POST("/v1/partners", { body: manifest }));
    const { code } = needed(added, `bringing in ${manifest.name}`);
    const params = { path: { partner: manifest.id } };
    const jwk = { ...key.publicKey.jwk };
    const enrolled = await client.call((api) =>
      api.POST("/v1/partners/{partner}/keys", { params, body: { jwk, code } }),
    );
    needed(enrolled, `enrolling ${manifest.name}`);
    needed(
      await client.call((api) => api.PUT("/v1/policy", { body: signedPolicy(key, policy) })),
      `${manifest.name}'s policy`,
    );
    actors.set(manifest.id, { ...member, client, key });
    const thumbprint = key.publicKey.thumbprint.slice(0, 8);
    stage.say(
      `   ${manifest.name} (${manifest.industry}): key ${thumbprint}… enrolled, policy v${policy.version} in force`,
    );
  }
  return actors;
}

/** Journey 2: each contract is offered by its first member, shown in plain words, and signed by all. */
export async function agree({ stage }: Theatre, actors: Actors, contracts: readonly Contract[]): Promise<void> {
  stage.act("2. Agree");
  for (const contract of contracts) {
    const signers = contract.members.map(({ partner }) => actorOf(actors, partner));
    const [first] = signers;
    if (first === undefined) throw new DemoFailure("a contract has no members");
    const id = contractId(contract);
    needed(await first.client.call((api) => api.POST("/v1/contracts", { body: contract })), "offering a contract");
    for (const { client, key, manifest } of signers) {
      const signature = contractSignature(key, { id, document: contract });
      if (!signature.ok) throw new DemoFailure(`${manifest.name} was shown another contract than it was offered`);
      const params = { path: { contract: id } };
      const signed = await client.call((api) =>
        api.POST("/v1/contracts/{contract}/signatures", { params, body: signature.value }),
      );
      needed(signed, `${manifest.name}'s signature`);
    }
    const names = signers.map(({ manifest }) => manifest.name).join(", ");
    stage.say(
      `   “${contract.name}” (${id.slice(0, 8)}…) signed by ${names}: in force until ${contract.validity.until}`,
    );
    const isFirst = contract === contracts[0];
    await tellPlainly(stage, { signer: signers.at(-1) ?? first, id, isWhole: isFirst });
  }
}

/** Journey 3: each list is hashed here and goes up; the room keeps tokens alone. */
export async function upload({ stage, scratch }: Theatre, actors: Actors): Promise<void> {
  stage.act("3. Upload");
  const totals: Record<string, unknown> = {};
  for (const actor of actors.values()) {
    const { manifest, schema, client } = actor;
    needed(await client.call((api) => api.POST("/v1/datasets", { body: schema })), `${manifest.name}'s dataset`);
    const to = join(scratch, `${manifest.id}.hashed.csv`);
    const started = Date.now();
    const report = await hashRaw(stage, actor, to);
    const hashed = Date.now();
    const { size } = await stat(to);
    const version = await uploadList({
      client,
      dataset: schema.dataset,
      source: createReadStream(to),
      onProgress: ({ phase, rows }) => stage.hint(`   ${manifest.name}: ${phase} ${thousands(rows)} rows`),
    });
    const { people, duplicates } = needed(version, `${manifest.name}'s upload`);
    stage.say(
      `   ${manifest.name}: ${thousands(report.rows)} rows hashed in ${seconds(hashed - started)}` +
        ` (${thousands(report.refused.total)} refused), sent and sealed in ${seconds(Date.now() - hashed)}:` +
        ` ${thousands(people)} people, ${thousands(duplicates)} duplicates folded`,
    );
    totals[manifest.id] = { rows: report.rows, refused: report.refused.total, people, duplicates, bytes: size };
  }
  stage.note("lists", totals);
}

/** The actor of a partner that a contract names. */
export function actorOf(actors: Actors, partner: PartnerId): Actor {
  const actor = actors.get(partner);
  if (actor === undefined) throw new DemoFailure(`the contract names \`${partner}\`, who has no folder here`);
  return actor;
}

async function hashRaw(stage: Stage, { manifest, schema, customers }: Actor, to: string) {
  const progress = (rows: number) => stage.hint(`   ${manifest.name}: hashing ${thousands(rows)} rows`);
  const report = await hashFile({ from: customers, to, schema, progress });
  if (!report.ok) throw new DemoFailure(`${customers}: ${report.error.detail}`);
  if (report.value.rejects.isExceeded) {
    const { refused, rejects } = report.value;
    throw new DemoFailure(
      `${customers}: ${refused.total} rows are refused, more than the share of ${rejects.allowed} that schema.json ` +
        "allows; run `concordat hash` on it to see lines and reasons",
    );
  }
  return report.value;
}

type Plainly = { readonly signer: Actor; readonly id: string; readonly isWhole: boolean };

// The first contract as `concordat contract show --plain` prints it; of others, what a signer lets the others learn.
async function tellPlainly(stage: Stage, { signer, id, isWhole }: Plainly): Promise<void> {
  const params = { path: { contract: id } };
  const plain = await signer.client.call((api) => api.GET("/v1/contracts/{contract}/plain", { params }));
  const { lines } = needed(plain, "the contract in plain words");
  const told = isWhole ? lines : lines.filter((line) => line.startsWith(`If ${signer.manifest.name} signs`));
  for (const line of told) stage.tell(`     ${line}`);
}
