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
const WARMING = 2;
const ASKED_IN_A_ROW = 9;

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
  // Everybody is measured warm, as a server that has run for a while: the first rounds are not counted.
  for (let round = -WARMING; round < rounds; round++) {
    for (const contender of [ours, ...peers]) {
      notice(`round ${round + 1 + WARMING} of ${rounds + WARMING}: ${contender.name} takes in a list ...`);
      const side = (round + WARMING) % 2 === 0 ? "left" : "right";
      // What one contender left in the system's write buffers is not to be the next one's wait.
      await run("sync");
      const millis = await contender.load(side, paths[side]);
      if (round >= 0) keep(seen, contender.name, millis);
    }
  }
  const goals: { readonly [name: string]: number } = { DuckDB: 0.5 };
  return peers.map(({ name }) => speedLine("ingest, CSV to sealed", compared(seen, ours, name), goals[name] ?? null));
}

async function overlapLines(ours: Ours, peers: readonly Contender[]): Promise<Line[]> {
  const seen = new Map<string, number[]>();
  const afterPause = new Map<string, number[]>();
  // The first rounds open the segments and let every contender warm up, our second thread among them. In its turn each
  // is asked several times in a row, as a marketer asks; the first of them, after a pause, stands on a line of its own.
  for (let round = -WARMING; round < rounds; round++) {
    for (const contender of [ours, ...peers]) {
      const [first = 0, ...others] = await askedInARow(contender);
      if (round < 0) continue;
      keep(afterPause, contender.name, first);
      for (const millis of others) keep(seen, contender.name, millis);
    }
    const again = await ours.repeated();
    if (again.count !== sharedOf(rows)) throw new Error(`a kept crosswalk counts ${again.count}`);
    if (round >= 0) keep(seen, "repeated", again.millis);
  }
  const goals: { readonly [name: string]: number } = { DuckDB: 10 };
  const lines = peers.flatMap(({ name }) => [
    speedLine("overlap, loaded", compared(seen, ours, name), goals[name] ?? null),
    speedLine("overlap, loaded, after a pause", compared(afterPause, ours, name), null),
  ]);
  const [first] = peers;
  if (first === undefined) return lines;
  const repeated = { ours: median(seen.get("repeated") ?? []), peer: median(seen.get(first.name) ?? []) };
  return [...lines, speedLine("overlap of versions compared before", { ...repeated, peerName: first.name }, null)];
}

async function askedInARow(contender: Contender): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < ASKED_IN_A_ROW; time++) {
    const { millis, count } = await contender.overlap();
    if (count !== sharedOf(rows)) throw new Error(`${contender.name} counts ${count}, not ${sharedOf(rows)}`);
    times.push(millis);
  }
  return times;
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
