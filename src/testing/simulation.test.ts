import { describe, expect, test } from "vitest";
import { simulate } from "./simulation/run.ts";

// Rooms of three partners, a seed each: as many as CONCORDAT_TEST_SIMULATIONS says, or the one seed that
// CONCORDAT_SIMULATION_SEED names.
const SEEDS = Number(process.env["CONCORDAT_TEST_SIMULATIONS"] ?? 40);
const ONE = process.env["CONCORDAT_SIMULATION_SEED"];
const WHOLE = { steps: 24, skipped: new Set<number>() };
const seeds = ONE === undefined ? Array.from({ length: SEEDS }, (_, seed) => String(seed)) : [ONE];

describe("a simulated room", () => {
  test(`keeps its promises through whatever happens to it, for ${seeds.length} seeds`, async () => {
    for (const seed of seeds) {
      const { steps, faults } = await simulate(seed, WHOLE);
      expect(faults, `CONCORDAT_SIMULATION_SEED=${seed}\n${steps.join("\n")}`).toEqual([]);
    }
  }, 3_600_000);

  test("is the same for the same seed, to the last byte of its log", async () => {
    const [first, second] = [await simulate("again", WHOLE), await simulate("again", WHOLE)];
    expect(second.steps).toEqual(first.steps);
    expect(second.log).toEqual(first.log);
    expect(first.log.length).toBeGreaterThan(50);
  });
});
