// Scripts for browsers, made of the room's own modules: from the module that one begins with to the text that is
// served. Made once, when first asked for; addresses carry the digest, as those of every asset do.

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { textDigest } from "../domain/bytes.ts";
import { madeOnce } from "./made-once.ts";

type Bundle = { readonly href: string; readonly text: string; readonly type: string };

const TYPE = "text/javascript; charset=utf-8";

const HERE = dirname(fileURLToPath(import.meta.url));
const own = (name: string) => join(HERE, "browser", name);

/** The module that each script begins with. */
const ENTRIES = {
  "verify-log.js": own("verify-log.ts"),
  "hash-people.js": own("hash-people.ts"),
  "list-worker.js": own("list-worker.ts"),
  "lists.js": join(HERE, "assets", "lists.mjs"),
} as const;

type BundleName = keyof typeof ENTRIES;

/** A script by its name. The first who asks waits for some 100 ms. */
export const bundleOf = madeOnce(bundled);

/** Every such script by its name. */
export function bundleNames(): readonly string[] {
  return Object.keys(ENTRIES);
}

/** A script by a name that a browser sent, if there is such a one. */
export async function bundleNamed(name: string): Promise<Bundle | null> {
  return isBundle(name) ? bundleOf(name) : null;
}

function isBundle(name: string): name is BundleName {
  return Object.hasOwn(ENTRIES, name);
}

async function bundled(name: BundleName): Promise<Bundle> {
  const text = await scriptFrom(ENTRIES[name]);
  return { text, type: TYPE, href: `/console/assets/${name}?v=${textDigest(text).slice(0, 12)}` };
}

/**
 * One script out of a module and all that it imports.
 * @throws Error where something in it needs Node, which no browser has
 */
async function scriptFrom(entry: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    logLevel: "silent",
    plugins: [FOR_BROWSERS],
  });
  const needed = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  if (needed.length > 0) throw new Error(`a script for browsers needs ${needed.join(", ")}`);
  return outputFiles.map(({ text }) => text).join("");
}

// Signatures verify by other means where there is no node:crypto. What else is Node's must drop out, as part of what no
// script uses.
const VERIFICATION = join(HERE, "..", "crypto", "verification");
const FOR_BROWSERS: Plugin = {
  name: "for browsers",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
    onResolve({ filter: /\/verification\.ts$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === `${VERIFICATION}.ts` ? { path: `${VERIFICATION}-browser.ts` } : null,
    );
    // A namespace sheds what a script does not use of it; an object that a module exports comes whole.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { loader: "ts", contents: text.replace('import { z } from "zod";', 'import * as z from "zod";') };
    });
    // The languages of zod's messages are none that a page shows, and half of it.
    onResolve({ filter: /locales\/index\.js$/ }, ({ resolveDir }) => ({ path: join(resolveDir, LOCALE) }));
  },
};
const LOCALE = "../locales/en.js";
