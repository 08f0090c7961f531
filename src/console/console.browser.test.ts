// The console in a real browser: people come in by their links, ask, approve and look it up; every page is held against
// axe-core, light and dark, against the width of a telephone, and against the rule that nothing leaves the origin.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, openBrowser, sit } from "../testing/console/browser.ts";
import { CLIENT, openProvider } from "../testing/console/identity-provider.ts";
import { faultsOf, quiet, TELEPHONE } from "../testing/console/page-checks.ts";
import { placesOf, ROOM_PLACES } from "../testing/console/places.ts";
import { type ConsoleWorld, invite, openConsoleWorld } from "../testing/console/world.ts";
import { call } from "../testing/journeys/world.ts";

/** How htmx tells that a label was on its way when its page was left. */
const LEFT_BEHIND = /^htmx:(?:sendAbort|afterRequest), /;
const WIDE = { width: 1_280, height: 900 };
const LOOK = { ...WIDE, colorScheme: "light" } as const;
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
    const marketer = await sit(browser, (await invite(world.sunline, "marketer")).link, LOOK);
    const { page } = marketer;
    await page.getByRole("link", { name: "Explore", exact: true }).press("Enter");
    await page.getByLabel("Contract").selectOption({ label: "four houses, v1" });
    await page.waitForURL(/contract=/);
    await page.locator("#part-lists > summary").press("Enter");
    await page.getByRole("checkbox", { name: /Meridian Bank/ }).press("Space");
    await page.getByText("share, in every combination").waitFor();
    await page.locator("#part-lists[open]").waitFor();
    expect(["menu", await faultsOf(page)]).toEqual(["menu", []]);
    await page.getByRole("checkbox", { name: /Volt Electronics/ }).press("Space");
    await page.getByText("Permitted, once approved").waitFor();
    await page.getByRole("checkbox", { name: /Harbour Yachts/ }).press("Space");
    await page.locator("#part-lists > summary", { hasNotText: "Harbour" }).waitFor();
    await page.getByRole("button", { name: "Ask for approval" }).press("Enter");
    await page.waitForURL(/\/console\/home#waiting/);
    await page.getByText("People whom Meridian Bank, Sunline Holidays and Volt Electronics share").waitFor();

    const officer = await sit(browser, (await invite(world.volt, "compliance")).link, LOOK);
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
    expect(["inbox", await faultsOf(inbox)]).toEqual(["inbox", []]);
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
    for (const name of ["Grace", "Edith"]) {
      const { link } = await invite(world.meridian, "admin", name);
      const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce" });
      const page = await context.newPage();
      const sites = new Set<string>();
      page.on("request", (request) => sites.add(new URL(request.url()).origin));
      await page.goto(link);
      expect(["sign-in", await faultsOf(page)]).toEqual(["sign-in", []]);
      if (name === "Edith") provider.signsIn("subject of another");
      await page.getByRole("button", { name: /^Sign in with your account at/ }).press("Enter");
      await page.waitForURL(/\/console\/home/);
      await page.locator(".who").getByText(name).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("You are not signed in").waitFor();
      expect(["signed-out", await faultsOf(page)]).toEqual(["signed-out", []]);
      await page.setViewportSize(TELEPHONE);
      await page.getByRole("button", { name: /^Sign in with your account at/ }).press("Enter");
      await page.waitForURL(/\/console\/home/);
      await page.goto(`${world.origin}/console/people`);
      expect(["people", await faultsOf(page)]).toEqual(["people", []]);
      await page.goto((await page.getByText("/console/account/").textContent()) ?? "");
      expect(["account", await faultsOf(page)]).toEqual(["account", []]);
      expect([...sites].sort()).toEqual([world.origin, provider.issuer].sort());
      await context.close();
    }
    await provider.close();
  });

  test("axe finds nothing on any page, light and dark; none overhangs a telephone or leaves the origin", async () => {
    const admin = await sit(browser, (await invite(world.sunline, "admin")).link, LOOK);
    const operator = await sit(browser, (await invite(world.operator, "operator")).link, LOOK);
    for (const [{ page }, places] of [
      [admin, placesOf(world, world.sunline)],
      [operator, ROOM_PLACES],
    ] as const) {
      for (const { name, address } of places) {
        await page.goto(world.origin + address);
        expect([name, await faultsOf(page)]).toEqual([name, []]);
      }
    }
    for (const sitting of [admin, operator]) await quiet(world.origin, sitting, [/404/]);
  });

  test("what is handed over once stands on a page as good as any, and so does what was refused", async () => {
    const operator = await sit(browser, (await invite(world.operator, "operator")).link, LOOK);
    const { page } = operator;
    const bringIn = async (id: string) => {
      for (const [label, text] of [
        ["Name", "Lighthouse Insurance"],
        ["Short name", id],
        ["Industry", "insurance"],
        ["Contact", "Wilma Roth"],
        ["Contact's e-mail", "wilma@lighthouse.example"],
      ] as const)
        await page.getByLabel(label, { exact: true }).fill(text);
      await page.getByRole("button", { name: "Make an enrolment code" }).press("Enter");
    };
    await bringIn("Light House");
    await page
      .getByRole("alert")
      .getByText(/^Short name: /)
      .waitFor();
    expect(["refused", await faultsOf(page)]).toEqual(["refused", []]);
    await bringIn("lighthouse-insurance");
    await page.getByText(/^concordat enrol /).waitFor();
    expect(["code", await faultsOf(page)]).toEqual(["code", []]);
    await page.getByRole("button", { name: "End code of Lighthouse Insurance" }).press("Enter");
    await page.getByText("no key, and no code").waitFor();
    expect(["ended", await faultsOf(page)]).toEqual(["ended", []]);
    await quiet(world.origin, operator, [/422/]);

    const admin = await sit(browser, (await invite(world.sunline, "admin")).link, LOOK);
    await admin.page.goto(`${world.origin}/console/people`);
    await admin.page.getByLabel("Name", { exact: true }).fill("Bert Oduya");
    await admin.page.getByRole("button", { name: "Make a sign-in link" }).press("Enter");
    const link = (await admin.page.getByText("/console/sign-in/").textContent()) ?? "";
    expect(["link", await faultsOf(admin.page)]).toEqual(["link", []]);
    await admin.page.setViewportSize(TELEPHONE);
    await admin.page.getByRole("button", { name: "Places" }).press("Enter");
    await admin.page.getByRole("link", { name: "Explore", exact: true }).waitFor();
    expect(["places", await faultsOf(admin.page)]).toEqual(["places", []]);
    await quiet(world.origin, admin);
    const bert = await sit(browser, link, LOOK);
    await bert.page.goto(link);
    await bert.page.getByRole("heading", { level: 1 }).waitFor();
    expect(["used up", await faultsOf(bert.page)]).toEqual(["used up", []]);
    await quiet(world.origin, bert, [/40\d|410/]);
  });

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
