import { expect, it } from "vitest";
import type { components } from "../client/api-types.gen.ts";
import { namesOf } from "./partner-names.ts";
import { releaseLines } from "./release-lines.ts";

type Release = components["schemas"]["Release"];

const LIST: Release = {
  id: "rel_x",
  kind: "audience",
  outcome: "released",
  contract: "c",
  recipient: "ann",
  asOf: "2026-11-26T10:00:00Z",
  expiresAt: "2026-12-26T10:00:00Z",
  question: { purpose: "activation" },
  versions: {},
  consents: {},
  size: { released: 1_240, interval: [1_235, 1_245] },
  privacy: { mode: "noise", epsilon: "3", threshold: 300 },
  spent: [],
  reasons: [],
  salt: "s",
  receipt: "r",
};
const NAMES = namesOf([
  { id: "ann", name: "Ann Ltd" },
  { id: "ben", name: "Ben's Boats" },
]);
const COIN = { epsilon: "2", turned: 0.119203, says: "no entry is proof" };

it("a deniable list says what share of it is false and that no entry is proof; any other says nothing of it", () => {
  expect(releaseLines({ ...LIST, deniability: { ...COIN, falseShare: 0.31 } }, NAMES).slice(2, 5)).toEqual([
    "people on the list: 1,240 ± 5 (95 %)",
    "about 31 % of its entries are false, on purpose",
    "no entry is proof: 11.9 % of those who match are left out, and 11.9 % of all others put in (ε 2)",
  ]);
  expect(releaseLines({ ...LIST, deniability: COIN }, NAMES).join("\n")).not.toContain("about");
  expect(releaseLines(LIST, NAMES).join("\n")).not.toMatch(/proof|false/);
});

it("calls partners and lists by their names, and one without a name by its id", () => {
  const left = { nanoRho: "1", epsilon: "2", answers: "3" };
  const spent = [
    { owner: "ben", dataset: "ben/people", account: "ann", nanoRho: "5000", left },
    { owner: "cat", dataset: "cat/people", account: "everyone", nanoRho: "0", left },
  ];
  const sizes = [{ dataset: "ben/people", released: 1_240, interval: [1_235, 1_245] }];
  const regions = [{ members: ["ann/people", "ben/people"], released: 60, interval: [55, 65] }];
  const lines = releaseLines({ ...LIST, spent, sizes, regions }, NAMES).join("\n");
  expect(lines).toContain("audience rel_x for Ann Ltd, purpose activation");
  expect(lines).toContain("Ben's Boats' “people”  1,240 ± 5");
  expect(lines).toContain("Ann Ltd's “people” and Ben's Boats' “people”  60 ± 5");
  expect(lines).toContain("Ben's Boats' “people”, by Ann Ltd");
  expect(lines).toContain("cat's “people”, by everyone");
});
