import { describe } from "vitest";
import { keepPromises } from "./seeds.ts";

// The second half of the seeds, for another worker than that of `../simulation.test.ts`.

describe("more simulated rooms", () => {
  keepPromises(1);
});
