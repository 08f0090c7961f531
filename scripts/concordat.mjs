#!/usr/bin/env node
// The `concordat` command. The program is TypeScript and runs from source: tsx is registered first, then
// src/cli/main.ts is imported and takes it from there. A checkout without packages installs them before anything else.

import { accessSync, constants, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensurePackages } from "./with-packages.mjs";

refuseForeignFolder();
const root = fileURLToPath(new URL("..", import.meta.url));
// tsx otherwise looks for the compiler's settings in whatever folder the command is called from.
process.env.TSX_TSCONFIG_PATH ??= `${root}tsconfig.json`;

if (existsSync(`${root}package-lock.json`)) await ensurePackages({ development: false });
const { register } = await import("tsx/esm/api");
register();
await import("../src/cli/main.ts");

// As another user one may stand in a folder that is not one's own, where no program starts and no file is found.
function refuseForeignFolder() {
  try {
    accessSync(".", constants.X_OK);
  } catch (error) {
    if (error.code !== "EACCES") throw error;
    process.stderr.write(
      "error: this user may not enter the folder that the command is called in\nnext: `cd /` first\n",
    );
    process.exit(1);
  }
}
