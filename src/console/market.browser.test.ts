// A marketer's day: lists of people over real HTTP, and in a real browser from the first page to a downloaded audience,
// with a compliance officer's approval in between, by keyboard alone.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeEntry } from "../domain/audit/entry.ts";
import { textDigest, utf8 } from "../domain/bytes.ts";
import type { Role } from "../domain/person/person.ts";
import { chromiumPath, openBrowser, type Sitting, sit } from "../testing/console/browser.ts";
import { formFields } from "../testing/console/form-fields.ts";
import { faultsOf } from "../testing/console/page-checks.ts";
import { RAW, rawList, sentBy } from "../testing/console/raw-list.ts";
import { sendBytes, visitorBy } from "../testing/console/visitor.ts";
import { type ConsoleWorld, invite, openConsoleWorld, policyOf } from "../testing/console/world.ts";
import { csvOf, people } from "../testing/journeys/lists.ts";
import { agree, ask, call, contractJson, overlapOf, putPolicy, read } from "../testing/journeys/world.ts";
import { contractReplySchema } from "../wire/api/contract.ts";

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

async function seated(role: Role, member = world.sunline) {
  return visitorBy(await invite(member, role));
}

async function lastEntry() {
  const act = { name: "look", parties: [world.sunline.id] };
  const [row] = await world.room.ports.store.read(act, (tx) => tx.log.entriesBefore(1_000_000, 1));
  const entry = decodeEntry(row?.entry ?? "");
  return entry.ok ? entry.value : null;
}

// A form counts in days what a document may say in months.
function inDays(document: unknown): object {
  return JSON.parse(JSON.stringify(document).replaceAll('"P3M"', '"P90D"'));
}

async function sitAs(link: string): Promise<Sitting> {
  if (browser === null) throw new Error("there is no browser");
  return sit(browser, link, WIDE);
}

// As a person drops one from a folder: a file that the page's own field has not seen.
async function dropFile(page: Page, file: string): Promise<void> {
  await page.evaluate(
    "document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'desk' }))",
  );
  await page.locator("#desk").setInputFiles(file);
  await page.evaluate(`{
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(document.querySelector("#desk").files[0]);
    document.querySelector("#desk").remove();
    document.querySelector(".drop-zone").dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
  }`);
}

describe("figures", () => {
  test.each([
    [
      "an affinity",
      "analysis=affinity&axis=meridian-bank/customers|region",
      /stand out.*Segments by region at Meridian/s,
    ],
    ["a trend", "analysis=trend", /How has the number changed.*answer by answer, the oldest first/s],
    ["a cross-tab", "analysis=crosstab&axis=sunline-holidays/customers|region", /By groups, how many people/],
  ])(
    "of %s are asked for at an address, which then shows the answer and its entry for nothing",
    async (_, asked, says) => {
      const visitor = await visitorBy(await invite(world.sunline, "admin"));
      const list = ["sunline-holidays", "meridian-bank"].map((one) => `list=${one}/customers`).join("&");
      const address = `/console/explore?contract=${world.contracts.three}&purpose=insight&${list}&${asked}`;
      const { text } = await visitor.get(address);
      expect(text).toContain("Ask, and spend 2");
      expect(text).toMatch(/Each count lies within ± \d+/);
      const [form = ""] = /<form[^>]*class="ask".*?<\/form>/s.exec(text) ?? [];
      const fields = new URLSearchParams();
      for (const [, name = "", value = ""] of form.matchAll(/name="(\w+)" value="([^"]*)"/g))
        fields.append(name, value);
      const given = await visitor.post("/console/explore", fields);
      expect(given.headers.get("location")).toMatch(/^\/console\/answers\/rel_/);
      const again = (await visitor.get(address)).text;
      expect(again).toContain("Seeing it again costs nothing.");
      expect(again).toMatch(/<a href="\/console\/log\/\d+">log entry/);
      expect(again).not.toContain("Ask, and spend");
      expect(again).toMatch(says);
      const answer = (await visitor.get(given.headers.get("location") ?? "")).text;
      expect(answer).toContain(`&amp;analysis=${/analysis=(\w+)/.exec(asked)?.[1]}`);
    },
  );

  test("are offered as contract and policies permit them; the rest is shut, with its clause", async () => {
    const members = [world.sunline, world.harbour, world.meridian];
    const text = JSON.stringify({ ...policyOf(world.meridian.id, []), version: 2 });
    await putPolicy(world.meridian, JSON.parse(text.replace(`"tier":["filter","group"]`, `"tier":["filter"]`)));
    const ways = { purposes: ["insight"], recipients: [world.sunline.id], identifiers: ["email"], channels: [] };
    const analyses = ["overlap", "affinity", "crosstab"].map((analysis) => ({ analysis, ...ways }));
    const whole = JSON.stringify(contractJson(members, { name: "shut-parts", analyses }));
    const json = JSON.parse(whole.replace(`"uses":["filter","group"]`, `"uses":["filter"]`));
    const contract = await agree(members, json);
    const visitor = await visitorBy(await invite(world.sunline, "marketer"));
    const shutAt = async (address: string) => {
      const page = await visitor.get(`/console/explore?contract=${contract}&${address}`);
      const shut = page.text.matchAll(
        /<label class="shut"><input[^>]*value="([^"]+)"[^>]*disabled.*?"clause">([^<]+)/g,
      );
      return [...shut].map(([, value, clause]) => `${value}: ${clause}`);
    };
    const trend = "trend: The contract does not let your company ask for them.";
    expect(await shutAt("")).toEqual([trend]);
    const group = "sunline-holidays/customers|tier: The contract lets nobody group people by it.";
    const policy = expect.stringMatching(/^meridian-bank\/customers\|tier: .*Meridian Bank/);
    const lists = members.map(({ id }) => `list=${id}/customers`).join("&");
    expect(await shutAt(`analysis=crosstab&${lists}`)).toEqual([trend, group, policy]);
    expect(await shutAt("analysis=affinity&whose=harbour-yachts/customers")).toEqual([trend, group, policy]);
  });
});

describe("a contract", () => {
  const offers = "/console/contracts/offers";
  const form = async (by: { get: (path: string) => Promise<{ text: string }> }, query: string) =>
    formFields((await by.get(`/console/contracts/new?${query}`)).text, "contract-form");
  const offered = async (location: string | null) => {
    const answer = await call(world.sunline, `GET /v1/contracts/${location?.split("/").at(-1)}`);
    return read(contractReplySchema, answer).document;
  };

  test("is offered as its form says it, by whoever may, and by no marketer", async () => {
    const [officer, marketer] = [await seated("compliance"), await seated("marketer")];
    const fields = await form(marketer, `like=${world.contracts.three}`);
    fields.set("name", "winter-campaign");
    expect((await marketer.post(offers, fields)).status).toBe(403);
    const shown = await marketer.post("/console/contracts/new", fields);
    expect(shown.text).toMatch(
      /What it says.*A compliance officer or an admin.*“winter-campaign”, version 1, is between/s,
    );
    const location = (await officer.post(offers, fields)).headers.get("location");
    expect(await offered(location)).toEqual({
      ...inDays(await offered(world.contracts.three)),
      ...{ name: "winter-campaign" },
    });
    const page = (await officer.get(location ?? "")).text;
    expect(page).toContain(`concordat contract sign ${location?.split("/").at(-1)?.slice(0, 12)}`);
    expect((await officer.post(offers, fields)).text).toMatch(/role="alert".*offered before/s);
    const entry = await lastEntry();
    expect(entry).toMatchObject({ act: "contract-offered", actor: { partner: world.sunline.id } });
    expect(entry).toHaveProperty("actor.person", expect.stringMatching(/^[0-9a-f]{64}$/));
  });

  test("is amended by its next version alone, with what that changes beside the form", async () => {
    const officer = await seated("admin");
    const fields = await form(officer, `amends=${world.contracts.four}`);
    fields.set("terms.k", "55");
    fields.set("terms.minimumAudience", "55");
    fields.set("name", "another-name");
    const shown = (await officer.post("/console/contracts/new", fields)).text;
    expect(shown).toMatch(/What it changes against version 1.*Less may be learned.*No figure below 55 people/s);
    const reply = await officer.post(offers, fields);
    const document = await offered(reply.headers.get("location"));
    expect(document).toMatchObject({ name: "four-houses", version: 2, previous: world.contracts.four });
    const other = await visitorBy(await invite(world.operator, "operator"));
    expect((await other.get("/console/contracts/new")).status).toBe(403);
    const foreign = await seated("admin", world.volt);
    expect((await foreign.get(`/console/contracts/new?amends=${world.contracts.three}`)).status).toBe(404);
    fields.set("amends", world.contracts.three);
    expect((await foreign.post(offers, fields)).status).toBe(404);
  });

  test("that is not whole comes back as it was typed, with each fault at its field, and texts as texts", async () => {
    const officer = await seated("compliance");
    const fields = await form(officer, `like=${world.contracts.pair}`);
    const script = '"><script>alert(1)</script>';
    for (const name of ["name", "purposes", "terms.k", "list.0.attribute.0.values"]) fields.set(name, script);
    fields.append("contributor", script);
    const reply = await officer.post(offers, fields);
    expect(reply.status).toBe(422);
    expect(reply.text).toMatch(/role="alert".*People behind any figure: a whole number/s);
    expect(reply.text).toMatch(/aria-invalid="true" aria-describedby="terms.k-fault".*a whole number/s);
    expect(formFields(reply.text, "contract-form").get("terms.k")).toBe(script);
    expect(reply.text).not.toMatch(/<script>/);
    expect(Buffer.byteLength(reply.text)).toBeLessThan(60_000);
  });
});

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
    expect(await lastEntry()).toMatchObject({
      act: "release-collected",
      actor: { partner: world.sunline.id, person: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect((await visitor.post(`/console/audiences/${world.lists.withheld}/rows`)).status).toBe(404);
    expect((await visitor.get(`/console/audiences/${world.lists.ready}`)).text).toContain("last downloaded");
  });
});

test("a part of a list is believed by origin and token, each alone too little", async () => {
  const visitor = await visitorBy(await invite(world.sunline, "marketer"));
  const opened = await visitor.post("/console/lists/customers/uploads", { change: "replace" });
  const url = `${world.origin}/console/uploads/${JSON.parse(opened.text).id}/parts/1`;
  const bytes = utf8(csvOf(people(0, 3), "s"));
  for (const bent of [{ origin: "https://elsewhere.example" }, { token: "" }, { token: "0".repeat(64) }]) {
    const refused = await sendBytes(visitor, url, { bytes, ...bent });
    expect([refused.status, JSON.parse(refused.text).type]).toEqual([403, "/problems/form-not-ours"]);
  }
  const other = await visitorBy(await invite(world.harbour, "marketer"));
  expect((await sendBytes(other, url, { bytes })).status).toBe(404);
  expect(JSON.parse((await sendBytes(visitor, url, { bytes })).text)).toMatchObject({ rows: 3, state: "open" });
  expect((await visitor.post(url.slice(world.origin.length).replace("parts/1", "drop"))).status).toBe(303);
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
    expect(["approved", await faultsOf(officer.page)]).toEqual(["approved", []]);

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

  test("an officer writes a contract from nothing by keyboard, keeps its file and offers it", async () => {
    const officer = await sitAs((await invite(world.sunline, "compliance")).link);
    const { page, context, errors } = officer;
    await page.getByRole("link", { name: "Contracts", exact: true }).press("Enter");
    await page.getByRole("link", { name: "Propose a contract" }).press("Enter");
    await page.getByText("What is still missing").waitFor();
    await page.locator("#name").fill("autumn-insight");
    await page.locator("#purposes").fill("insight");
    await page.locator("#from").fill("2026-01-01");
    await page.locator("#until").fill("2099-12-31");
    await page.getByRole("checkbox", { name: "Meridian Bank brings lists" }).press("Space");
    await page.getByRole("checkbox", { name: "Meridian Bank is given answers" }).press("Space");
    await page.getByRole("button", { name: "Take these companies over" }).press("Enter");
    await page.getByText("Meridian Bank: customers").waitFor();
    await page.getByRole("checkbox", { name: "overlap figures" }).press("Space");
    const asked = page.locator(".analysis").first();
    await asked.locator("summary").press("Enter");
    await asked.getByRole("checkbox", { name: "Sunline Holidays" }).press("Space");
    await asked.getByLabel("For purposes").fill("insight");
    await asked.getByLabel("First by").selectOption({ label: "e-mail" });
    await page.getByRole("heading", { name: "What it says" }).waitFor();
    await page.getByText("Sunline Holidays may learn, for insight, how many").first().waitFor();
    // The last change may still be on its way: what it brings takes the place of the button that is to be pressed.
    await page.locator(".htmx-request").first().waitFor({ state: "detached" });
    expect(["written", await faultsOf(page)]).toEqual(["written", []]);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save it as a file" }).press("Enter");
    const file = await saving;
    expect(file.suggestedFilename()).toBe("autumn-insight-version-1.json");
    const text = readFileSync(await file.path(), "utf8");
    await page.getByRole("button", { name: "Offer it" }).press("Enter");
    await page.getByText("Waits for the signature of Sunline Holidays and Meridian Bank").waitFor();
    expect(["offered", await faultsOf(page)]).toEqual(["offered", []]);
    expect(page.url()).toContain(textDigest(text));
    expect(errors.filter((error) => !error.startsWith("htmx:"))).toEqual([]);
    await context.close();
  });

  test("100,000 raw rows are dropped, hashed and sent, over a closed tab: no raw value is in any request", async () => {
    const raw = await rawList(100_000);
    const { context, page, errors } = await sitAs((await invite(world.sunline, "marketer")).link);
    const sent = sentBy(context);
    let isBroken = true;
    await context.route("**/parts/2", (route) => (isBroken ? route.abort() : route.continue()));
    await page.getByRole("link", { name: "Lists", exact: true }).press("Enter");
    await page.getByRole("link", { name: "customers" }).press("Enter");
    await dropFile(page, raw.path);
    await page.getByText("Every column is found.").waitFor();
    expect(["columns", await faultsOf(page)]).toEqual(["columns", []]);
    expect(await page.getByLabel("e-mail", { exact: true }).inputValue()).toBe("E-Mail Address");
    expect(await page.getByLabel("your own reference").inputValue()).toBe("Customer No");
    await page.getByRole("button", { name: "Hash it here" }).press("Enter");
    await page.getByText("The connection broke; part 2 goes again").waitFor();
    const [thread] = page.workers();
    const reaching = "fetch('/console/lists').then(() => 'went', () => 'was stopped')";
    expect(await thread?.evaluate(reaching)).toBe("was stopped");
    await page.waitForURL(/\?upload=upl_/);
    const address = page.url();
    await page.close();

    isBroken = false;
    const again = await context.newPage();
    await again.goto(address);
    await again.getByText(/Of this upload 1 part with [\d,]+ rows have arrived/).waitFor();
    const choosing = again.waitForEvent("filechooser");
    await again.locator("input[type=file]").press("Enter");
    await (await choosing).setFiles(raw.path);
    await again.getByRole("button", { name: "Hash it here" }).press("Enter");
    await again.getByText("1,000 of 100,000 e-mails (1.0%) cannot be read as such").waitFor();
    expect(["checked", await faultsOf(again)]).toEqual(["checked", []]);
    const saving = again.waitForEvent("download");
    await again.getByRole("link", { name: "Save the refused rows" }).press("Enter");
    const saved = readFileSync(await (await saving).path(), "utf8")
      .trimEnd()
      .split("\r\n");
    expect(saved).toHaveLength(1_001);
    expect(saved[1]).toMatch(/^101,email,.+,c99,Rawname 99,nobody-99\.mail\.example,bronze,south,yes,yes$/);
    await again.getByRole("button", { name: "Put this list in force" }).press("Enter");
    await again.getByText("Version 2 is in force, with 99,000 people.").waitFor();
    expect(["in force", await faultsOf(again)]).toEqual(["in force", []]);

    const seen = await Promise.all(sent);
    const parts = seen.filter(({ method }) => method === "PUT").map(({ url }) => url.slice(-1));
    expect(parts.filter((part) => part === "1")).toHaveLength(1);
    expect(parts.length).toBeGreaterThan(2);
    expect(seen.filter(({ method }) => method === "PUT").every(({ text }) => /[0-9a-f]{64}/.test(text))).toBe(true);
    expect(seen.filter(({ url, text }) => RAW.test(url) || RAW.test(text)).map(({ url }) => url)).toEqual([]);
    expect(errors.filter((error) => !/ERR_FAILED|connect-src|Refused to connect|Fetch API/.test(error))).toEqual([]);
    await context.close();
    await raw.discard();
  });

  test("a list is declared out of its file, and what does not fit comes back as it was typed", async () => {
    const raw = await rawList(60);
    const { context, page, errors } = await sitAs((await invite(world.volt, "marketer")).link);
    await page.goto(`${world.origin}/console/lists/new`);
    await dropFile(page, raw.path);
    await page.getByText("The form is filled in from 7 columns").waitFor();
    expect(await page.getByLabel("Your own reference").inputValue()).toBe("Customer No");
    expect(await page.getByLabel("E-mail", { exact: false }).first().inputValue()).toBe("E-Mail Address");
    await page.getByLabel("Name of the list").fill("No Slug");
    await page.getByLabel("Attributes").fill("Tier: bronze, silver, gold");
    await page.getByRole("button", { name: "Declare the list" }).press("Enter");
    await page
      .getByRole("alert")
      .getByText(/Name: /)
      .waitFor();
    expect(await page.getByLabel("Attributes").inputValue()).toBe("Tier: bronze, silver, gold");
    expect(["not declared", await faultsOf(page)]).toEqual(["not declared", []]);
    await page.getByLabel("Name of the list").fill("travellers");
    await page.getByRole("button", { name: "Declare the list" }).press("Enter");
    await page.waitForURL(/\/console\/lists\/travellers$/);
    await dropFile(page, raw.path);
    await page.getByText("Every column is found.").waitFor();
    expect(errors.filter((error) => !/422/.test(error))).toEqual([]);
    await context.close();
    await raw.discard();
  });
});
