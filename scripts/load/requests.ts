// What a partner sends under load, as calls yet to be signed: a question explained or asked, a look at what it has, a
// small list brought again.

import { z } from "zod";
import { listOfPeople, overlapQuestion, sha256Hex } from "../../src/testing/faults/small-world.ts";
import type { SignedCall } from "../../src/testing/signed-call.ts";
import type { Reply } from "./connections.ts";
import { type Kind, unitInterval } from "./schedule.ts";

/** A call without who makes it. */
export type Unsigned = Omit<SignedCall, "key">;

/** Makes one call as some partner; rejects unless the room answers with what was asked for. */
export type Caller = (call: Unsigned) => Promise<Reply>;

/** What the sender knows of the world: ids and who signed what with whom. */
export type Scene = {
  readonly members: readonly string[];
  readonly contracts: readonly { readonly id: string; readonly members: readonly string[] }[];
};

/** One thing that a partner does: one call, or for a list the three that belong together. */
export type Deed = { readonly by: string; readonly run: (caller: Caller) => Promise<unknown> };

export type Deeds = (kind: Kind) => Deed;

const PEOPLE_A_LIST = 100;

/** Deeds of random partners about random contracts; no question is asked twice. */
export function deedsIn(scene: Scene, random: (count: number) => Uint8Array): Deeds {
  let asked = 0;
  let uploads = 0;
  let looks = 0;
  const question = (number: number) => {
    const contract = oneOf(scene.contracts, random);
    const [asker, other] = twoOf(contract.members, random);
    return { by: asker, json: overlapQuestion(contract.id, [asker, other], number), contract: contract.id };
  };
  const makers: { readonly [kind in Kind]: () => Deed } = {
    explain: () => {
      const { by, json } = question(Math.floor(unitInterval(random) * PRICES));
      return { by, run: (call) => call({ method: "POST", path: "/v1/questions/explain", json }) };
    },
    ask: () => {
      const { by, json } = question(asked++ % PRICES);
      return { by, run: (call) => call({ method: "POST", path: "/v1/questions", json }) };
    },
    read: () => {
      const { by, contract } = question(0);
      const path = LOOKS[looks++ % LOOKS.length]?.(contract) ?? "/v1/policy";
      return { by, run: (call) => call({ method: "GET", path }) };
    },
    upload: () => {
      // In turn, so that no partner brings a list while an earlier one of its own is still on its way.
      const by = scene.members[uploads % scene.members.length];
      if (by === undefined) throw new RangeError("a load needs partners");
      const from = uploads++ * (PEOPLE_A_LIST / 2);
      const list = listOfPeople({ from, until: from + PEOPLE_A_LIST }, true);
      return { by, run: (call) => bringSmallList(call, list) };
    },
  };
  return (kind) => makers[kind]();
}

/** Prices make questions differ; so many stay below what terms allow for one release. */
const PRICES = 400_000;

const LOOKS: readonly ((contract: string) => string)[] = [
  () => "/v1/contracts?limit=20",
  (contract) => `/v1/contracts/${contract}`,
  () => "/v1/policy",
  () => "/v1/datasets/customers/versions",
  () => "/v1/releases?limit=20",
  () => "/v1/budget?limit=20",
  () => "/v1/audit/entries?limit=20",
  () => "/v1/partners?limit=20",
];

const OPENED = z.object({ id: z.string() });

// A list of one part, put in force.
async function bringSmallList(call: Caller, list: Uint8Array): Promise<Reply> {
  const opened = await call({ method: "POST", path: "/v1/datasets/customers/uploads", json: { change: "replace" } });
  const { id } = OPENED.parse(JSON.parse(opened.text));
  const path = `/v1/uploads/${id}`;
  await call({ method: "PUT", path: `${path}/parts/1`, bytes: list, contentType: "text/csv" });
  return call({ method: "POST", path: `${path}/commit`, json: { parts: [sha256Hex(list)] } });
}

function oneOf<Item>(items: readonly Item[], random: (count: number) => Uint8Array): Item {
  const item = items[Math.floor(unitInterval(random) * items.length)];
  if (item === undefined) throw new RangeError("nothing to choose from");
  return item;
}

function twoOf(items: readonly string[], random: (count: number) => Uint8Array): readonly [string, string] {
  const first = oneOf(items, random);
  return [
    first,
    oneOf(
      items.filter((item) => item !== first),
      random,
    ),
  ];
}
