// One simulated room from beginning to end. Each step is drawn from the seed and its own place, so that a run with some
// steps left out has the others as they were: that is how a failing one is made shorter.

import { tokensOf } from "../../app/find-people.ts";
import { lastGrounds } from "../../app/foresee-question.ts";
import { keepHouse } from "../../app/keep-house.ts";
import { publishRound } from "../../app/publish-checkpoint.ts";
import { rememberErasures } from "../../app/remember-erasures.ts";
import { DAY_MILLIS, HOUR_MILLIS } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Act, Drawing, Known } from "./act.ts";
import { agreeAnew, changeAgreement, changePolicy } from "./acts-agreements.ts";
import { bringList, dropList } from "./acts-lists.ts";
import { askSomething, collect, decide } from "./acts-questions.ts";
import { erase, heedNotices, object } from "./acts-rights.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { clientOf, IN_FLIGHT } from "./client.ts";
import { ANALYSES_ASKED, MEMBERS } from "./documents.ts";
import { bringEverybodyIn, FIRST } from "./found.ts";
import { EVERY_IDENTIFIER, hashOf, type Identifier } from "./people.ts";
import { faultsOf, fileFaults, keptFaults, type Looked, wholeFaults } from "./promises.ts";
import { newTruth } from "./truth.ts";
import { newWorld, type Process, startProcess, type World } from "./world.ts";

export type Simulated = {
  /** What happened, step by step. */
  readonly steps: readonly string[];
  /** Promises that were broken at the last of them, each a sentence with its number. */
  readonly faults: readonly string[];
  /** The entries of the log, as they were read at last. */
  readonly log: readonly string[];
};

export type Plan = { readonly steps: number; readonly skipped: ReadonlySet<number> };

type Running = { readonly world: World; readonly known: Known; readonly looked: Looked; process: Process };

/** How often each is drawn. */
const DRAWINGS: readonly (readonly [number, Drawing])[] = [
  [30, askSomething],
  [13, bringList],
  [13, collect],
  [10, erase],
  [9, object],
  [6, changePolicy],
  [6, decide],
  [3, heedNotices],
  [2, dropList],
  [5, changeAgreement],
  [3, agreeAnew],
];

/** Runs a room until a promise is broken, or to the end. */
export async function simulate(seed: string, { steps, skipped }: Plan): Promise<Simulated> {
  const running = await begin(seed);
  const told: string[] = [];
  const log = running.known.truth.entries;
  for (let step = 0; step < steps; step++) {
    if (skipped.has(step)) continue;
    const done = await takeStep(running, chanceOf(`${seed} ${step}`));
    told.push(`${step}: ${done.says}`);
    if (done.faults.length > 0) return { steps: told, faults: done.faults, log };
  }
  return { steps: told, faults: await endOf(running), log };
}

/** A room with everybody in it, a contract in force and a list of each. */
export async function begin(seed: string): Promise<Running> {
  const world = newWorld(chanceOf(`${seed} world`));
  const known: Known = {
    truth: newTruth(chanceOf(`${seed} mode`).pick(["noise", "exact"]), tokensIn(world)),
    analyses: chanceOf(`${seed} analyses`).someOf(ANALYSES_ASKED, 3),
    contracts: [],
    questions: [],
    answers: new Map(),
    grounds: lastGrounds(LIMITS.keptGrounds),
    acknowledged: new Map(),
    wished: new Set(),
    collected: [],
    leftOpen: new Map(),
    count: 0,
  };
  const running: Running = {
    world,
    known,
    looked: { files: new Map(), answers: new WeakSet(), figures: new Map() },
    process: await startProcess(world, null),
  };
  const { ports, schedule } = running.process;
  await schedule.run([() => bringEverybodyIn(ports)], null);
  for (const drawing of FIRST) {
    const acts = MEMBERS.flatMap((partner) => drawing({ world, known, partner, chance: world.chance }) ?? []);
    const faults = await carryOut(running, acts, NOTHING_WRONG);
    if (faults.length > 0) throw new Error(faults.join("; "));
  }
  return running;
}

function tokensIn({ matcher }: World): ReadonlyMap<Identifier, string> {
  const tokens = tokensOf({ matcher }, EVERY_IDENTIFIER.map(hashOf));
  return new Map(EVERY_IDENTIFIER.map((identifier, place) => [identifier, tokens[place]?.token ?? ""]));
}

type Wrong = { readonly endsAfter: number | null; readonly conflicts: number; readonly lostAfter: number | null };
const NOTHING_WRONG: Wrong = { endsAfter: null, conflicts: 0, lostAfter: null };

type Done = { readonly says: string; readonly faults: readonly string[] };

async function takeStep(running: Running, chance: Chance): Promise<Done> {
  const { world, known, looked } = running;
  const passed = passTime(world, chance);
  const acts = drawActs(running, chance);
  const wrong = drawWrong(chance);
  const says = [passed, ...acts.map(({ partner, says }) => `${partner} ${says}`), wrongInWords(wrong)].join(" · ");
  const faults = await carryOut(running, acts, wrong).catch(thrown);
  if (faults.length > 0) return { says, faults };
  const { room } = running.process.ports;
  const broken = await faultsOf(world, room, { truth: known.truth, looked });
  return { says, faults: [...broken, ...collectedFaults(known)] };
}

// Whatever a room throws that nobody threw on purpose is a bug of it.
function thrown(failure: unknown): string[] {
  return [`0: ${failure instanceof Error ? failure.stack : failure}`];
}

// A list names nobody whom it could not at the moment when the log tells that it was collected.
function collectedFaults({ truth, collected }: Known): string[] {
  return collected.splice(0).flatMap(({ id, records, before }) => {
    const moments = (truth.collectable.get(id) ?? []).slice(before);
    if (moments.some((named) => records.every((record) => named.has(record)))) return [];
    const extra = records.filter((record) => !moments.some((named) => named.has(record)));
    return [`5: the list ${id} names ${extra.join(", ")}, who may not be on it`];
  });
}

function passTime(world: World, chance: Chance): string {
  const jump = chance.below(100);
  const millis =
    jump < 8
      ? -HOUR_MILLIS
      : jump < 16
        ? HOUR_MILLIS
        : jump < 27
          ? (1 + chance.below(24)) * DAY_MILLIS
          : chance.below(30 * 60_000);
  world.time.now += millis;
  return `${Math.round(millis / 60_000)} minutes pass`;
}

function drawActs({ world, known }: Running, chance: Chance): Act[] {
  const acts: Act[] = [];
  const wanted = chance.pick([1, 1, 2, 2, 2, 3]);
  for (let tries = 0; acts.length < wanted && tries < 12; tries++) {
    const act = drawing(chance)({ world, known, partner: chance.pick(MEMBERS), chance });
    if (act !== null && !acts.some((other) => isInTheWay(act, other))) acts.push(act);
  }
  return acts;
}

function isInTheWay(act: Act, other: Act): boolean {
  if (act.about === null || act.about !== other.about) return false;
  return act.about === "contract" || act.partner === other.partner;
}

function drawing(chance: Chance): Drawing {
  let place = chance.below(DRAWINGS.reduce((sum, [often]) => sum + often, 0));
  for (const [often, one] of DRAWINGS) {
    if (place < often) return one;
    place -= often;
  }
  throw new Error("nothing was drawn");
}

function drawWrong(chance: Chance): Wrong {
  const kind = chance.below(100);
  if (kind < 25) return { ...NOTHING_WRONG, endsAfter: 1 + chance.below(60) };
  if (kind < 35) return { ...NOTHING_WRONG, conflicts: 40 };
  if (kind < 48) return { ...NOTHING_WRONG, lostAfter: 1 + chance.below(6) };
  return NOTHING_WRONG;
}

function wrongInWords({ endsAfter, conflicts, lostAfter }: Wrong): string {
  if (endsAfter !== null) return `the process ends at step ${endsAfter}`;
  if (lostAfter !== null) return `the connection is lost at commit ${Math.ceil(lostAfter / 2)}`;
  return conflicts > 0 ? "transactions come between each other" : "nothing goes wrong";
}

/** Carries acts out until all of each is acknowledged; only the first time does something go wrong on purpose. */
async function carryOut(running: Running, acts: readonly Act[], wrong: Wrong): Promise<string[]> {
  const { world, known } = running;
  const faults: string[] = [];
  const name = `${known.truth.entries.length} ${world.time.now}`;
  let left = [...acts];
  for (let tries = 0; left.length > 0 && faults.length === 0; tries++) {
    if (tries > 4) return [`0: nothing comes of ${left.map(({ says }) => says).join(" and ")}`];
    if (tries > 0) world.time.now += WAITED_MILLIS;
    const { ports, schedule, faults: going } = running.process;
    const now = tries === 0 ? wrong : NOTHING_WRONG;
    Object.assign(going, { conflicts: now.conflicts, lostAfter: now.lostAfter });
    const isAlone = acts.length === 1 && wrong === NOTHING_WRONG;
    const works = left.map((act) => async () => {
      const calling = { partner: act.partner, act: `${name} ${acts.indexOf(act)}`, acknowledged: known.acknowledged };
      const found = await act.carryOut({ client: clientOf(ports, calling), ports, isAlone }).catch(onlyLost);
      if (found === null) return;
      left = left.filter((one) => one !== act);
      faults.push(...found);
    });
    await schedule.run(works, now.endsAfter);
    Object.assign(going, { conflicts: 0, lostAfter: null });
    if (schedule.hasEnded()) faults.push(...(await restart(running)));
    else if (now !== NOTHING_WRONG) await keepRound(running);
  }
  return faults;
}

// A connection that was lost on purpose leaves it open what came of the act: its partner asks again, and again where
// the room still holds the first try for running.
function onlyLost(failure: unknown): null {
  if (failure instanceof Error && [OUTCOME_UNKNOWN, IN_FLIGHT].includes(failure.name)) return null;
  throw failure;
}

const OUTCOME_UNKNOWN = "OutcomeUnknown";
const WAITED_MILLIS = (LIMITS.idempotencyLeaseSeconds + 1) * 1_000;

async function keepRound({ process: { ports, schedule } }: Running): Promise<void> {
  const round = async () => {
    await keepHouse(ports);
    await rememberErasures(ports, MEMBERS);
    await publishRound(ports);
  };
  await schedule.run([round], null);
}

// Another process finds what the last one left, and may end on the way as well.
async function restart(running: Running): Promise<string[]> {
  const { world } = running;
  const endsAfter = world.chance.happens(30) ? 1 + world.chance.below(60) : null;
  const started = await startProcess(world, endsAfter);
  running.process = started.schedule.hasEnded() ? await startProcess(world, null) : started;
  return fileFaults(world);
}

async function endOf(running: Running): Promise<string[]> {
  const { world, known, looked } = running;
  const { now } = world.time;
  const left = await restart(running);
  const { room } = running.process.ports;
  const broken = await faultsOf(world, room, { truth: known.truth, looked });
  const kept = await keptFaults(world, known.truth, now);
  return [...left, ...broken, ...kept, ...(await wholeFaults(world, room))];
}
