// Runs a command once the packages of package-lock.json are in place: node scripts/with-packages.mjs COMMAND...
// Plain JavaScript without a dependency, because it is what puts the dependencies there. All notices go to standard
// error, so that a command whose output is JSON stays JSON.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const FLOOR = [20, 19];
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".concordat-stamp");

/**
 * Brings node_modules in line with package-lock.json, unless it is. Two commands at once install once: the second
 * waits for the first. Ends the process with a sentence when Node is too old or the installation fails.
 * `development` says whether what only builds and tests is wanted too; `npm ci --omit=dev` leaves it out.
 */
export async function ensurePackages({ development }) {
  refuseOldNode();
  if (packagesAreCurrent(development)) return;
  const unlock = await lock();
  process.once("exit", unlock);
  if (!packagesAreCurrent(development)) install();
  unlock();
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])) return;
  fail(
    `Concordat needs Node ${FLOOR.join(".")} or newer (22 and 24 are recommended); this is ${process.versions.node}.`,
  );
}

// The stamp names what the packages were installed for: native builds differ by Node's major version and by platform.
function machine() {
  return `node-${process.versions.node.split(".")[0]} ${process.platform}-${process.arch}`;
}

function wantedStamp() {
  const digest = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  return `${digest} ${machine()}\n`;
}

function packagesAreCurrent(development) {
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : null;
  if (stamp === wantedStamp()) return true;
  if (stamp !== null && !stamp.endsWith(` ${machine()}\n`)) return false;
  if (!installedByHand((entry) => entry.optional === true)) {
    return !development && installedByHand((entry) => entry.optional === true || entry.dev === true);
  }
  if (isWritable(MODULES)) writeFileSync(STAMP, wantedStamp());
  return true;
}

// Someone who ran npm without this script has no stamp, or an old one; npm's own record of what it put there tells.
function installedByHand(mayMiss) {
  const record = join(MODULES, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined ? mayMiss(entry) : found.version === entry.version;
  });
}

function install() {
  const started = performance.now();
  if (!isWritable(existsSync(MODULES) ? MODULES : ROOT)) {
    fail(
      `The packages are missing or out of date, and ${ROOT} is not yours to write: ask its owner to run \`npm ci\`.`,
    );
  }
  notice("Installing packages (npm ci), once ...");
  const npm = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--include=dev", "--include=optional"];
  const run = spawnSync(npm[0], [...npm.slice(1), "ci", ...options, "--loglevel=error"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (run.error) fail(`npm cannot be run: ${run.error.message}`);
  if (run.status !== 0) fail("`npm ci` failed; its message stands above. Nothing else was run.");
  writeFileSync(STAMP, wantedStamp());
  notice(`Packages installed in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}

// The lock lies outside the checkout, because `npm ci` empties node_modules and the rest belongs to git. It holds the
// process that took it; one whose process is gone is taken over.
async function lock() {
  const name = createHash("sha256").update(ROOT).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `concordat-install-${name}-${process.getuid?.() ?? "all"}`);
  let waited = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") fail(`The lock ${path} cannot be made: ${error.message}`);
    }
    if (holderIsGone(path)) rmSync(path, { force: true });
    else if (!waited) {
      notice("Another command is installing the packages; waiting for it ...");
      waited = true;
    }
    await pause(200);
  }
}

function holderIsGone(path) {
  try {
    const holder = Number(readFileSync(path, "utf8"));
    // A lock that is being written is empty for an instant.
    if (holder === 0) return Date.now() - statSync(path).mtimeMs > 5_000;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH" || error.code === "ENOENT";
  }
}

function isWritable(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    if (error.code === "EACCES" || error.code === "EROFS" || error.code === "EPERM") return false;
    throw error;
  }
}

function notice(sentence) {
  process.stderr.write(`${sentence}\n`);
}

function fail(sentence) {
  notice(sentence);
  process.exit(1);
}

// A signal reaches this process alone when it is sent by number rather than from the terminal, so it is passed on;
// the command decides what it means, and this process ends as the command did.
function run([command, ...rest]) {
  const path = [join(MODULES, ".bin"), process.env.PATH ?? ""].join(delimiter);
  const child = spawn(command === "node" ? process.execPath : command, rest, {
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => passOn(child, signal));
  child.on("error", (error) => fail(`\`${command}\` cannot be run: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

// Ctrl-C in a terminal reaches the whole group, the command included; a second one would mean "at once".
function passOn(child, signal) {
  if (signal === "SIGINT" && process.stdin.isTTY) return;
  child.kill(signal);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  if (process.argv.length < 3) fail("usage: node scripts/with-packages.mjs COMMAND...");
  await ensurePackages({ development: true });
  run(process.argv.slice(2));
}
