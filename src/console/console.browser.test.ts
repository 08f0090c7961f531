// The console in a real browser: people come in by their links, ask, approve and look it up; every page is held against
// axe-core, light and dark, against the width of a telephone, and against the rule that nothing leaves the origin.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, openBrowser, type Sitting, sit } from "../testing/console/browser.ts";
import { CLIENT, openProvider } from "../testing/console/identity-provider.ts";
import { overhang, quiet, violations } from "../testing/console/page-checks.ts";
import { type ConsolePlace, placesOf, ROOM_PLACES } from "../testing/console/places.ts";
import { type ConsoleWorld, invite, openConsoleWorld } from "../testing/console/world.ts";
import { call } from "../testing/journeys/world.ts";

/** How htmx tells that a label was on its way when its page was left. */
const LEFT_BEHIND = /^htmx:(?:sendAbort|afterRequest), /;
const WIDE = { width: 1_280, height: 900 };
const path = chromiumPath();

if (path === null) {
  const isKnown = process.env["CI"] === undefined || process.env["NO_BROWSER"] !== undefined;
  if (!isKnown) throw new Error("the console's browser test needs Chromium, and there is none");
  console.warn("\n\n  SKIPPED: the console is not tested in a browser, as there is no Chromium (CHROMIUM)\n\n");
}

let world: ConsoleWorld;
let browser: Browser;
beforeAll(async () => {
  if (path === null) return;
  [world, browser] = await Promise.all([openConsoleWorld(), openBrowser(path)]);
});
afterAll(async () => {
  if (path === null) return;
  await browser.close();
  await world.room.discard();
});

describe.skipIf(path === null)("in a browser", () => {
  test("a marketer asks from the keyboard, an officer approves, and both find it again", async () => {
    const marketer = await sit(browser, (await invite(world.sunline, "marketer")).link, {
      ...WIDE,
      colorScheme: "light",
    });
    const { page } = marketer;
    await page.getByRole("link", { name: "Explore", exact: true }).press("Enter");
    await page.getByLabel("Contract").selectOption({ label: "four houses, v1" });
    await page.waitForURL(/contract=/);
    await page.locator("#part-lists > summary").press("Enter");
    await page.getByRole("checkbox", { name: /Meridian Bank/ }).press("Space");
    await page.getByText("share, in every combination").waitFor();
    await page.locator("#part-lists[open]").waitFor();
    await page.getByRole("checkbox", { name: /Volt Electronics/ }).press("Space");
    await page.getByText("Permitted, once approved").waitFor();
    await page.getByRole("checkbox", { name: /Harbour Yachts/ }).press("Space");
    await page.locator("#part-lists > summary", { hasNotText: "Harbour" }).waitFor();
    await page.getByRole("button", { name: "Ask for approval" }).press("Enter");
    await page.waitForURL(/\/console\/home#waiting/);
    await page.getByText("People whom Meridian Bank, Sunline Holidays and Volt Electronics share").waitFor();

    const officer = await sit(browser, (await invite(world.volt, "compliance")).link, { ...WIDE, colorScheme: "dark" });
    const inbox = officer.page;
    await inbox.locator(".card").nth(1).waitFor();
    for (const key of ["j", "j", "a"]) await inbox.keyboard.press(key);
    await inbox.keyboard.press("Enter");
    await inbox.getByText("Approved and answered").waitFor();
    for (const key of ["j", "d"]) await inbox.keyboard.press(key);
    await inbox.keyboard.type("not before the merger");
    await inbox.keyboard.press("Tab");
    await inbox.keyboard.press("Tab");
    await inbox.keyboard.press("Enter");
    await inbox.getByText("Denied. The asker sees your reason.").waitFor();
    await inbox.getByRole("link", { name: "Who learned what" }).click();
    await inbox.locator("tbody tr").first().getByRole("link").last().click();
    await inbox.getByText("Ada Lindqvist, Volt Electronics").waitFor();

    await page.goto(`${world.origin}/console/home`);
    await page.getByRole("link", { name: /^People whom Meridian Bank, Sunline Holidays and Volt/ }).click();
    await page.locator(".picture svg circle.circle").nth(2).waitFor();
    expect(await page.locator(".regions tbody tr").count()).toBe(7);
    for (const sitting of [marketer, officer]) await quiet(world.origin, sitting, [LEFT_BEHIND]);
  });

  test("somebody signs in with an account, is told when the session is over, and is back by one click", async () => {
    const provider = await openProvider([`${world.origin}/console/returned`]);
    const json = { issuer: provider.issuer, ...CLIENT };
    await call(world.meridian, "PUT /v1/sign-in-provider", { json });
    provider.signsIn("subject of the browser's own");
    for (const colorScheme of ["light", "dark"] as const) {
      const { link } = await invite(world.meridian, "admin", `Grace ${colorScheme}`);
      const context = await browser.newContext({ viewport: WIDE, colorScheme });
      const page = await context.newPage();
      const sites = new Set<string>();
      page.on("request", (request) => sites.add(new URL(request.url()).origin));
      await page.goto(link);
      expect(["sign-in", await violations(page)]).toEqual(["sign-in", []]);
      if (colorScheme === "dark") provider.signsIn("subject of another");
      await page.getByRole("button", { name: /^Sign in with your account at/ }).press("Enter");
      await page.waitForURL(/\/console\/home/);
      await page.locator(".who").getByText(`Grace ${colorScheme}`).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("You are not signed in").waitFor();
      expect(["signed-out", await violations(page)]).toEqual(["signed-out", []]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await overhang(page)).toBe(0);
      await page.getByRole("button", { name: /^Sign in with your account at/ }).press("Enter");
      await page.waitForURL(/\/console\/home/);
      await page.goto(`${world.origin}/console/people`);
      expect(["people", await violations(page), await overhang(page)]).toEqual(["people", [], 0]);
      await page.goto((await page.getByText("/console/account/").textContent()) ?? "");
      expect(["account", await violations(page), await overhang(page)]).toEqual(["account", [], 0]);
      expect([...sites].sort()).toEqual([world.origin, provider.issuer].sort());
      await context.close();
    }
    await provider.close();
  });

  test("axe finds nothing on any page, light and dark; none overhangs a telephone or leaves the origin", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const admin = await sit(browser, (await invite(world.sunline, "admin")).link, { ...WIDE, colorScheme });
      for (const place of placesOf(world, world.sunline)) await judge(admin, place, colorScheme);
      const operator = await sit(browser, (await invite(world.operator, "operator")).link, { ...WIDE, colorScheme });
      for (const place of ROOM_PLACES) await judge(operator, place, colorScheme);
      for (const sitting of [admin, operator]) await quiet(world.origin, sitting, [/404/]);
    }
  }, 150_000);

  test("tells times in the reader's zone, and works without its script", async () => {
    const { link } = await invite(world.sunline, "marketer");
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: WIDE });
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole("button", { name: /^Sign in/ }).click();
    expect(await page.locator("time").first().textContent()).toMatch(/UTC$/);
    await page.getByRole("link", { name: "Explore", exact: true }).click();
    await page.getByLabel("Purpose").selectOption("activation");
    await page.getByRole("button", { name: "Show what this would tell" }).click();
    await page.getByText("Not permitted").waitFor();
    await context.close();
  });
});

async function judge({ page }: Sitting, { name, address }: ConsolePlace, colorScheme: string): Promise<void> {
  await page.setViewportSize(WIDE);
  await page.goto(world.origin + address);
  expect([name, colorScheme, await violations(page)]).toEqual([name, colorScheme, []]);
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1_920, height: 1_080 },
  ]) {
    await page.setViewportSize(viewport);
    expect([name, viewport.width, await overhang(page)]).toEqual([name, viewport.width, 0]);
  }
}
