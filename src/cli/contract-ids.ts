// Contracts by the name that people use: the whole digest, the beginning of it, or the contract's own name.

import type { components } from "../client/api-types.gen.ts";
import type { RoomClient } from "../client/room-client.ts";
import { type Contract, contractSchema } from "../domain/contract/document.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { everyItem } from "./session.ts";
import { failed, misused, type Refusal, refusedByRoom } from "./terminal.ts";

export type ContractReply = components["schemas"]["Contract"];

const DIGEST = /^[0-9a-f]{64}$/;
const LEAST_DIGITS = 4;
const ENDED = new Set(["refused", "terminated", "expired", "replaced"]);

/** The one contract meant. Of several with one name, the one that has not ended. */
export async function findContract(client: RoomClient, text: string): Promise<Result<ContractReply, Refusal>> {
  if (DIGEST.test(text)) return readOne(client, text);
  const contracts = await everyContract(client);
  if (!contracts.ok) return contracts;
  const meant = contracts.value.filter((one) => isMeant(one, text));
  const live = meant.filter((one) => !ENDED.has(one.state.kind));
  const [only, ...others] = live.length === 1 ? live : meant;
  if (only === undefined) return err(misused(`you have no contract \`${text}\``, "look at `concordat contract list`"));
  if (others.length === 0) return ok(only);
  const ids = meant.map((one) => `${one.id.slice(0, 12)} (${one.state.kind})`).join(", ");
  return err(misused(`\`${text}\` may be any of ${ids}`, "say more digits of the one that you mean"));
}

/** All contracts of the caller, newest first. */
export function everyContract(client: RoomClient): Promise<Result<ContractReply[], Refusal>> {
  return everyItem((after) => client.call((api) => api.GET("/v1/contracts", { params: { query: after } })));
}

/** The contract's document, checked by its schema. */
export function documentOf({ document }: ContractReply): Result<Contract, Refusal> {
  const contract = contractSchema.safeParse(document);
  return contract.success ? ok(contract.data) : err(failed("the room shows a contract that this version cannot read"));
}

function isMeant({ id, document }: ContractReply, text: string): boolean {
  return document["name"] === text || (text.length >= LEAST_DIGITS && id.startsWith(text));
}

async function readOne(client: RoomClient, contract: string): Promise<Result<ContractReply, Refusal>> {
  const answer = await client.call((api) => api.GET("/v1/contracts/{contract}", { params: { path: { contract } } }));
  return answer.ok ? answer : err(refusedByRoom(answer.error));
}
