// A whole question as a partner asks it, on a room of its own: signed, decided, matched, noised, debited, logged,
// receipted, over HTTP. Beside it the same comparison by the matcher alone, on the same lists.

import { createReadStream } from "node:fs";
import { join } from "node:path";
import { askQuestion } from "../../src/app/ask-question.ts";
import { unwrapDataKey } from "../../src/app/receive-part.ts";
import type { ContractId } from "../../src/domain/contract/document.ts";
import { datasetRef } from "../../src/domain/dataset/schema.ts";
import { LIMITS } from "../../src/domain/limits.ts";
import { partnerIdSchema } from "../../src/domain/partner/manifest.ts";
import { type AskedQuestion, questionSchema } from "../../src/domain/question/question.ts";
import { USUAL_RATES } from "../../src/domain/rates.ts";
import { discardRoom, type RunningRoom, runRoom } from "../../src/main.ts";
import type { ComparedList } from "../../src/ports/matcher.ts";
import { operatorKeyOf } from "../../src/testing/room.ts";
import { timed } from "./contender.ts";
import { evenGround } from "./even-ground.ts";
import { median } from "./rounds.ts";
import { agreeOnLists, bringRows, enterPartner, outcomeOf, type Partner } from "./two-partners.ts";

/** Medians in milliseconds of a series. */
export type QuestionTimes = {
  /** A signed request that reads: signature, key and nonce, one statement, the reply. */
  readonly signed: number;
  /** A question from its parsed form to its commit: decided twice, matched, noised, debited, receipted, logged. */
  readonly question: number;
  /** The matcher's own part of such a question: its filter was not asked before, its crosswalk is kept. */
  readonly matching: number;
};

/** Medians in milliseconds. */
export type RequestTimes = {
  /** Of the first questions that the room is ever asked: its program has yet to be compiled. */
  readonly first: QuestionTimes;
  /** Of a room at work, which has been asked some hundred. */
  readonly later: QuestionTimes;
  /** The whole over HTTP. Noised answers leave on a tick of 100 ms, so this is a multiple of it. */
  readonly overHttp: number;
};

const PARTNERS = { left: "left-side", right: "right-side" } as const;
type Side = keyof typeof PARTNERS;
const TURNS = 40;
// Series between the first and the one that counts, as the other parts have rounds that warm everybody up.
const WARMING = 2;
// Of what takes as long as the next tick is off, whatever goes before.
const TURNS_ON_TICKS = 10;
const LAST_FILTER = 499;

type Wanted = {
  readonly directory: string;
  /** Of each list. */
  readonly rows: number;
  readonly paths: { readonly [side in Side]: string };
};

/** Runs a room in a directory, brings the two lists in, and asks distinct questions. */
export async function requestTimes({ directory, rows, paths }: Wanted): Promise<RequestTimes> {
  const started = await runRoom({
    dataDirectory: join(directory, "room"),
    keys: { kind: "file", path: join(directory, "room", "keys.json") },
    engine: "columnar",
    memoryBytes: 2 * 1_073_741_824,
    publishing: { seconds: LIMITS.checkpointSeconds, entries: LIMITS.checkpointEntries },
    databaseUrl: null,
    host: "127.0.0.1",
    port: 0,
    rates: USUAL_RATES,
    proxies: [],
    metrics: null,
    slowQuestionMillis: LIMITS.slowQuestionMillis,
    signInHosts: [],
    publicOrigin: null,
    logLevel: "error",
  });
  if (!started.ok) throw new Error(started.error.join("; "));
  try {
    return await measure(started.value, { rows, paths });
  } finally {
    await discardRoom(started.value);
  }
}

async function measure(room: RunningRoom, { rows, paths }: Omit<Wanted, "directory">): Promise<RequestTimes> {
  const place = { url: room.url, publicOrigin: room.publicOrigin, operatorKey: await operatorKeyOf(room) };
  const left = await enterPartner(place, PARTNERS.left);
  const right = await enterPartner(place, PARTNERS.right);
  const contract = await agreeOnLists([left, right]);
  await bringRows(left, createReadStream(paths.left));
  await bringRows(right, createReadStream(paths.right));
  const asked = (number: number) => questionAbout(contract, number);
  const ask = (number: number) => askedOf(room, left, asked(number));
  await ask(LAST_FILTER);
  const lists = await openedLists(room);
  const filters = Array.from({ length: LAST_FILTER }, (_, number) => number).values();
  const fresh = (work: Work) => async () => {
    const { value } = filters.next();
    if (value === undefined) throw new Error("every filter was asked");
    return work(value);
  };
  const series = async (): Promise<QuestionTimes> => {
    const [signed = 0, question = 0, matching = 0] = await inTurns(TURNS, [
      async () => outcomeOf(await left.client.call((api) => api.GET("/v1/partners"))),
      fresh(ask),
      fresh((number) => room.ports.matcher.overlap(filtered(lists, number), ["email"])),
    ]);
    return { signed, question, matching };
  };
  // The lists were only just written.
  await evenGround(rows);
  const first = await series();
  for (let time = 0; time < WARMING; time++) await series();
  const later = await series();
  const post = fresh(async (number) =>
    outcomeOf(await left.client.call((api) => api.POST("/v1/questions", { body: asked(number) }))),
  );
  const [overHttp = 0] = await inTurns(TURNS_ON_TICKS, [post]);
  return { first, later, overHttp };
}

// A filter is asked once and by one alone, so that nobody finds its rows looked up.
type Work = (number: number) => Promise<unknown>;

async function inTurns(turns: number, works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [place, work] of works.entries()) times[place]?.push((await timed(work)).millis);
  }
  return times.map(median);
}

function questionAbout(contract: ContractId, number: number): AskedQuestion {
  const dataset = `${PARTNERS.right}/bench`;
  return questionSchema.parse({
    analysis: "overlap",
    contract,
    purpose: "insight",
    between: [`${PARTNERS.left}/bench`, dataset],
    where: [{ dataset, attribute: "category", in: [`category${number}`] }],
  });
}

async function askedOf({ ports }: RunningRoom, { id, key }: Partner, asked: AskedQuestion): Promise<void> {
  const caller = { partner: partnerIdSchema.parse(id), thumbprint: key.publicKey.thumbprint };
  const outcome = await askQuestion({ ...ports, keep: async () => {} }, { caller, asked });
  if (!outcome.ok) throw new Error(outcome.error.detail);
}

function openedLists({ ports }: RunningRoom): Promise<ComparedList[]> {
  const parties = Object.values(PARTNERS).map((id) => partnerIdSchema.parse(id));
  return ports.store.read({ name: "bench", parties }, (tx) =>
    Promise.all(
      parties.map(async (partner) => {
        const version = await tx.versions.current(datasetRef(partner, "bench"));
        if (version === null) throw new Error("a list is not there");
        const dataKey = await unwrapDataKey(tx, ports.room.keyRing, partner);
        return { segment: version.segment, dataKey, consents: [], where: [] };
      }),
    ),
  );
}

function filtered(lists: readonly ComparedList[], number: number): ComparedList[] {
  const where = [{ attribute: "category", in: [`category${number}`] }];
  return lists.map((list, place) => (place === 1 ? { ...list, where } : list));
}
