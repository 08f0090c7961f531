// What every page of the console is held against in a browser: axe-core, the width of its window, and silence.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Sitting } from "./browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Closes a sitting whose pages asked for nothing elsewhere, and in which nothing went wrong: no script, no dialog. */
export async function quiet(
  origin: string,
  { context, requests, errors }: Sitting,
  allowed: readonly RegExp[] = [],
): Promise<void> {
  const own = [`${origin}/`, `blob:${origin}/`];
  expect(requests.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([]);
  expect(errors.filter((error) => !allowed.some((pattern) => pattern.test(error)))).toEqual([]);
  await context.close();
}

/** What axe-core finds on a page, each with where. */
export async function violations(page: Page): Promise<string[]> {
  // Past the page's own policy, as a person's tools in the browser are.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: AXE });
  const run = await cdp.send("Runtime.evaluate", {
    expression:
      "axe.run(document, { resultTypes: ['violations'] }).then((results) => JSON.stringify(results.violations))",
    awaitPromise: true,
    returnByValue: true,
  });
  await cdp.detach();
  const found: AxeResults["violations"] = JSON.parse(run.result.value);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

/** Pixels by which a page is wider than its window. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
