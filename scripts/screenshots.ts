// Pictures of every page of the console, light and dark, in three widths, for people to look at: `npm run screenshots`.
// Opens a room with four companies in it, signs in as an administrator and a marketer, and writes PNG files into a
// folder: `node --import tsx scripts/screenshots.ts [FOLDER [PAGE...]]`, all pages where none is named.

import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { chromiumPath, type Look, openBrowser, sit } from "../src/testing/console/browser.ts";
import { placesOf, ROOM_PLACES } from "../src/testing/console/places.ts";
import { type ConsoleWorld, invite, openConsoleWorld } from "../src/testing/console/world.ts";
import type { Member } from "../src/testing/journeys/world.ts";

const LOOKS: readonly (Look & { readonly name: string })[] = (["light", "dark"] as const).flatMap((colorScheme) => [
  { name: `${colorScheme}-360`, width: 360, height: 740, colorScheme },
  { name: `${colorScheme}-1280`, width: 1_280, height: 900, colorScheme },
  { name: `${colorScheme}-1920`, width: 1_920, height: 1_080, colorScheme },
]);

const [folder = join(tmpdir(), "concordat-screenshots"), ...only] = process.argv.slice(2);
const path = chromiumPath();
if (path === null) throw new Error("there is no Chromium: install one, or name it in CHROMIUM");
await mkdir(folder, { recursive: true });
const world = await openConsoleWorld();
const browser = await openBrowser(path);
try {
  for (const look of LOOKS) {
    await pictures(browser, { look, member: world.sunline, world });
    await pictures(browser, { look, member: world.volt, world });
    await pictures(browser, { look, member: world.operator, world });
  }
} finally {
  await browser.close();
  await world.room.discard();
}
console.log(`written to ${folder}`);

type Wanted = { readonly look: (typeof LOOKS)[number]; readonly member: Member; readonly world: ConsoleWorld };

async function pictures(browser: Browser, { look, member, world: room }: Wanted): Promise<void> {
  const runs = member.id === room.operator.id;
  const whose = runs ? "room-" : member.id === room.sunline.id ? "" : "other-";
  const { link } = await invite(member, runs ? "operator" : "admin");
  const fresh = await browser.newContext({ viewport: look, colorScheme: look.colorScheme });
  const outside = await fresh.newPage();
  await outside.goto(link);
  await outside.screenshot({ path: join(folder, `${whose}sign-in-${look.name}.png`), fullPage: true });
  await fresh.close();
  const { context, page } = await sit(browser, link, look);
  for (const { name, address } of runs ? ROOM_PLACES : placesOf(room, member)) {
    if (only.length > 0 && !only.includes(name)) continue;
    await page.goto(member.origin + address);
    // Where the page works something out, what it comes to is what people see.
    if (name.endsWith("verify")) await page.locator(".outcome:not(:empty)").waitFor();
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`), fullPage: true });
  }
  await context.close();
}
