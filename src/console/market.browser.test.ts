// A marketer's day: lists of people over real HTTP, and in a real browser from the first page to a downloaded audience,
// with a compliance officer's approval in between, by keyboard alone.

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeEntry } from "../domain/audit/entry.ts";
import { chromiumPath, openBrowser, type Sitting, sit } from "../testing/console/browser.ts";
import { visitorBy } from "../testing/console/visitor.ts";
import { type ConsoleWorld, invite, openConsoleWorld } from "../testing/console/world.ts";
import { ask, overlapOf } from "../testing/journeys/world.ts";

const WIDE = { width: 1_280, height: 900, colorScheme: "light" } as const;
const path = chromiumPath();
if (path === null) console.warn("SKIPPED: a marketer's pages are not tested in a browser, as there is none (CHROMIUM)");
let world: ConsoleWorld;
let browser: Browser | null;
beforeAll(async () => {
  [world, browser] = await Promise.all([openConsoleWorld(), path === null ? null : openBrowser(path)]);
});
afterAll(async () => {
  await browser?.close();
  await world.room.discard();
});

async function sitAs(link: string): Promise<Sitting> {
  if (browser === null) throw new Error("there is no browser");
  return sit(browser, link, WIDE);
}

describe("lists of people", () => {
  test("are asked for by a form; what is refused comes back with what was chosen, in the problem's words", async () => {
    const visitor = await visitorBy(await invite(world.sunline, "marketer"));
    const among = `${world.harbour.id}/customers|region|north`;
    const fields = { contract: world.contracts.pair, kind: "suppression", among };
    const refused = await visitor.post("/console/audiences/new", fields);
    expect(refused.status).toBe(403);
    expect(refused.text).toMatch(/role="alert".*Next:/s);
    expect(refused.text).toMatch(/<option value="suppression" selected/);
    expect(refused.text).toContain(`value="${among}" checked`);
    const gone = await visitor.post("/console/audiences/new", { ...fields, contract: "0".repeat(64) });
    expect([gone.status, gone.text.includes('role="alert"')]).toEqual([403, true]);
  });

  test("say how likely they are by what was answered and paid before, and by nothing else", async () => {
    const visitor = await visitorBy(await invite(world.sunline, "marketer"));
    const whole = `/console/audiences/new?contract=${world.contracts.pair}`;
    const address = (tier: string) => `${whole}&among=${world.sunline.id}/customers|tier|${tier}`;
    expect((await visitor.get(whole)).text).toContain("Likely to reach the minimum");
    expect((await visitor.get(address("gold"))).text).toContain("It cannot be said yet");
    const where = [{ dataset: `${world.sunline.id}/customers`, attribute: "tier", in: ["gold"] }];
    await ask(world.sunline, overlapOf(world.contracts.pair, [world.sunline, world.harbour], { where }));
    expect((await visitor.get(address("gold"))).text).toContain("Likely to reach the minimum");
    expect((await visitor.get(address("silver"))).text).toContain("It cannot be said yet");
  });

  test("are another company's business in nothing: neither read, nor downloaded, nor taken back", async () => {
    const other = await visitorBy(await invite(world.meridian, "admin"));
    const { ready, waiting } = world.lists;
    expect((await other.get(`/console/audiences/${ready}`)).status).toBe(404);
    expect((await other.post(`/console/audiences/${ready}/rows`)).status).toBe(404);
    expect((await other.get(`/console/audiences/requests/${waiting}`)).status).toBe(404);
    expect((await other.post(`/console/audiences/requests/${waiting}`)).status).toBe(403);
    expect((await other.get("/console/audiences")).text).not.toContain(ready);
  });

  test("leave as a file with an entry of the log that names the person by a commitment", async () => {
    const visitor = await visitorBy(await invite(world.sunline, "marketer"));
    const reply = await visitor.post(`/console/audiences/${world.lists.ready}/rows`);
    expect(reply.headers.get("content-disposition")).toMatch(
      /^attachment; filename="audience-meridian-bank-until-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(reply.text.split("\r\n").slice(0, 1)).toEqual(["record"]);
    const act = { name: "look", parties: [world.sunline.id] };
    const [row] = await world.room.ports.store.read(act, (tx) => tx.log.entriesBefore(1_000_000, 1));
    const entry = decodeEntry(row?.entry ?? "");
    expect(entry.ok && entry.value).toMatchObject({
      act: "release-collected",
      actor: { partner: world.sunline.id, person: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect((await visitor.post(`/console/audiences/${world.lists.withheld}/rows`)).status).toBe(404);
    expect((await visitor.get(`/console/audiences/${world.lists.ready}`)).text).toContain("last downloaded");
  });
});

describe.skipIf(path === null)("in a browser", () => {
  test("a marketer goes from the first page to a downloaded audience that an officer approved", async () => {
    const marketer = await sitAs((await invite(world.sunline, "marketer")).link);
    const { page } = marketer;
    await page.getByRole("link", { name: "Audiences", exact: true }).press("Enter");
    await page.getByRole("link", { name: "Build an audience" }).press("Enter");
    await page.getByLabel("Contract").selectOption({ label: "summer campaign, v1" });
    await page.waitForURL(/contract=/);
    await page.getByText("Likely to reach the minimum").waitFor();
    await page.locator("summary", { hasText: "any tier at Sunline Holidays" }).press("Enter");
    await page.getByRole("checkbox", { name: "gold" }).first().press("Space");
    await page.getByText("“tier” at Sunline Holidays is gold").first().waitFor();
    await page.getByRole("button", { name: "Ask for approval" }).press("Enter");
    await page.getByText("Waits for Harbour Yachts").waitFor();

    const officer = await sitAs((await invite(world.harbour, "compliance")).link);
    const card = officer.page.locator(".card", { hasText: "is gold" });
    await card.getByRole("button", { name: "Approve" }).press("Enter");
    await officer.page.getByText("Approved and answered").waitFor();

    await page.reload();
    await page.waitForURL(/\/console\/audiences\/rel_/);
    const started = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the list" }).press("Enter");
    const download = await started;
    expect(download.suggestedFilename()).toMatch(/^audience-harbour-yachts-until-.*\.csv$/);
    const lines = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\r\n");
    expect(lines[0]).toBe("record");
    // Two hundred of the six hundred people whom the two share are gold.
    expect(lines.slice(1).sort()).toEqual(Array.from({ length: 200 }, (_, at) => `s${902 + 3 * at}`).sort());
    for (const { context, errors, requests } of [marketer, officer]) {
      expect(errors.filter((error) => !error.startsWith("htmx:"))).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(`${world.origin}/`))).toEqual([]);
      await context.close();
    }
  });
});
