// Every gate of the project, in order: format and lint, types, generated files, house rules, tests. `npm test`.
// The first four look at text alone and run side by side; their output is held back so that it reads in order.
// With arguments (`npm test -- src/domain`) only the tests run, and the arguments go to vitest.

import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SCRATCH = mkdtempSync(join(tmpdir(), "concordat-check-"));
const TALLY = join(SCRATCH, "tests.json");
const RUNNING = new Set();
const IS_COLOURFUL = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const COLOURS = `--colors=${IS_COLOURFUL ? "force" : "off"}`;
// The runner reads its settings without writing beside them, so that a checkout of another user can be tested too.
const SETTINGS = ["--config", "scripts/vitest.config.ts", "--configLoader", "runner"];
const VITEST = ["node_modules/vitest/vitest.mjs", "run", ...SETTINGS];

const GATES = [
  { title: "Format and lint", command: ["node_modules/@biomejs/biome/bin/biome", "ci", COLOURS, "."] },
  { title: "Types", command: ["node_modules/typescript/bin/tsc", "--noEmit", ...withoutCache()] },
  {
    title: "Generated files",
    command: ["--import", "tsx", "scripts/generate.ts", "--check"],
    needs: "scripts/generate.ts",
  },
  { title: "House rules", command: ["--import", "tsx", "scripts/tidy/main.ts"] },
].filter((gate) => gate.needs === undefined || existsSync(join(ROOT, gate.needs)));

const TESTS = {
  title: "Tests",
  command: [...VITEST, "--reporter=default", "--reporter=json", `--outputFile.json=${TALLY}`],
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));
process.exitCode = await check(process.argv.slice(2));
rmSync(SCRATCH, { recursive: true, force: true });

async function check(vitestArguments) {
  if (vitestArguments.length > 0) {
    return (await runGate({ title: "Tests", command: [...VITEST, ...vitestArguments] }, "inherit")).code;
  }
  const running = GATES.map((gate) => runGate(gate, "pipe"));
  const results = [];
  for (const pending of running) {
    const result = await pending;
    heading(result);
    process.stdout.write(result.output);
    results.push(result);
  }
  console.log("\n== Tests");
  results.push(await runGate(TESTS, "inherit"));
  return summarise(results);
}

function stop(signal) {
  for (const child of RUNNING) child.kill(signal);
  rmSync(SCRATCH, { recursive: true, force: true });
  process.exit(1);
}

// Resolves in any case: a gate that cannot be started is red, and says why.
function runGate({ title, command }, output) {
  const started = performance.now();
  const stdio = output === "inherit" ? "inherit" : ["ignore", "pipe", "pipe"];
  return new Promise((resolve) => {
    const held = [];
    const child = spawn(process.execPath, command, {
      cwd: ROOT,
      stdio,
      env: environment(),
    });
    RUNNING.add(child);
    child.stdout?.on("data", (chunk) => held.push(chunk));
    child.stderr?.on("data", (chunk) => held.push(chunk));
    const finish = (code, reason) => {
      RUNNING.delete(child);
      const seconds = (performance.now() - started) / 1000;
      resolve({ title, code, seconds, output: Buffer.concat(held).toString() + reason });
    };
    child.on("error", (error) => finish(1, `${error.message}\n`));
    child.on("close", (code, signal) => finish(code ?? 1, signal === null ? "" : `ended by ${signal}\n`));
  });
}

function heading({ title, code, seconds }) {
  console.log(`\n== ${title}: ${code === 0 ? "passed" : "FAILED"} in ${seconds.toFixed(1)} s`);
}

// Each gate counts one, each test counts one; the tests' gate itself counts only when it broke before its tests did.
function summarise(results) {
  const red = results.filter((result) => result.code !== 0);
  const tests = tally();
  const gatesRed = red.filter((result) => result.title !== "Tests" || tests.failed === 0).length;
  const gatesGreen = results.length - 1 - red.filter((result) => result.title !== "Tests").length;
  console.log("\n== Summary");
  for (const { title, code, seconds } of results) {
    console.log(`${code === 0 ? "passed" : "FAILED"}  ${seconds.toFixed(1).padStart(6)} s  ${title}`);
  }
  if (tests.skipped > 0) console.log(`${tests.skipped} tests were skipped; each says above what it misses.`);
  console.log(`${gatesGreen + tests.passed} passed, ${gatesRed + tests.failed} failed`);
  return red.length === 0 ? 0 : 1;
}

function tally() {
  if (!existsSync(TALLY)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(TALLY, "utf8"));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

// Some tools take a machine's CI variable for a wish to have colours, and FORCE_COLOR=0 for a yes.
function environment() {
  const { FORCE_COLOR: _, ...rest } = process.env;
  return IS_COLOURFUL ? { ...rest, FORCE_COLOR: "1" } : { ...rest, NO_COLOR: "1" };
}

// The compiler keeps what it knows under node_modules; where that is another user's, it does without.
function withoutCache() {
  try {
    accessSync(join(ROOT, "node_modules"), constants.W_OK);
    return [];
  } catch (error) {
    return ["EACCES", "EROFS", "EPERM"].includes(error.code) ? ["--incremental", "false"] : [];
  }
}
