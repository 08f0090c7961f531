// A part says the same however it is cut into chunks, whoever reads them and in whatever order they are done.

import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type EngineWorld, engineWorld, KEY } from "../../testing/columnar-engine.ts";
import { csvOf, HEADER, person, SCHEMA } from "../../testing/matcher-suite/lists.ts";
import { stagePart } from "./stage.ts";

const whole = engineWorld({ kernels: "plain" });
const cut: readonly EngineWorld[] = [
  engineWorld({ chunkBytes: 1_500 }),
  engineWorld({ chunkBytes: 4_000, threads: 1 }),
  engineWorld({ chunkBytes: 2_500, threads: 3, kernels: "plain" }),
];
const sideBySide = [1, 3].map((threads) => engineWorld({ chunkBytes: 50_000, threads }));
afterAll(async () => {
  for (const world of [whole, ...cut, ...sideBySide]) await world.end();
});

async function* inBlocks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The report of a part or why it was refused; nothing is kept. */
async function toldBy({ engine, directory }: EngineWorld, text: string, size: number) {
  const own = { staging: "one", number: 1, change: "replace" as const, schema: SCHEMA, dataKey: KEY };
  const free = engine.arena.free();
  const staged = await stagePart(engine, { ...own, body: inBlocks(text, size) });
  if (staged.ok) await staged.value.drop();
  expect([directory, engine.arena.free()]).toEqual([directory, free]);
  return staged.ok ? staged.value.part : staged.error;
}

const fine = (index: number) => csvOf([person(index)]);
const cells = (index: number) => fine(index).trimEnd().split(",");
const rejected = [
  (index: number) => `${["yes", "not a digest", ...cells(index).slice(2)].join()}\n`,
  (index: number) => `${[...cells(index).slice(0, 2), "", ...cells(index).slice(3)].join()}\n`,
  () => "\n",
  () => "too,few\n",
];
const TOO_LONG = `${"x".repeat(140_000)}\n`;
// Apart: a long row behind an open quote may be called either.
const faulty = [
  ['an "odd quote\n', 'x,"y"z\n', '"open\n'],
  ['an "odd quote\n', 'x,"y"z\n', `${"x".repeat(66_000)}\n`, TOO_LONG],
];
const ends = fc
  .constantFrom(...faulty)
  .chain((texts) => fc.array(fc.tuple(fc.nat(300), fc.constantFrom(...texts)), { maxLength: 3 }));

/** Some hundred rows with what is refused and what ends the reading strewn among them. */
const lists = fc
  .record({
    rows: fc.integer({ min: 60, max: 300 }),
    strewn: fc.array(fc.tuple(fc.nat(300), fc.constantFrom(...rejected)), { maxLength: 20 }),
    ends,
  })
  .map(({ rows, strewn, ends: faults }) => {
    const lines = Array.from({ length: rows }, (_, index) => fine(index));
    for (const [at, make] of strewn) lines.splice(at, 0, make(at));
    for (const [at, text] of faults) lines.splice(at, 0, text);
    return HEADER + lines.join("");
  });

describe("a part", () => {
  it("is told of alike, its first fault first, in one chunk and in many", async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.constantFrom(700, 5_000, 100_000), async (text, size) => {
        const expected = await toldBy(whole, text, 1_000_000);
        for (const world of cut) expect(await toldBy(world, text, size)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  // All of it arrives at once, so that nothing that was read is known before the next chunks are sent off.
  const every = Array.from({ length: 9_000 }, (_, at) => fine(at));
  const endless = `${"x".repeat(500_000)}\n`;
  const odd = 'x,"y"z\n';

  it.each([
    [
      "faults in many chunks that are read at once",
      every.map((line, at) => (at > 6_000 && at % 500 === 0 ? odd : line)),
    ],
    ["a row that is too long, behind chunks that are still read", every.with(8_000, endless)],
    [
      "a fault in a chunk that is still read, before a row that is too long",
      every.with(8_000, endless).with(7_990, odd),
    ],
  ])("is refused for its first fault: %s", async (_, lines) => {
    const text = HEADER + lines.join("");
    const expected = await toldBy(whole, text, text.length);
    expect(expected).toMatchObject({ kind: "list-unreadable", line: expect.any(Number) });
    for (const world of sideBySide) expect(await toldBy(world, text, text.length)).toEqual(expected);
  });
});
