// Every page of the console, from the request to the last byte, on a room of its own with four companies in it: the
// median of the slowest page and of all of them, and among them the whole form of a contract as it comes back with what
// it says. The first visits, which warm the program up, do not count.

import { formFields } from "../../src/testing/console/form-fields.ts";
import { type ConsolePlace, placesOf, ROOM_PLACES } from "../../src/testing/console/places.ts";
import { type ConsoleVisitor, type PageReply, visitorBy } from "../../src/testing/console/visitor.ts";
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
      ...(await measured(looksAt(admin, placesOf(world, world.sunline)), rounds)),
      ...(await measured([await preview(admin, world.contracts.pair)], rounds)),
      ...(await measured(looksAt(operator, ROOM_PLACES), rounds)),
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

type Look = { readonly name: string; readonly look: () => Promise<PageReply> };

function looksAt(visitor: ConsoleVisitor, places: readonly ConsolePlace[]): readonly Look[] {
  return places.map(({ name, address }) => ({ name, look: () => visitor.get(address) }));
}

// What the form of a contract asks for whenever a field is left: itself again, with the contract in words beside it.
async function preview(visitor: ConsoleVisitor, contract: string): Promise<Look> {
  const { text } = await visitor.get(`/console/contracts/new?amends=${contract}`);
  const fields = formFields(text, "contract-form");
  return { name: "contract-next, as typed", look: () => visitor.post("/console/contracts/new", fields) };
}

async function measured(looks: readonly Look[], rounds: number): Promise<Page[]> {
  const times = new Map<string, number[]>(looks.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds + WARMING; round++) {
    for (const { name, look } of looks) {
      const visit = await timed(look);
      if (round >= WARMING) times.get(name)?.push(visit.millis);
    }
  }
  return [...times].map(([name, found]) => ({ name, median: median(found) }));
}
