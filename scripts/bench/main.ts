// `npm run bench`: how fast the engine is beside what people would pick instead, in one run, in alternating rounds,
// medians. Ratios are what counts: machines are noisy. Exactness is asserted here as well, and proved by the tests.
// Options: `--rows 1000000`, `--rounds 5`, `--json`.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { columnar, type Ours } from "./columnar.ts";
import { type Contender, median } from "./contender.ts";
import { duckdb } from "./duckdb.ts";
import { embeddedPostgres } from "./embedded-postgres.ts";
import { sharedOf, writeList } from "./lists.ts";
import { type Line, printTable, speedLine } from "./report.ts";
import { requestTimes } from "./request.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1e6" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const directory = mkdtempSync(join(tmpdir(), "concordat-bench-"));

const run = promisify(execFile);

try {
  // Postgres runs as its own user and reads the lists by their names.
  await chmod(directory, 0o755);
  const paths = { left: join(directory, "left.csv"), right: join(directory, "right.csv") };
  notice(`making two lists of ${rows} rows ...`);
  await writeList(paths.left, "left", rows);
  await writeList(paths.right, "right", rows);
  const ours = columnar(join(directory, "rooms"));
  const peers = [duckdb(), await embeddedPostgres(join(directory, "postgres"))];
  try {
    const lines = [
      ...(await ingestLines(ours, peers, paths)),
      ...(await overlapLines(ours, peers)),
      sealedLine(ours),
      ...(await memoryLines()),
      ...(await requestLines(paths)),
    ];
    print(lines);
  } finally {
    for (const peer of peers) await peer.end();
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

type Paths = { readonly left: string; readonly right: string };

async function ingestLines(ours: Ours, peers: readonly Contender[], paths: Paths): Promise<Line[]> {
  const seen = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of [ours, ...peers]) {
      notice(`round ${round + 1} of ${rounds}: ${contender.name} takes in a list ...`);
      const side = round % 2 === 0 ? "left" : "right";
      // What one contender left in the system's write buffers is not to be the next one's wait.
      await run("sync");
      keep(seen, contender.name, await contender.load(side, paths[side]));
    }
  }
  if (rounds < 2) for (const contender of [ours, ...peers]) await contender.load("right", paths.right);
  const goals: { readonly [name: string]: number } = { DuckDB: 0.5 };
  return peers.map(({ name }) => speedLine("ingest, CSV to sealed", compared(seen, ours, name), goals[name] ?? null));
}

async function overlapLines(ours: Ours, peers: readonly Contender[]): Promise<Line[]> {
  const seen = new Map<string, number[]>();
  // The first question opens the segments and lets every contender warm up; it is asked and not counted.
  for (let round = -3; round < rounds * 3; round++) {
    for (const contender of [ours, ...peers]) {
      const { millis, count } = await contender.overlap();
      if (count !== sharedOf(rows)) throw new Error(`${contender.name} counts ${count}, not ${sharedOf(rows)}`);
      if (round >= 0) keep(seen, contender.name, millis);
    }
    const again = await ours.repeated();
    if (again.count !== sharedOf(rows)) throw new Error(`a kept crosswalk counts ${again.count}`);
    if (round >= 0) keep(seen, "repeated", again.millis);
  }
  const goals: { readonly [name: string]: number } = { DuckDB: 10 };
  const [first] = peers;
  const lines = peers.map(({ name }) =>
    speedLine("overlap, loaded, first time", compared(seen, ours, name), goals[name] ?? null),
  );
  if (first === undefined) return lines;
  const repeated = { ours: median(seen.get("repeated") ?? []), peer: median(seen.get(first.name) ?? []) };
  return [...lines, speedLine("overlap, asked again", { ...repeated, peerName: first.name }, null)];
}

function compared(seen: ReadonlyMap<string, readonly number[]>, ours: Contender, peerName: string) {
  return { ours: median(seen.get(ours.name) ?? []), peer: median(seen.get(peerName) ?? []), peerName };
}

function keep(seen: Map<string, number[]>, name: string, millis: number): void {
  seen.set(name, [...(seen.get(name) ?? []), millis]);
}

function sealedLine(ours: Ours): Line {
  const aRow = ours.sealedBytes() / rows;
  return { what: "sealed version", ours: `${aRow.toFixed(1)} B a row`, peer: "-", ratio: "-", goal: "-", isMet: null };
}

// A question's overhead over the bare comparison is the signed request around it and what is decided and kept.
async function requestLines(paths: Paths): Promise<Line[]> {
  notice("a room of its own, and questions to it ...");
  const { signed, question, matching, overHttp } = await requestTimes(directory, paths);
  const overhead = signed + question - matching;
  const line = (what: string, value: number) => ({ what, ours: `${value.toFixed(1)} ms`, peer: "-", ratio: "-" });
  return [
    { ...line("a signed request", signed), goal: "-", isMet: null },
    { ...line("a question with a filter, decided to committed", question), goal: "-", isMet: null },
    { ...line("the comparison alone", matching), goal: "-", isMet: null },
    { ...line("overhead of a question", overhead), goal: "<= 15 ms", isMet: overhead <= 15 },
    { ...line("the same over HTTP, leaving on a 100 ms tick", overHttp), goal: "-", isMet: null },
  ];
}

/** Peak memory for two bodies, one four times the other: reading must not grow with the body. */
async function memoryLines(): Promise<Line[]> {
  const small = await peakOf(Math.ceil(rows / 4));
  const large = await peakOf(rows);
  const ratio = large.reading / small.reading;
  const aRow = (large.sealing - large.reading) / rows;
  return [
    {
      what: "peak memory, reading a part, and one of a quarter",
      ours: megabytes(large.reading),
      peer: megabytes(small.reading),
      ratio: `${ratio.toFixed(2)}x`,
      goal: "<= 1.2x",
      isMet: ratio <= 1.2,
    },
    {
      what: "peak memory, sealing, above reading",
      ours: `${aRow.toFixed(0)} B a row`,
      peer: "-",
      ratio: "-",
      goal: "-",
      isMet: null,
    },
  ];
}

async function peakOf(count: number): Promise<{ readonly reading: number; readonly sealing: number }> {
  notice(`peak memory over ${count} rows ...`);
  const script = fileURLToPath(new URL("memory.ts", import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", script, `${count}`]);
  const { reading, sealing } = JSON.parse(stdout);
  return { reading: Number(reading), sealing: Number(sealing) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function print(lines: readonly Line[]): void {
  const [processor] = cpus();
  const machine = `${cpus().length} cores, ${processor?.model.trim()}, Node ${process.versions.node}`;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rows, rounds, machine, lines })}\n`);
    return;
  }
  process.stdout.write(`${rows} rows a side, ${rounds} rounds, medians; ${machine}\n\n`);
  printTable(lines);
}

function notice(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
