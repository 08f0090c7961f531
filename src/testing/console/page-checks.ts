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

/**
 * What is wrong with a page as it stands: what axe-core finds on it, light and dark, and by how much it is wider than a
 * telephone or a large window. The page is left light, in the window that it had.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    faults.push(...(await violations(page)).map((found) => `${colorScheme}: ${found}`));
  }
  const own = page.viewportSize();
  for (const window of [TELEPHONE, LARGE]) {
    await page.setViewportSize(window);
    const pixels = await overhang(page);
    if (pixels > 0) faults.push(`${pixels} pixels wider than a window of ${window.width}`);
  }
  if (own !== null) await page.setViewportSize(own);
  return faults;
}

/** The narrowest window that pages are made for. */
export const TELEPHONE = { width: 360, height: 740 };
const LARGE = { width: 1_920, height: 1_080 };

// What axe-core finds, each with where.
async function violations(page: Page): Promise<string[]> {
  // Past the page's own policy, as a person's tools in the browser are.
  const cdp = await page.context().newCDPSession(page);
  const known = await cdp.send("Runtime.evaluate", { expression: "typeof axe", returnByValue: true });
  if (known.result.value === "undefined") await cdp.send("Runtime.evaluate", { expression: AXE });
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

// Pixels by which a page is wider than its window.
function overhang(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
