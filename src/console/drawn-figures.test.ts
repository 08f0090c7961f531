// Answers as they are drawn, picture and table, from figures made up here: what was withheld must not look released.

import { type Child, jsx } from "hono/jsx";
import { describe, expect, test } from "vitest";
import { readerOf } from "../domain/languages.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import type { Directory } from "../domain/policy/words.ts";
import { AffinityFigures } from "./affinity-figures.tsx";
import { CrosstabFigures } from "./crosstab-figures.tsx";
import { ReaderContext } from "./reader.ts";
import { TrendFigures } from "./trend-figures.tsx";

const DIRECTORY: Directory = new Map([
  [partnerIdSchema.parse("harbour-yachts"), { name: "Harbour Yachts", industry: "marine" }],
  [partnerIdSchema.parse("sunline-holidays"), { name: "Sunline Holidays", industry: "travel" }],
]);
const [OWN, OTHER] = ["sunline-holidays/customers", "harbour-yachts/customers"] as const;
const FEW = { withheld: true, says: "fewer than 40" } as const;
const released = (figure: number, low: number, high: number) => ({ released: figure, interval: [low, high] });

// In a page of its own, as a reader of the language has it.
async function drawn<Props extends object>(
  [figures, props]: readonly [(props: Props) => Child, Props],
  language: string,
): Promise<string> {
  const inside = jsx((given: { readonly props: Props }) => jsx("div", {}, figures(given.props)), { props });
  return String(await jsx(ReaderContext.Provider, { value: readerOf(language) }, inside));
}

describe("an affinity", () => {
  const segments = [
    { key: "north", shared: released(1_200, 1_100, 1_300), all: FEW, index: released(250, 240, 260), lift: 2.5 },
    { key: null, shared: FEW, all: FEW, index: FEW },
  ];
  const attribute = { dataset: OTHER, attribute: "region" };

  test("has a bar for each index, its label beyond the interval, and a stub where it was withheld", async () => {
    const page = await drawn([AffinityFigures, { attribute, segments, directory: DIRECTORY }], "de-DE");
    expect(page.match(/<rect class="bar"/g)).toHaveLength(1);
    expect(page.match(/<rect class="withheld-bar" fill="url\(#affinity-hatch\)"/g)).toHaveLength(1);
    expect(page.match(/class="whisker"/g)).toHaveLength(1);
    const ends = [...(/class="whisker" d="M[\d.]+ \d+H([\d.]+)/.exec(page) ?? [])].map(Number);
    const label = /<text class="axis-label" x="([\d.]+)" y="[\d.]+">250</.exec(page)?.[1];
    expect(Number(label)).toBeGreaterThan(ends[1] ?? Number.POSITIVE_INFINITY);
    expect(page).toContain("&lt; 40");
    expect(page).toMatch(/<th scope="row">north<\/th>.*1\.100 to 1\.300|1\.200/);
    expect(page).toContain('<span class="number">2,50</span>');
    expect(page.match(/<td class="hatched">/g)).toHaveLength(5);
    expect(page).toContain('<td class="hatched">withheld</td>');
  });
});

describe("a trend", () => {
  const at = (asOf: string, version: string, both: object) => ({
    ...{ asOf, versions: { [OWN]: "v1", [OTHER]: version } },
    sizes: [
      { dataset: OWN, ...released(900, 890, 910) },
      { dataset: OTHER, ...released(700, 690, 710) },
    ],
    regions: [
      { members: [OWN], ...released(333, 320, 340) },
      { members: [OWN, OTHER], ...both },
    ],
  });
  const points = [
    at("2026-01-02T00:00:00Z", "v1", released(500, 490, 510)),
    at("2026-02-03T00:00:00Z", "v2", released(600, 590, 610)),
    at("2026-03-04T00:00:00Z", "v2", FEW),
  ];

  test("draws what all lists share, marks new versions, and breaks at what was withheld", async () => {
    const page = await drawn([TrendFigures, { points, directory: DIRECTORY }], "en-US");
    const labels = [...page.matchAll(/<text class="bar-label[^>]*>([^<]+)</g)].map(([, label]) => label);
    expect(labels).toEqual(expect.arrayContaining(["500", "&lt; 40", "Jan 2, 2026", "Mar 4, 2026"]));
    expect(labels).not.toContain("333");
    expect(page.match(/class="renewed"/g)).toHaveLength(1);
    expect([page.match(/<circle class="dot in"/g)?.length, page.match(/class="withheld-bar"/g)?.length]).toEqual([
      2, 1,
    ]);
    expect(page).toMatch(/New versions<\/th><td>none<\/td><td>Harbour Yachts<\/td><td>none<\/td>/);
    expect(page).toMatch(/<th scope="row">Sunline Holidays and Harbour Yachts<\/th>.*<td class="hatched">/s);
  });
});

describe("a cross-tab", () => {
  const axes = [
    { dataset: OWN, attribute: "tier", keys: ["gold", null] },
    { dataset: OTHER, attribute: "region", keys: ["north", "south"] },
  ];
  const cells = [
    { keys: ["gold", "north"], people: released(6_000, 5_900, 6_100), measure: { released: 1_234_567 } },
    { keys: ["gold", "south"], people: released(1_000, 900, 1_100) },
    { keys: [null, "north"], people: FEW },
    { keys: [null, "south"], people: released(0, 0, 20) },
  ];

  test("has each figure in its own cell, as dark as it is large, hatched where it was withheld", async () => {
    const measure = { measure: "spend", aggregate: "sum", scale: 2 };
    const page = await drawn([CrosstabFigures, { axes, cells, measure, directory: DIRECTORY }], "hi-IN");
    const shades = [...page.matchAll(/<td class="cell ([a-z0-9-]+)"><span class="(?:number|withheld)">([^<]+)</g)];
    expect(shades.map(([, shade, figure]) => [shade, figure])).toEqual([
      ["shade-6", "6,000"],
      ["shade-1", "1,000"],
      ["hatched", "fewer than 40"],
      ["shade-0", "0"],
    ]);
    expect(page).toContain('<span class="measure">12,345.67</span>');
    expect(page).toContain("something else");
  });
});
