// The process that sends: signs each request when it is due, whether or not the room has answered those before it, and
// counts how long each took from the moment it was due. A room that stands still is thus seen by every request that
// falls due meanwhile, and not by the one that happened to wait.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type SigningKey, signingKeyFromJwk } from "../../src/crypto/jwk.ts";
import { parseStrictJson } from "../../src/domain/canonical-json.ts";
import { seededRandom } from "../../src/testing/seeded-random.ts";
import { connectionsTo } from "./connections.ts";
import { type LatencyCounts, latencies } from "./latencies.ts";
import { type Caller, type Deed, type Deeds, deedsIn, type Scene } from "./requests.ts";
import { type Due, KINDS, type Kind, type Rates, schedule } from "./schedule.ts";

/** What the sender is told, once, at its start. */
export type Plan = {
  readonly origin: string;
  readonly scene: Scene;
  /** Private keys by partner. */
  readonly keys: { readonly [partner: string]: object };
  readonly rates: Rates;
  /** How long the load rises before it counts: a program that has just started compiles what it runs. */
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly seed: string;
};

/** What was sent of a kind once it counts, and what came of it. Latencies have failures as well. */
export type SentOfKind = {
  readonly sent: number;
  /** By tenths of the time in which they were due. */
  readonly tenths: readonly LatencyCounts[];
  /** Failures by the status and kind of problem that the room answered, or by what the network said; early ones too. */
  readonly errors: { readonly [says: string]: number };
};

export type Sent = {
  readonly kinds: { readonly [kind in Kind]: SentOfKind };
  /** How late requests were sent: what this process itself adds, and is part of their latency. */
  readonly late: LatencyCounts;
  readonly seconds: number;
};

/** What the sender says: how far it is, each second, and everything at the end. */
export type SenderWord =
  | { readonly kind: "second"; readonly seconds: number; readonly sent: number; readonly answered: number }
  | { readonly kind: "sent"; readonly sent: Sent };

/** How long answers are waited for when the last request is sent. */
const PATIENCE_SECONDS = 30;

const TENTHS = 10;

/** The name of an error by which the room answered with a problem. */
const REFUSED = "Refused";

const PROBLEM = z.object({ type: z.string().min(1) });

type Tenth = { readonly latency: ReturnType<typeof latencies>; sent: number };
type Tally = { readonly tenths: readonly Tenth[]; readonly errors: Map<string, number> };

if (process.send !== undefined) await obey();

async function obey(): Promise<void> {
  // An interrupt from the terminal is for whoever started this process, and who will say what is to be done.
  process.on("SIGINT", () => undefined);
  // SAFETY: the one process that starts this one sends a plan first.
  const [plan] = (await once(process, "message")) as [Plan];
  const ending = new AbortController();
  process.once("message", () => ending.abort());
  process.once("disconnect", () => process.exit(1));
  const sent = await send(plan, { signal: ending.signal, tell });
  await tell({ kind: "sent", sent });
  process.exit(0);
}

function tell(word: SenderWord): Promise<void> {
  return new Promise((resolve) => process.send?.(word, () => resolve()));
}

type Telling = { readonly signal: AbortSignal; readonly tell: (word: SenderWord) => Promise<void> };

async function send(plan: Plan, { signal, tell: report }: Telling): Promise<Sent> {
  const tallies = new Map(KINDS.map((kind): [Kind, Tally] => [kind, emptyTally()]));
  const late = latencies();
  const pending = new Set<Promise<void>>();
  const deeds = deedsIn(plan.scene, seededRandom(`${plan.seed} deeds`));
  const callers = callersOf(plan);
  const started = performance.now();
  const telling = setInterval(() => void report(wordOf(started, tallies)), 1_000);
  const { rates, seed, warmSeconds } = plan;
  for (const due of schedule(rates, { seed, seconds: warmSeconds + plan.seconds, rising: warmSeconds })) {
    await untilDue(started, due);
    if (signal.aborted) break;
    const share = (due.atMillis / 1_000 - warmSeconds) / plan.seconds;
    if (share >= 0) late.add(performance.now() - started - due.atMillis);
    const work = carryOut({ due, started, deeds, callers, share }, tallyOf(tallies, due.kind));
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }
  const lasted = (performance.now() - started) / 1_000 - warmSeconds;
  const seconds = signal.aborted ? Math.max(0, lasted) : plan.seconds;
  await Promise.race([Promise.all(pending), sleep(PATIENCE_SECONDS * 1_000, undefined, { ref: false })]);
  clearInterval(telling);
  return { kinds: sentKinds(tallies), late: late.counts(), seconds };
}

async function untilDue(started: number, { atMillis }: Due): Promise<void> {
  const wait = atMillis - (performance.now() - started);
  if (wait > 0) await sleep(wait);
}

type Sending = {
  readonly due: Due;
  readonly started: number;
  readonly deeds: Deeds;
  readonly callers: ReadonlyMap<string, Caller>;
  /** Of the time that counts, how much was over when it was due; below 0 before it. */
  readonly share: number;
};

// Every failure is counted: what is thrown by a call is a refusal, or a connection that failed.
async function carryOut({ due, started, deeds, callers, share }: Sending, tally: Tally): Promise<void> {
  const tenth = tally.tenths[Math.floor(share * TENTHS)];
  if (tenth !== undefined) tenth.sent += 1;
  const deed = deeds(due.kind);
  const failure = await attempt(deed, callers.get(deed.by));
  tenth?.latency.add(performance.now() - started - due.atMillis);
  if (failure !== null) tally.errors.set(failure, (tally.errors.get(failure) ?? 0) + 1);
}

async function attempt(deed: Deed, caller: Caller | undefined): Promise<string | null> {
  if (caller === undefined) throw new RangeError("a deed of nobody");
  return deed.run(caller).then(() => null, wordsOf);
}

function callersOf({ origin, keys }: Plan): ReadonlyMap<string, Caller> {
  const send = connectionsTo(origin);
  return new Map(Object.entries(keys).map(([partner, jwk]) => [partner, callerOf(send, keyIn(jwk))]));
}

function callerOf(send: ReturnType<typeof connectionsTo>, key: SigningKey): Caller {
  return async (call) => {
    const reply = await send({ ...call, key });
    if (reply.status < 400) return reply;
    throw Object.assign(new Error(`${reply.status} ${problemIn(reply.text)}`), { name: REFUSED });
  };
}

function problemIn(text: string): string {
  const read = parseStrictJson(text);
  const problem = PROBLEM.safeParse(read.ok ? read.value : null);
  return (problem.success ? problem.data.type.split("/").at(-1) : undefined) ?? "without a problem document";
}

function keyIn(jwk: object): SigningKey {
  const key = signingKeyFromJwk(jwk);
  if (!key.ok) throw new Error(key.error);
  return key.value;
}

function wordsOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "a thrown value that is no error";
  if (failure.name === REFUSED) return failure.message;
  return "code" in failure ? String(failure.code) : `${failure.name}: ${failure.message}`;
}

function emptyTally(): Tally {
  return { tenths: Array.from({ length: TENTHS }, () => ({ latency: latencies(), sent: 0 })), errors: new Map() };
}

function tallyOf(tallies: ReadonlyMap<Kind, Tally>, kind: Kind): Tally {
  const tally = tallies.get(kind);
  if (tally === undefined) throw new RangeError(`nothing is counted of ${kind}`);
  return tally;
}

function wordOf(started: number, tallies: ReadonlyMap<Kind, Tally>): SenderWord {
  const all = [...tallies.values()].flatMap(({ tenths }) => tenths);
  const sent = all.reduce((sum, tenth) => sum + tenth.sent, 0);
  const answered = all.reduce((sum, tenth) => sum + tenth.latency.total(), 0);
  return { kind: "second", seconds: Math.round((performance.now() - started) / 1_000), sent, answered };
}

// What nobody answered has lasted this long at the least, and is a failure.
function sentKinds(tallies: ReadonlyMap<Kind, Tally>): Sent["kinds"] {
  const of = (kind: Kind): SentOfKind => {
    const { tenths, errors } = tallyOf(tallies, kind);
    let [sent, unanswered] = [0, 0];
    for (const tenth of tenths) {
      const missing = tenth.sent - tenth.latency.total();
      for (let one = 0; one < missing; one++) tenth.latency.add(PATIENCE_SECONDS * 1_000);
      [sent, unanswered] = [sent + tenth.sent, unanswered + missing];
    }
    if (unanswered > 0) errors.set("unanswered at the end", unanswered);
    const counts = tenths.map(({ latency }) => latency.counts());
    return { sent, tenths: counts, errors: Object.fromEntries(errors) };
  };
  return { explain: of("explain"), read: of("read"), ask: of("ask"), upload: of("upload") };
}
