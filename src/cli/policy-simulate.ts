// `concordat policy simulate`: a draft policy attacked on this machine, on made-up lists, before it is put in force.

import type { Command } from "commander";
import { leakInWords, reportLines, stepsOf, verdictFor } from "../domain/attack/report.ts";
import { ROOM_RULES } from "../domain/attack/rules.ts";
import { type Finding, type Simulation, simulate } from "../domain/attack/simulate.ts";
import { contractSchema } from "../domain/contract/document.ts";
import { isoDate, unixMillis } from "../domain/instant.ts";
import { policySchema } from "../domain/policy/document.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { taskLine } from "./progress-line.ts";
import { act, type Call, EXIT, failed, misused, type Outcome, type Terminal, type World } from "./terminal.ts";

/** Worlds in which each attack is judged: enough for a leak of a tenth of the guesses to show, in seconds. */
const JUDGED = "600";

/** Worlds that an attacker rehearses in, at the least. */
const REHEARSED = 20;

/** Adds the command to `concordat policy`. */
export function addPolicySimulate(policy: Command, terminal: Terminal): void {
  const command = describe(
    policy.command("simulate <file>"),
    "attack a draft policy on made-up lists, on this machine: what leaks, or the bound that held",
    [
      "concordat policy simulate policies/insight-only.json",
      "concordat policy simulate policy.json --contract deal.json",
    ],
  );
  command.option("--contract <file>", "the contract that it is tried under; without it, one is made from its grants");
  command.option("--worlds <count>", "in how many made-up worlds each attack is judged, 20 to 100000", JUDGED);
  act(terminal, command, (call) => run(call, terminal.world));
}

async function run({ operands, options }: Call, world: World): Promise<Outcome> {
  const policy = await documentAt(operands[0], policySchema);
  if (!policy.ok) return policy;
  const contract = options["contract"] === undefined ? null : await documentAt(options["contract"], contractSchema);
  if (contract?.ok === false) return contract;
  const judged = /^\d{2,6}$/.test(options["worlds"]) ? Number(options["worlds"]) : 0;
  if (judged < 20 || judged > 100_000) return err(misused("`--worlds` takes a number from 20 to 100000"));
  const line = taskLine(world, (done: number, all: number) => `attacks: ${done} of ${all}`);
  const simulated = simulate({
    policy: policy.value,
    contract: contract === null ? null : contract.value,
    on: isoDate(unixMillis(world.clock())),
    rules: ROOM_RULES,
    seed: "concordat policy simulate",
    worlds: { rehearsed: Math.max(REHEARSED, 2 * Math.ceil(judged / 20)), judged },
    picks: () => true,
    progress: line.show,
  });
  line.end();
  if (!simulated.ok) return err(failed(simulated.error, "give a contract in which the policy's partner brings a list"));
  const exit = simulated.value.isHeld ? EXIT.done : EXIT.unverified;
  return ok({ json: jsonOf(simulated.value), lines: reportLines(simulated.value), exit });
}

function jsonOf({ stage, pledges, findings, isHeld }: Simulation) {
  return {
    isHeld,
    partner: stage.owner,
    on: stage.on,
    assumptions: stage.assumptions,
    promises: pledges.map(({ door, bounds, isKept }) => ({ ...doorJson(door), mode: door.terms.mode, bounds, isKept })),
    attacks: findings.map(findingJson),
  };
}

function doorJson({ analysis, purpose, recipient, channel, identifiers, others, measure }: Finding["door"]) {
  return { analysis, purpose, recipient, channel, identifiers, lists: others.length + 2, measure };
}

function findingJson(finding: Finding) {
  const { attack, door, outcome, measured, bound, limit, leak } = finding;
  return {
    attack: attack.name,
    ...doorJson(door),
    verdict: verdictFor(finding),
    because: leak === null ? null : leakInWords(leak, finding),
    measured,
    bound,
    right: outcome.right,
    worlds: outcome.guesses,
    limit,
    does: attack.does,
    learns: attack.learns,
    knows: attack.knows,
    guesses: attack.guesses,
    steps: stepsOf(finding),
  };
}
