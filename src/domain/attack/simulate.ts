// A draft policy under attack: every attack through every kind of door that the documents leave open, and for each what
// it measured beside what the policy promises.

import type { Contract } from "../contract/document.ts";
import { startOfDate, type UnixMillis } from "../instant.ts";
import type { Policy } from "../policy/document.ts";
import { statedMode } from "../policy/terms.ts";
import { costOfPureEpsilon, type NanoRho, nanoRho } from "../privacy/epsilon.ts";
import { ok, type Result } from "../result.ts";
import { type Assess, assessingAt } from "./assessing.ts";
import { affiliates } from "./attacks/affiliates.ts";
import { attributeBisection } from "./attacks/attribute-bisection.ts";
import { averaging } from "./attacks/averaging.ts";
import { craftedList } from "./attacks/crafted-list.ts";
import { displacement } from "./attacks/displacement.ts";
import { capEdge, deniableCapEdge, guardEdge } from "./attacks/list-edges.ts";
import { extremeValue, oneAnswer } from "./attacks/one-answer.ts";
import { reuploadDifferencing } from "./attacks/reupload-differencing.ts";
import { rewording } from "./attacks/rewording.ts";
import { setSizeBisection } from "./attacks/set-size-bisection.ts";
import { sybils } from "./attacks/sybils.ts";
import { thresholdEdge } from "./attacks/threshold-edge.ts";
import { tracker } from "./attacks/tracker.ts";
import { boundOfAnswer, boundOfBudget, rightThatBeats } from "./bound.ts";
import { type Door, doorsOf, termsKey } from "./doors.ts";
import { type Outcome, playGame, type Worlds } from "./game.ts";
import type { Event } from "./model-room.ts";
import type { Rules } from "./rules.ts";
import { type Stage, stageOf } from "./stage.ts";
import type { Attack, HeldTo, Scope } from "./table.ts";

/** Every attack through one kind of door, in the order of a report. */
const ATTACKS: readonly Attack[] = [
  tracker,
  averaging,
  rewording,
  oneAnswer,
  extremeValue,
  thresholdEdge,
  craftedList,
  setSizeBisection,
  attributeBisection,
  displacement,
  reuploadDifferencing,
  guardEdge,
  capEdge,
  deniableCapEdge,
];

/** From here on a guess about one person is as good as knowledge: right 39 times in 40. */
export const CERTAINTY = 0.95;

/** Doors that sybils pool, at the most. */
const SYBILS = 12;

/** Worlds that show what nothing is promised about. */
const SHOWN = 20;

/** Why an attack counts as a leak. */
export type Leak =
  /** It was right more often than the policy's price and budget allow. */
  | "beats-bound"
  /** It is as good as certain, whatever the policy promises. */
  | "certain"
  /** More was answered than the budget pays for. */
  | "over-budget";

/** One attack through one kind of door, or through all of them. */
export type Finding = {
  readonly attack: Attack;
  readonly door: Door;
  readonly outcome: Outcome;
  /** By how much more often "there" is said when the person is than when it is not; at least 0. */
  readonly measured: number;
  /** The most that the policy promises it to be; in exact mode, what it would be with noise at the same price. */
  readonly bound: number;
  /** From how many right guesses on, among how many, the bound would not hold. */
  readonly limit: { readonly right: number; readonly guesses: number };
  /** What the answers of the example cost in all, and what the budget holds for the attack's scope. */
  readonly spent: NanoRho;
  readonly budget: NanoRho;
  readonly leak: Leak | null;
};

/** What the documents promise by themselves at one kind of door, apart from any attack. */
export type Pledge = {
  readonly door: Door;
  readonly bounds: { readonly [scope in Scope]: number };
  /** Whether even all answers together, for ever, stay short of certainty. */
  readonly isKept: boolean;
};

/** All of it. */
export type Simulation = {
  readonly stage: Stage;
  readonly pledges: readonly Pledge[];
  readonly findings: readonly Finding[];
  /** Whether no attack leaks and every pledge is worth something. */
  readonly isHeld: boolean;
};

/** What is simulated: documents, the day, the rules of the room, and how often. */
export type Plan = {
  readonly policy: Policy;
  /** The contract that the policy is tried under; drafts are made where there is none. */
  readonly contract: Contract | null;
  /** The day, UTC. */
  readonly on: string;
  readonly rules: Rules;
  readonly seed: string;
  readonly worlds: Worlds;
  /** Which attacks are played. */
  readonly picks: (attack: Attack, door: Door) => boolean;
  /** Told before each attack, how many are done of how many. */
  readonly progress: (done: number, all: number) => void;
};

/**
 * Attacks a draft policy. The refusal is a sentence: the contract has no place for the policy's owner. One plan comes
 * out the same each time. Cost: worlds × answers that a budget pays for × some 30 µs, for each attack and kind of door.
 */
export function simulate(plan: Plan): Result<Simulation, string> {
  const set = stageOf(plan.policy, plan.contract, plan.on);
  if (!set.ok) return set;
  const stage = set.value;
  const opens = startOfDate(stage.on);
  if (!opens.ok) throw new Error(`a simulation is on a day, and \`${stage.on}\` is none`);
  const about = { assess: assessingAt(stage), opens: opens.value };
  const kinds = doorKindsOf(stage);
  const possible = [...kinds.flatMap(attacksAt), ...kinds.flatMap(affiliatesAt), ...togetherAt(kinds)];
  const attacks = possible.filter(({ attack, doors }) => plan.picks(attack, doors[0]));
  const findings = attacks.map((one, done) => {
    plan.progress(done, attacks.length);
    return findingOf(plan, { ...one, ...about });
  });
  const pledges = kinds.map(([door]) => pledgeAt(door));
  const isHeld = findings.every(({ leak }) => leak === null) && pledges.every(({ isKept }) => isKept);
  return ok({ stage, pledges, findings, isHeld });
}

type DoorKind = readonly [Door, ...Door[]];
type Planned = { readonly attack: Attack; readonly doors: DoorKind };

function doorKindsOf(stage: Stage): readonly DoorKind[] {
  const kinds = new Map<string, DoorKind>();
  for (const door of doorsOf(stage)) {
    const alike = kinds.get(termsKey(door));
    kinds.set(termsKey(door), alike === undefined ? [door] : [...alike, door]);
  }
  return [...kinds.values()];
}

function attacksAt(doors: DoorKind): readonly Planned[] {
  return ATTACKS.filter((attack) => attack.isPossibleAt(doors[0])).map((attack) => ({ attack, doors }));
}

// The doors of one kind that belong to partners whom the owner counts as one recipient.
function affiliatesAt(doors: DoorKind): readonly Planned[] {
  const first = doors.find(({ tariff }) => tariff.group.length > 1);
  if (first === undefined) return [];
  const { recipient, tariff } = first;
  const others = doors.filter((one) => one.recipient !== recipient && tariff.group.includes(one.recipient));
  return others.length === 0 ? [] : [{ attack: affiliates, doors: [first, ...others] }];
}

// One door of each kind in turn, so that attackers who begin with another one each period use every kind.
function togetherAt(kinds: readonly DoorKind[]): readonly Planned[] {
  const most = Math.max(0, ...kinds.map(({ length }) => length));
  const turns = Array.from({ length: most }, (_, turn) => kinds.flatMap((doors) => doors[turn] ?? []));
  const [first, ...others] = turns.flat().slice(0, SYBILS);
  return first === undefined ? [] : [{ attack: sybils, doors: [first, ...others] }];
}

function pledgeAt(door: Door): Pledge {
  const bounds = {
    "one-answer": boundAt(door, "one-answer"),
    "one-recipient": boundAt(door, "one-recipient"),
    everybody: boundAt(door, "everybody"),
  };
  return { door, bounds, isKept: bounds.everybody < CERTAINTY };
}

// Gaussian noise promises no more of one answer than of as much rho spent in any other way.
function boundAt(door: Door, scope: Scope): number {
  const bound = boundOfBudget(budgetAt(door, scope));
  if (scope !== "one-answer" || statedMode(door.terms) === "gaussian-noise") return bound;
  return Math.min(bound, boundOfAnswer(door.price));
}

function budgetAt({ price, tariff }: Door, scope: Scope): NanoRho {
  const { perRecipient, lineage } = tariff.limits;
  if (scope === "everybody") return lineage;
  const budget = lesser(perRecipient, lineage);
  return scope === "one-answer" ? lesser(costOfPureEpsilon(price), budget) : budget;
}

function lesser(left: NanoRho, right: NanoRho): NanoRho {
  if (left < right) return left;
  return right;
}

type Attacking = Planned & { readonly assess: Assess; readonly opens: UnixMillis };

function findingOf({ rules, seed, worlds }: Plan, { attack, doors, assess, opens }: Attacking): Finding {
  const { bound, budget } = promiseAt(doors, attack.heldTo);
  const judged = attack.heldTo === "nothing" ? Math.min(SHOWN, worlds.judged) : worlds.judged;
  const maySilence = attack.heldTo === "one-answer";
  const outcome = playGame({
    attack,
    doors,
    assess,
    rules,
    seed: `${seed} ${termsKey(doors[0])}`,
    worlds: { rehearsed: worlds.rehearsed, judged },
    bound: attack.heldTo === "nothing" ? bound : Math.min(bound, CERTAINTY),
    maySilence,
    opens,
  });
  const spent = spentIn(outcome.example, assess);
  const { guesses } = outcome;
  const measured = Math.max(0, guesses === 0 ? 0 : (2 * outcome.right) / guesses - 1);
  const among = outcome.isSilent ? guesses : judged;
  const limit = { right: rightThatBeats(Math.min(bound, CERTAINTY), among), guesses: among };
  const about = { attack, door: doors[0], outcome, measured, bound, limit, spent, budget };
  return { ...about, leak: leakOf(about) };
}

// Doors of several kinds share the account for everybody, up to the largest of their limits on it.
function promiseAt(doors: DoorKind, heldTo: HeldTo): { readonly bound: number; readonly budget: NanoRho } {
  const scope = heldTo === "nothing" ? "one-recipient" : heldTo;
  const [widest] = [...doors].sort((left, right) => (budgetAt(left, scope) > budgetAt(right, scope) ? -1 : 1));
  const door = widest === undefined ? doors[0] : widest;
  return { bound: heldTo === "nothing" ? 1 : boundAt(door, scope), budget: budgetAt(door, scope) };
}

function spentIn(events: readonly Event[], assess: Assess): NanoRho {
  let spent = 0n;
  for (const event of events) {
    if (event.kind !== "asked" || event.reply.kind === "refused" || event.reply.isRepeated) continue;
    const assessed = assess(event.door, event.probe);
    if (assessed.kind === "denied") continue;
    const tariff = assessed.tariffs.find(({ lineage }) => lineage === event.door.theirs);
    if (tariff !== undefined) spent += tariff.cost;
  }
  return nanoRho(spent);
}

function leakOf({ bound, spent, budget, outcome }: Omit<Finding, "leak">): Leak | null {
  if (spent > budget) return "over-budget";
  if (!outcome.isBeaten) return null;
  return bound <= CERTAINTY ? "beats-bound" : "certain";
}
