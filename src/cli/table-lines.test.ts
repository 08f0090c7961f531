import { describe, expect, it } from "vitest";
import type { components } from "../client/api-types.gen.ts";
import { namesOf } from "./partner-names.ts";
import { affinityLines, crosstabLines, trendLines } from "./table-lines.ts";

type Release = components["schemas"]["Release"];

const FRAME: Release = {
  id: "rel_x",
  kind: "crosstab",
  outcome: "released",
  contract: "c",
  recipient: "ann",
  asOf: "2026-11-26T10:00:00Z",
  expiresAt: "2026-12-26T10:00:00Z",
  question: {},
  versions: {},
  consents: {},
  privacy: { mode: "noise" },
  spent: [],
  reasons: [],
  salt: "s",
  receipt: "r",
};
const NAMES = namesOf([
  { id: "ann", name: "Ann" },
  { id: "ben", name: "Ben's Boats" },
]);
const shown = (released: number, half: number) => ({ released, interval: [released - half, released + half] });
const few = { withheld: true, says: "fewer than 50" } as const;
const tier = { dataset: "ann/people", attribute: "tier", keys: ["gold", null] };
const line = { dataset: "ben/people", attribute: "line", keys: ["sail", "motor", null] };

describe("a table on a terminal", () => {
  it("is a grid for two attributes, with how sure its counts are below", () => {
    const counts = [shown(1_200, 8), shown(60, 8), few, few, shown(75, 8), few];
    const cells = counts.map((people, at) => ({
      keys: [tier.keys[Math.floor(at / 3)] ?? null, line.keys[at % 3] ?? null],
      people,
    }));
    expect(crosstabLines({ ...FRAME, axes: [tier, line], cells }, NAMES)).toEqual([
      "people whom all share:",
      "  “tier” at Ann \\ “line” at Ben's Boats  sail           motor  (none)",
      "  gold                                   1,200          60     fewer than 50",
      "  (none)                                 fewer than 50  75     fewer than 50",
      "  each ± 8 (95 %)",
    ]);
  });

  it("has a line for each cell with a measure, in the measure's own units", () => {
    const measure = {
      dataset: "ann/people",
      measure: "spend",
      aggregate: "mean" as const,
      scale: 2,
      clamp: { min: 0, max: 500_000 },
    };
    const cells = [
      { keys: ["gold"], people: shown(120, 8), measure: { released: 123_456, interval: [120_000, 130_001] } },
      { keys: [null], people: few, measure: few },
    ];
    expect(crosstabLines({ ...FRAME, axes: [tier], measure, cells }, NAMES)).toEqual([
      "people whom all share:",
      "  “tier” at Ann  people          mean of spend",
      "  gold           120 ± 8 (95 %)  1,234.56, from 1,200.00 to 1,300.01 (95 %)",
      "  (none)         fewer than 50   fewer than 50",
    ]);
  });

  it("ranks segments, and tells a series a line a point", () => {
    const segments = [{ key: "sail", index: shown(140, 10), shared: shown(200, 8), all: shown(900, 8), lift: 1.4 }];
    const attribute = { dataset: "ben/people", attribute: "line" };
    expect(affinityLines({ ...FRAME, attribute, segments }, NAMES).at(-1)).toBe(
      "  sail                   140 ± 10 (95 %)  200 ± 8 (95 %)  900 ± 8 (95 %)",
    );
    const point = {
      asOf: FRAME.asOf,
      versions: {},
      sizes: [{ dataset: "ann/people", ...shown(900, 8) }],
      regions: [{ members: ["ann/people"], ...shown(50, 8) }],
      matchRates: [],
      privacy: FRAME.privacy,
    };
    expect(trendLines({ ...FRAME, points: [point] }, NAMES)[1]).toBe(
      "  as of                 Ann's “people”  all share",
    );
    const cell = (people: number) => ({ keys: ["gold"], people: shown(people, 8), measure: shown(people * 100, 800) });
    const axes = [{ dataset: "ben/people", attribute: "tier", keys: ["gold"] }];
    const measure = {
      dataset: "ben/people",
      measure: "spend",
      aggregate: "mean" as const,
      scale: 2,
      clamp: { min: 0, max: 500_000 },
    };
    const table = (asOf: string, people: number) => ({
      asOf,
      versions: {},
      axes,
      measure,
      cells: [cell(people)],
      privacy: FRAME.privacy,
    });
    expect(trendLines({ ...FRAME, points: [table("2026-01-01", 120), table("2026-02-01", 130)] }, NAMES)).toEqual([
      "people over time:",
      "  “tier” at Ben's Boats  as of       people          mean of spend",
      "  gold                   2026-01-01  120 ± 8 (95 %)  120.00 ± 8.00 (95 %)",
      "                         2026-02-01  130 ± 8 (95 %)  130.00 ± 8.00 (95 %)",
    ]);
    expect([affinityLines(FRAME, NAMES), trendLines(FRAME, NAMES), crosstabLines(FRAME, NAMES)]).toEqual([[], [], []]);
  });
});
