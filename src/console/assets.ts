// What the pages load: our style and script, our mark, and htmx. Read once; addresses carry the digest of the bytes, so
// that a browser may keep them and never has an old one.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { textDigest } from "../domain/bytes.ts";

type Asset = { readonly type: string; readonly text: string; readonly version: string };

const own = (name: string) => fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
const HTMX = createRequire(import.meta.url).resolve("htmx.org/dist/htmx.min.js");
const FILES = {
  "console.css": [own("console.css"), "text/css; charset=utf-8"],
  "console.js": [own("console.js"), "text/javascript; charset=utf-8"],
  "log.js": [own("log.js"), "text/javascript; charset=utf-8"],
  "rights.js": [own("rights.js"), "text/javascript; charset=utf-8"],
  "verify.js": [own("verify.js"), "text/javascript; charset=utf-8"],
  "icon.svg": [own("icon.svg"), "image/svg+xml"],
  "htmx.min.js": [HTMX, "text/javascript; charset=utf-8"],
} as const;

type AssetName = keyof typeof FILES;

/** A script that some page loads besides `console.js`. */
export type ScriptName = Exclude<Extract<AssetName, `${string}.js`>, "console.js" | "htmx.min.js">;

const ASSETS = new Map<string, Asset>(
  Object.entries(FILES).map(([name, [path, type]]) => {
    const text = readFileSync(path, "utf8");
    return [name, { type, text, version: textDigest(text).slice(0, 12) }];
  }),
);

/** The address of an asset. */
export function assetHref(name: AssetName): string {
  return `/console/assets/${name}?v=${ASSETS.get(name)?.version ?? ""}`;
}

/** Every asset by its name. */
export function assetNames(): readonly string[] {
  return [...ASSETS.keys()];
}

/** An asset by its name, if there is such a one. */
export function assetNamed(name: string): Asset | null {
  return ASSETS.get(name) ?? null;
}
