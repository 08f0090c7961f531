// A compliance officer's pages in a real browser: the log is verified there, and a room that lies is found out,
// whatever it serves. Companies have names that no page may take for markup.

import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { verifyEvidence } from "../client/verify-evidence.ts";
import { compareNotes, parseEvidence } from "../client/witness.ts";
import { parseLogKey } from "../crypto/log-key.ts";
import { signNote } from "../crypto/signed-note.ts";
import { formatCheckpoint } from "../domain/audit/checkpoint.ts";
import { utf8 } from "../domain/bytes.ts";
import { chromiumPath, openBrowser, sit } from "../testing/console/browser.ts";
import { faultsOf, quiet } from "../testing/console/page-checks.ts";
import { type ConsoleWorld, invite, openConsoleWorld, policyOf } from "../testing/console/world.ts";
import { emailDigest } from "../testing/journeys/lists.ts";
import { call, putPolicy } from "../testing/journeys/world.ts";
import { readRoomKeys } from "../testing/room-keys.ts";

const LOOK = { width: 1_280, height: 900, colorScheme: "light" } as const;
const NAMES = { sunline: "Sunline <script>alert(1)</script>", harbour: `Harbour "><img src=x>`, person: "Ada" };
const path = chromiumPath();
if (path === null) console.warn("\n\n  SKIPPED: an officer's pages, as there is no Chromium (CHROMIUM)\n\n");

let world: ConsoleWorld;
let browser: Browser;
beforeAll(async () => {
  if (path === null) return;
  [world, browser] = await Promise.all([openConsoleWorld(NAMES), openBrowser(path)]);
});
afterAll(async () => {
  if (path === null) return;
  await browser.close();
  await world.room.discard();
});

/** What the page says at a step, once it has concluded. */
const said = (page: Page, step: string) => page.locator(`[data-step="${step}"] .says`).textContent();
const concluded = (page: Page) => page.locator(".outcome", { hasText: "log" }).waitFor();

async function verifyAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Verify again" }).press("Enter");
  await concluded(page);
}

// Serves another answer than the room's at an address, once the page asks again.
async function lieAt(page: Page, place: string, bent: (body: Buffer) => Buffer | string): Promise<void> {
  await page.context().unrouteAll();
  await page.context().route(`**/console/log/verify/${place}*`, async (route: Route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: bent(await response.body()) });
  });
  await verifyAgain(page);
}

describe.skipIf(path === null)("an officer in a browser", () => {
  test("finds a release under who learned what, and verifies the log it stands in and its receipt", async () => {
    const officer = await sit(browser, (await invite(world.harbour, "compliance")).link, LOOK);
    const { page } = officer;
    await page.getByRole("link", { name: "Who learned what" }).press("Enter");
    await page.locator("tbody tr", { hasText: NAMES.sunline }).first().getByRole("link").last().press("Enter");
    await page.getByText("got an answer").waitFor();
    await page.getByRole("link", { name: "Log", exact: true }).press("Enter");
    await page.getByRole("link", { name: "Verify in this browser" }).press("Enter");
    await concluded(page);
    expect(await said(page, "grown")).toMatch(/no earlier checkpoint/);
    expect(await said(page, "root")).toMatch(/^Recomputed over all \d+ entries: [0-9a-f]{8}, as signed\.$/);
    await invite(world.sunline, "marketer");
    await verifyAgain(page);
    expect(await said(page, "grown")).toMatch(
      /^Consistent with the checkpoint of \d+ entries that this browser saw on/,
    );
    const { text } = await call(world.sunline, `GET /v1/releases/${world.answers.two}`);
    await page.getByLabel("Receipt or answer").fill(text);
    await page.getByRole("button", { name: "Verify the receipt" }).press("Enter");
    await page.getByText(/The receipt and its answer hold: entry \d+ stands in the log/).waitFor();
    await page.getByLabel("Receipt or answer").fill(text.replace(/"released":\d/, '"released":9'));
    await page.getByRole("button", { name: "Verify the receipt" }).press("Enter");
    await page.getByText("The answer is not the one that was released").waitFor();
    expect(["receipt", await faultsOf(page)]).toEqual(["receipt", []]);
    await quiet(world.origin, officer);
  });

  test("is told at which step a room lies: an entry, a leaf, another root, two histories", async () => {
    const officer = await sit(browser, (await invite(world.sunline, "compliance")).link, LOOK);
    const { page } = officer;
    await page.goto(`${world.origin}/console/log/verify`);
    await concluded(page);
    await lieAt(page, "entries", (body) => body.toString("utf8").replace(/(salt\\":\\")./, "$1x"));
    expect(await said(page, "entries")).toMatch(/^Entry \d+: the entry is refused/);
    await page.getByText("This log does not hold.").waitFor();
    expect(["a lie", await faultsOf(page)]).toEqual(["a lie", []]);
    await lieAt(page, "leaves", (body) => Buffer.from(body.map((byte, at) => (at === 40 ? byte ^ 1 : byte))));
    expect(await said(page, "root")).toMatch(/^Over all \d+ entries the root is [0-9a-f]{8}, and the checkpoint says/);
    await lieAt(page, "entries", (body) => body.toString("utf8").replace(/(\\n\d+\\n)[^\\]{8}/, "$1AAAAAAAA"));
    expect(await said(page, "signed")).toMatch(/signature does not verify/);

    await page.context().unrouteAll();
    await verifyAgain(page);
    await page.getByText("The log holds.").waitFor();
    const name = `concordat log ${await page.locator(".verify").getAttribute("data-log")}`;
    const kept: string = await page.evaluate((key) => Reflect.get(globalThis, "localStorage").getItem(key), name);
    const memory: { key: string; checkpoint: string; at: number } = JSON.parse(kept);
    const [origin = "", size = ""] = memory.checkpoint.split("\n");
    const forged = formatCheckpoint({ origin, size: Number(size), root: new Uint8Array(32) });
    const signer = { name: origin, key: (await readRoomKeys(world.room.directory)).log };
    const bent = JSON.stringify({ ...memory, checkpoint: signNote(forged, [signer]) });
    await page.evaluate(([key, text]) => Reflect.get(globalThis, "localStorage").setItem(key, text), [name, bent]);
    await verifyAgain(page);
    expect(await said(page, "grown")).toMatch(/^The room has signed two histories/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Keep the evidence" }).press("Enter"),
    ]);
    const evidence = parseEvidence(await streamText(await download.createReadStream()));
    const key = parseLogKey(memory.key);
    if (!evidence.ok || !key.ok) throw new Error("no evidence");
    const pair = [evidence.value.kept, evidence.value.shown] as const;
    expect(compareNotes(key.value, pair, null)).toMatchObject({ ok: true, value: { kind: "two-roots" } });
    await quiet(world.origin, officer);
  });
});

describe.skipIf(path === null)("an officer's other pages", () => {
  test("lead from what a partner could learn to the clause, and from version to version of the policy", async () => {
    await putPolicy(world.volt, { ...policyOf(world.volt.id, ["overlap"], 60), version: 2 });
    const officer = await sit(browser, (await invite(world.volt, "compliance")).link, LOOK);
    const { page } = officer;
    await page.getByRole("link", { name: "Policy", exact: true }).press("Enter");
    await page.getByRole("link", { name: "What others could learn" }).press("Enter");
    const row = page.locator("tr", { hasText: NAMES.sunline });
    expect(await row.locator("td").allTextContents()).toEqual(["ask", "group", "filter, group"]);
    await row.getByRole("link", { name: "filter" }).press("Enter");
    await page.waitForURL(/policy#grants-0$/);
    await page.getByRole("heading", { name: "Rule “campaigns”" }).waitFor();
    await page.getByLabel("Against").selectOption({ label: "version 1" });
    await page.getByRole("button", { name: "Show" }).press("Enter");
    await page.getByText("Tighter: it permits less than before, and nothing more.").waitFor();
    await page.getByText("People behind any figure: at least 40 → at least 60 (tighter)").waitFor();
    expect(["versions", await faultsOf(page)]).toEqual(["versions", []]);
    await quiet(world.origin, officer);
  });

  test("use people's rights by hashes alone: what is typed never leaves the browser", async () => {
    await call(world.sunline, `GET /v1/releases/${world.lists.ready}/rows`);
    const officer = await sit(browser, (await invite(world.meridian, "compliance")).link, LOOK);
    const { page } = officer;
    const sent: string[] = [];
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
    await page.getByRole("link", { name: "Rights" }).press("Enter");
    await page.getByRole("button", { name: "Look the person up" }).press("Enter");
    await page.getByText("Say by what the person is known.").waitFor();
    await page.getByLabel("Telephone number").fill("12");
    await page.getByRole("button", { name: "Look the person up" }).press("Enter");
    await page.getByText(/Telephone number cannot be read: it is/).waitFor();
    await page.getByLabel("Telephone number").fill("");
    await page.getByLabel("E-mail address").fill(" Person1400@Mail.example ");
    await page.getByRole("button", { name: "Look the person up" }).press("Enter");
    await page.getByRole("rowheader", { name: "m1400" }).first().waitFor();
    await page.getByText("The person goes from 2 versions of your lists for good").waitFor();
    await page.getByLabel("Purpose, such as insight").fill("insight");
    await page.getByRole("button", { name: "Object" }).press("Enter");
    await page.getByText("The person objects from now on: to insight.").waitFor();
    expect(["objection", await faultsOf(page)]).toEqual(["objection", []]);
    await page.getByRole("link", { name: "Back to rights" }).press("Enter");
    await page.getByLabel("E-mail address").fill("person1400@mail.example");
    await page.getByRole("button", { name: "Look the person up" }).press("Enter");
    await page.getByText("The person objects: to insight.").waitFor();
    expect(["looked up", await faultsOf(page)]).toEqual(["looked up", []]);
    await page.getByRole("button", { name: "Erase this person" }).press("Enter");
    await page.getByText("The person is erased, and kept out of all that you upload.").waitFor();
    expect(["erasure", await faultsOf(page)]).toEqual(["erasure", []]);
    expect(await page.locator("tbody td.number").allTextContents()).toEqual(["1", "2"]);
    await page.getByRole("link", { name: "Back to rights" }).press("Enter");
    await page.getByRole("link", { name: "You erased people." }).waitFor();
    expect(sent.some((text) => text.includes(emailDigest(1400)))).toBe(true);
    expect(sent.filter((text) => /person1400/i.test(text))).toEqual([]);
    await quiet(world.origin, officer);

    const holder = await sit(browser, (await invite(world.sunline, "compliance")).link, LOOK);
    await holder.page.getByRole("link", { name: "Rights" }).press("Enter");
    await holder.page.getByRole("button", { name: "Fetch notices" }).press("Enter");
    await holder.page.getByText("s1400", { exact: true }).waitFor();
    expect(["notices", await faultsOf(holder.page)]).toEqual(["notices", []]);
    await quiet(world.origin, holder);
  });

  test("give evidence as a file that verifies, on the record with who asked for it", async () => {
    const officer = await sit(browser, (await invite(world.harbour, "compliance")).link, LOOK);
    const { page } = officer;
    await page.getByRole("link", { name: "Evidence" }).press("Enter");
    await page.getByLabel("About").selectOption({ label: "summer campaign, v1" });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).press("Enter"),
    ]);
    expect(download.suggestedFilename()).toMatch(/^concordat-log-\d{4}-\d\d-\d\d\.html$/);
    const text = await streamText(await download.createReadStream());
    const key = await fetch(`${world.origin}/.well-known/jwks.json`).then((reply) => reply.json());
    const room = parseLogKey(z.looseObject({ checkpointKey: z.string() }).parse(key).checkpointKey);
    if (!room.ok) throw new Error("no key");
    expect(verifyEvidence(utf8(text), { room: room.value, witnesses: [], earlier: null })).toMatchObject({ ok: true });
    await page.getByRole("link", { name: "Log", exact: true }).press("Enter");
    await page.getByRole("row", { name: /Ada Lindqvist, Harbour.*exported the log/ }).waitFor();
    await page.getByRole("link", { name: "Evidence" }).press("Enter");
    const reading = await officer.context.newPage();
    await reading.setContent(text);
    expect(["log", await faultsOf(reading)]).toEqual(["log", []]);
    for (const name of [/^Record of processing/, /^Facts for an impact assessment/]) {
      const coming = page.waitForEvent("download");
      await page.getByRole("button", { name }).press("Enter");
      await reading.setContent(await streamText(await (await coming).createReadStream()));
      expect([name, await faultsOf(reading)]).toEqual([name, []]);
    }
    await page.getByRole("button", { name: "Evidence for a breach (art. 33)" }).press("Enter");
    await page.getByText("a breach has a first and a last day").waitFor();
    expect(["refused", await faultsOf(page)]).toEqual(["refused", []]);
    await quiet(world.origin, officer, [/40\d|422/]);
  });

  test("show the log as it grows, by what the address asks for", async () => {
    const officer = await sit(browser, (await invite(world.sunline, "compliance")).link, LOOK);
    const { page } = officer;
    await page.getByRole("link", { name: "Log", exact: true }).press("Enter");
    await page.getByText("Live: new entries appear by themselves.").waitFor();
    await page.getByLabel(/^Find a company/).fill("sign-in LINK");
    await page.getByRole("button", { name: "Find" }).press("Enter");
    await page.waitForURL(/search=sign-in\+LINK/);
    await page.getByText("Live: new entries appear by themselves.").waitFor();
    const rows = page.locator("main tbody tr");
    const before = await rows.count();
    await invite(world.sunline, "marketer");
    await page.getByText(/^Live: the log has \d+ entries\.$/).waitFor();
    await rows.nth(before).waitFor();
    expect(await page.getByLabel(/^Find a company/).inputValue()).toBe("sign-in LINK");
    expect(await page.locator("main time").first().getAttribute("title")).toMatch(/UTC$/);
    expect(["log", await faultsOf(page)]).toEqual(["log", []]);
    for (const text of await rows.allTextContents()) expect(text).toContain("gave a person a sign-in link");
    await quiet(world.origin, officer);
  });

  test("show budgets with their ledger, ends, keys, and what a list told on a day", async () => {
    const officer = await sit(browser, (await invite(world.harbour, "compliance")).link, LOOK);
    const { page } = officer;
    await page.getByRole("link", { name: "Budgets" }).press("Enter");
    await page.getByLabel("Recipient").selectOption({ label: NAMES.sunline });
    await page.getByRole("button", { name: "Show" }).press("Enter");
    await page.getByRole("img", { name: /% left now$/ }).waitFor();
    expect(["budget", await faultsOf(page)]).toEqual(["budget", []]);
    expect(await page.locator("main tbody tr").count()).toBe(5);
    await page.getByRole("link", { name: "Retention" }).press("Enter");
    await page.getByText("Version 1 of the list “customers”, 900 people").waitFor();
    await page.getByRole("link", { name: "Keys" }).press("Enter");
    await page.getByText("by the operator's code").waitFor();
    const learned = `${world.origin}/console/learned?list=harbour-yachts%2Fcustomers`;
    const today = new Date().toISOString().slice(0, 10);
    await page.goto(`${learned}&from=${today}`);
    expect(await page.locator("main tbody tr").count()).toBe(5);
    await page.goto(`${learned}&until=2020-01-01`);
    await page.getByText("Nobody has been told anything about your people that fits this.").waitFor();
    await quiet(world.origin, officer);
  });
});

async function streamText(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece.toString("utf8");
  return text;
}
