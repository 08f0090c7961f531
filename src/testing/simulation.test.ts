import { describe, expect, test } from "vitest";
import { simulate } from "./simulation/run.ts";
import { keepPromises } from "./simulation/seeds.ts";

// Rooms of three partners, one from each seed; the other half is in `simulation/other-seeds.test.ts`.

describe("simulated rooms", () => {
  keepPromises(0);

  test("are the same for the same seed, to the last byte of their log", async () => {
    const plan = { steps: 24, skipped: new Set<number>() };
    const [first, second] = [await simulate("again", plan), await simulate("again", plan)];
    expect(second.steps).toEqual(first.steps);
    expect(second.log).toEqual(first.log);
    expect(first.log.length).toBeGreaterThan(50);
  });
});
