import { afterEach, expect, it } from "vitest";
import { type EngineWorld, engineWorld, KEY, sealParts } from "../../testing/columnar-engine.ts";
import { csvOf, HEADER, people, SCHEMA } from "../../testing/matcher-suite/lists.ts";
import type { Engine } from "./engine.ts";
import { crosswalkOf, tableFor } from "./pairings.ts";
import type { Room } from "./rooms.ts";
import { shelfIn } from "./shelf.ts";
import { everywhereOf } from "./together.ts";
import { openVersion } from "./version.ts";

let world: EngineWorld | null = null;
afterEach(async () => world?.end());

async function versionOf(engine: Engine, from: number, until: number) {
  const { segment } = await sealParts(engine, { schema: SCHEMA, parts: [HEADER + csvOf(people(from, until))] });
  return openVersion(engine.layout, segment, KEY);
}

/** The most that an offset's alignment and what may be read behind the bytes come to. */
const ROUNDING = 128;
const EVERYBODY: Room = { size: 0, bits: 0 };
const kind = "phone";

it("keeps as much room as those whom lists share take, however many are on either", async () => {
  world = engineWorld({ threads: 0 });
  const { engine } = world;
  const { arena } = engine;
  const versions = [await versionOf(engine, 0, 3_000), await versionOf(engine, 2_990, 6_000)] as const;
  const [left, right] = versions;
  const stay = shelfIn(arena).stay();
  for (const version of versions) await tableFor(engine, stay, { version, kind });
  const tables = arena.free();
  const { count } = await crosswalkOf(engine, stay, { left, right, kind });
  expect(count).toBeGreaterThan(0);
  expect(tables - arena.free()).toBeLessThanOrEqual(2 * (count * 4 + ROUNDING));
  const crosswalk = arena.free();
  const parties = versions.map((version) => ({ version, room: EVERYBODY, roomName: "" }));
  const shared = await stay.own((take) => everywhereOf(engine, stay, { parties, kind, take }));
  expect(shared.count).toBe(count);
  expect(crosswalk - arena.free()).toBeLessThanOrEqual(2 * (count * 4 + ROUNDING));
  stay.end();
});
