// Every page of the console, from the request to the last byte, on a room of its own with four companies in it: the
// median of the slowest page and of all of them. The first visits, which warm the program up, do not count.

import { type ConsolePlace, placesOf, ROOM_PLACES } from "../../src/testing/console/places.ts";
import { type ConsoleVisitor, visitorBy } from "../../src/testing/console/visitor.ts";
import { invite, openConsoleWorld } from "../../src/testing/console/world.ts";
import { timed } from "./contender.ts";
import { type Line, line, millis } from "./report.ts";
import { median, notice } from "./rounds.ts";
import type { Stage } from "./stage.ts";

/** A page is there within a blink. */
const MOST_MILLIS = 50;
const WARMING = 2;

type Page = { readonly name: string; readonly median: number };

export async function consoleLines({ rounds }: Pick<Stage, "rounds">): Promise<Line[]> {
  notice("a room of four companies, and every page of its console ...");
  const world = await openConsoleWorld();
  try {
    const admin = await visitorBy(await invite(world.sunline, "admin"));
    const operator = await visitorBy(await invite(world.operator, "operator"));
    const pages = [
      ...(await visited(admin, placesOf(world, world.sunline), rounds)),
      ...(await visited(operator, ROOM_PLACES, rounds)),
    ].sort((one, other) => other.median - one.median);
    const [slowest] = pages;
    if (slowest === undefined) throw new Error("the console has pages");
    return [
      line(`the console's slowest page (${slowest.name})`, millis(slowest.median), { goal: { atMost: MOST_MILLIS } }),
      line(`a page of the console, of ${pages.length}`, millis(median(pages.map((page) => page.median)))),
    ];
  } finally {
    await world.room.discard();
  }
}

async function visited(visitor: ConsoleVisitor, places: readonly ConsolePlace[], rounds: number): Promise<Page[]> {
  const times = new Map<string, number[]>(places.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds + WARMING; round++) {
    for (const { name, address } of places) {
      const visit = await timed(() => visitor.get(address));
      if (round >= WARMING) times.get(name)?.push(visit.millis);
    }
  }
  return [...times].map(([name, found]) => ({ name, median: median(found) }));
}
