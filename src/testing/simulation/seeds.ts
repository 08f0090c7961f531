// The rooms that the simulation runs: as many seeds as CONCORDAT_TEST_SIMULATIONS says, or the one that
// CONCORDAT_SIMULATION_SEED names. They are in parts, a file each, so that several workers have some.

import { expect, test } from "vitest";
import { simulate } from "./run.ts";

const SEEDS = Number(process.env["CONCORDAT_TEST_SIMULATIONS"] ?? 200);
const ONE = process.env["CONCORDAT_SIMULATION_SEED"];
const PARTS = 2;

/** Holds the rooms of every second seed to their promises. @param part  0 or 1 */
export function keepPromises(part: number): void {
  const numbers = Array.from({ length: SEEDS }, (_, seed) => seed).filter((seed) => seed % PARTS === part);
  const seeds = ONE === undefined ? numbers.map(String) : [ONE];
  test(`keep their promises through whatever happens to them, for ${seeds.length} seeds`, async () => {
    for (const seed of seeds) {
      const { steps, faults } = await simulate(seed, { steps: stepsOf(seed), skipped: new Set() });
      expect(faults, `CONCORDAT_SIMULATION_SEED=${seed}\n${steps.join("\n")}`).toEqual([]);
    }
  }, 3_600_000);
}

// Most that goes wrong does so early; some takes a long life, in which budgets run out and lists come to their end.
function stepsOf(seed: string): number {
  return Number(seed) % 5 === 0 ? 32 : 12;
}
