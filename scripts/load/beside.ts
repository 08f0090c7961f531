// Questions about two large lists that run all the while, one after another, so that the load meets a room that is at
// work: each has filters of its own on both lists, so that nothing of it was worked out before.

import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { ContractId } from "../../src/domain/contract/document.ts";
import { type AskedQuestion, questionSchema } from "../../src/domain/question/question.ts";
import { timed } from "../bench/contender.ts";
import { rowsOfList, type Side } from "../bench/lists.ts";
import { notice } from "../bench/rounds.ts";
import { agreeOnLists, bringRows, enterPartner, outcomeOf, type Partner } from "../bench/two-partners.ts";
import { type LatencyCounts, latencies } from "./latencies.ts";
import type { Place } from "./world.ts";

/** Two companies with large lists and a contract. */
export type Pair = { readonly partners: readonly [Partner, Partner]; readonly contract: ContractId };

/** Brings both lists in. Rows are made as they are sent. */
export async function bringPair({ origin, operatorKey }: Place, rows: number): Promise<Pair> {
  const run = randomBytes(3).toString("hex");
  const place = { url: origin, publicOrigin: origin, operatorKey };
  const left = await enterPartner(place, `beside-${run}-left`);
  const right = await enterPartner(place, `beside-${run}-right`);
  const contract = await agreeOnLists([left, right]);
  for (const [side, partner] of [["left", left] as const, ["right", right] as const]) {
    notice(`the ${side} list of ${rows} rows comes in ...`);
    await bringRows(partner, Readable.from(bytesOf(side, rows)));
  }
  return { partners: [left, right], contract };
}

function* bytesOf(side: Side, rows: number): Generator<Uint8Array> {
  for (const lines of rowsOfList(side, rows)) yield Buffer.from(lines);
}

export type Asking = { readonly end: () => Promise<LatencyCounts> };

/** Asks until it is told to end; then tells how long each question took. Rejects when one is refused. */
export function keepAsking({ partners, contract }: Pair): Asking {
  const ending = new AbortController();
  const taken = latencies();
  const [asker, other] = partners;
  const asking = (async () => {
    for (let number = 0; !ending.signal.aborted && number < VALUES * VALUES; number++) {
      const body = questionAboutBoth(contract, [asker.id, other.id], number);
      const { millis } = await timed(async () => outcomeOf(await asker.client.call((api) => api.POST(PATH, { body }))));
      taken.add(millis);
    }
  })();
  // What goes wrong is told when the load is over.
  const ended = asking.then(
    () => null,
    (failure: unknown) => ({ failure }),
  );
  return {
    end: async () => {
      ending.abort();
      const broken = await ended;
      if (broken !== null) throw broken.failure;
      return taken.counts();
    },
  };
}

const PATH = "/v1/questions";
/** Values of the attribute that the filters name. */
const VALUES = 500;

function questionAboutBoth(contract: ContractId, partners: readonly [string, string], number: number): AskedQuestion {
  const lists = partners.map((partner) => `${partner}/bench`);
  const values = [number % VALUES, Math.floor(number / VALUES)];
  return questionSchema.parse({
    analysis: "overlap",
    contract,
    purpose: "insight",
    between: lists,
    where: lists.map((dataset, place) => ({ dataset, attribute: "category", in: [`category${values[place]}`] })),
  });
}
