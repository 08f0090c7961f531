// A real browser for tests and pictures: Debian's Chromium, driven through playwright-core. It downloads nothing, and
// every request that a page makes is noted, so that a test can say where they went.

import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

// The first is the same browser without the desktop's: opening a window takes it a quarter of the time.
const PLACES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** Where a Chromium is: what CHROMIUM names, or where packages put it; null where there is none. */
export function chromiumPath(): string | null {
  const named = process.env["CHROMIUM"];
  return (
    [...(named === undefined ? [] : [named]), ...PLACES.map((name) => `/usr/bin/${name}`)].find((path) =>
      existsSync(path),
    ) ?? null
  );
}

/** Starts the browser. The sandbox needs rights that a container's root has not, and pages here are all our own. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

export type Look = { readonly width: number; readonly height: number; readonly colorScheme: "light" | "dark" };

/** Somebody at a browser of their own, signed in by a link; what their pages asked for, and what went wrong in them. */
export type Sitting = {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly requests: readonly string[];
  readonly errors: readonly string[];
};

/** Opens a window and signs in. */
export async function sit(browser: Browser, link: string, look: Look): Promise<Sitting> {
  const { width, height, colorScheme } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("dialog", (dialog) => {
    errors.push(`a dialog opened: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(link);
  await page.getByRole("button", { name: /^Sign in/ }).click();
  await page.waitForURL(/\/console\/(?!sign-in)/);
  return { context, page, requests, errors };
}
