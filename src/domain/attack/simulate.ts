// A draft policy under attack: every attack through every kind of door that the documents leave open, and for each what
// it measured beside what the policy promises.

import type { Contract } from "../contract/document.ts";
import { startOfDate, type UnixMillis } from "../instant.ts";
import type { Policy } from "../policy/document.ts";
import { costOfPureEpsilon, type NanoRho, nanoRho } from "../privacy/epsilon.ts";
import { ok, type Result } from "../result.ts";
import { type Assess, assessingAt } from "./assessing.ts";
import { averaging } from "./attacks/averaging.ts";
import { craftedList } from "./attacks/crafted-list.ts";
import { reuploadDifferencing } from "./attacks/reupload-differencing.ts";
import { setSizeBisection } from "./attacks/set-size-bisection.ts";
import { sybils } from "./attacks/sybils.ts";
import { thresholdEdge } from "./attacks/threshold-edge.ts";
import { tracker } from "./attacks/tracker.ts";
import { beats, boundOfAnswer, boundOfBudget } from "./bound.ts";
import { type Door, doorsOf, termsKey } from "./doors.ts";
import { type Outcome, playGame, type Worlds } from "./game.ts";
import type { Event, Rules } from "./model-room.ts";
import { type Stage, stageOf } from "./stage.ts";
import type { Attack, Scope } from "./table.ts";

/** Every attack, in the order of a report. */
export const ATTACKS: readonly Attack[] = [
  tracker,
  averaging,
  thresholdEdge,
  craftedList,
  setSizeBisection,
  reuploadDifferencing,
  sybils,
];

/** From here on a guess about one person is as good as knowledge: right 39 times in 40. */
export const CERTAINTY = 0.95;

/** Why an attack counts as a leak. */
export type Leak =
  /** It was right more often than the policy's price and budget allow. */
  | "beats-bound"
  /** It is as good as certain, whatever the policy promises. */
  | "certain"
  /** More was answered than the budget pays for. */
  | "over-budget";

/** One attack through one kind of door. */
export type Finding = {
  readonly attack: Attack;
  readonly door: Door;
  readonly outcome: Outcome;
  /** By how much more often "there" is said when the person is than when it is not; at least 0. */
  readonly measured: number;
  /** The most that the policy promises it to be; in exact mode, what it would be with noise at the same price. */
  readonly bound: number;
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
};

/**
 * Attacks a draft policy. The refusal is a sentence: the contract has no place for the policy's owner. One plan comes
 * out the same each time. Cost: worlds × answers that a budget pays for × some 20 µs, for each attack and kind of door.
 */
export function simulate(plan: Plan): Result<Simulation, string> {
  const set = stageOf(plan.policy, plan.contract, plan.on);
  if (!set.ok) return set;
  const stage = set.value;
  const opens = startOfDate(stage.on);
  if (!opens.ok) throw new Error(`a simulation is on a day, and \`${stage.on}\` is none`);
  const assess = assessingAt(stage);
  const kinds = doorKindsOf(stage);
  const findings = kinds.flatMap((doors) =>
    ATTACKS.filter((attack) => attack.isPossibleAt(doors[0])).map((attack) =>
      findingOf(plan, { attack, doors, assess, opens: opens.value }),
    ),
  );
  const pledges = kinds.map(([door]) => pledgeAt(door));
  const isHeld = findings.every(({ leak }) => leak === null) && pledges.every(({ isKept }) => isKept);
  return ok({ stage, pledges, findings, isHeld });
}

type DoorKind = readonly [Door, ...Door[]];

function doorKindsOf(stage: Stage): readonly DoorKind[] {
  const kinds = new Map<string, DoorKind>();
  for (const door of doorsOf(stage)) {
    const alike = kinds.get(termsKey(door));
    kinds.set(termsKey(door), alike === undefined ? [door] : [...alike, door]);
  }
  return [...kinds.values()];
}

function pledgeAt(door: Door): Pledge {
  const bounds = {
    "one-answer": boundAt(door, "one-answer"),
    "one-recipient": boundAt(door, "one-recipient"),
    everybody: boundAt(door, "everybody"),
  };
  return { door, bounds, isKept: bounds.everybody < CERTAINTY };
}

function boundAt(door: Door, scope: Scope): number {
  const bound = boundOfBudget(budgetAt(door, scope));
  return scope === "one-answer" ? Math.min(bound, boundOfAnswer(door.price)) : bound;
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

type Attacking = {
  readonly attack: Attack;
  readonly doors: DoorKind;
  readonly assess: Assess;
  readonly opens: UnixMillis;
};

function findingOf({ rules, seed, worlds }: Plan, { attack, doors, assess, opens }: Attacking): Finding {
  const [door] = doors;
  const outcome = playGame({
    attack,
    doors,
    assess,
    rules,
    seed: `${seed} ${termsKey(door)}`,
    worlds,
    opens,
  });
  const { right, guesses, example } = outcome;
  const bound = boundAt(door, attack.scope);
  const spent = spentIn(example, assess);
  const budget = budgetAt(door, attack.scope);
  const measured = Math.max(0, (2 * right) / guesses - 1);
  const leak = leakOf({ bound, spent, budget, right, guesses });
  return { attack, door, outcome, measured, bound, spent, budget, leak };
}

function spentIn(events: readonly Event[], assess: Assess): NanoRho {
  let spent = 0n;
  for (const event of events) {
    if (event.kind !== "asked" || event.reply.kind === "refused" || event.reply.isRepeated) continue;
    const assessed = assess(event.door, event.probe);
    if (assessed.kind === "permitted") spent += assessed.tariff.cost;
  }
  return nanoRho(spent);
}

type Judged = Pick<Finding, "bound" | "spent" | "budget"> & Pick<Outcome, "right" | "guesses">;

function leakOf({ bound, spent, budget, right, guesses }: Judged): Leak | null {
  if (spent > budget) return "over-budget";
  if (beats(bound, right, guesses)) return "beats-bound";
  return beats(CERTAINTY, right, guesses) ? "certain" : null;
}
