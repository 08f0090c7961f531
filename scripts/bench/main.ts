// `npm run bench`: how fast the engine is beside what people would pick instead, in one run, in alternating rounds,
// medians. Ratios are what counts: machines are noisy. Exactness is asserted here as well, and proved by the tests.

import { postgresNote } from "./asked.ts";
import { consoleLines } from "./console-lines.ts";
import { decisionLines } from "./decision-lines.ts";
import { growthLines } from "./growth.ts";
import { incrementLines } from "./increment.ts";
import { ingestLines } from "./ingest.ts";
import { logLines } from "./log-lines.ts";
import { type Limits, limitsText, machineLimits, machineName } from "./machine.ts";
import { crossTabLines, segmentLines } from "./matches.ts";
import { memoryLines } from "./memory-lines.ts";
import { type Options, type Part, readOptions } from "./options.ts";
import { overlapLines } from "./overlap.ts";
import { policyLines } from "./policy-lines.ts";
import { type Line, printTable } from "./report.ts";
import { requestLines } from "./request-lines.ts";
import { notice } from "./rounds.ts";
import { selectionLines } from "./selection.ts";
import { sqlLines } from "./sql-lines.ts";
import { openFolder, openStage, type Stage } from "./stage.ts";
import { threeListLines } from "./three-lists.ts";

const MEASURED: { readonly [part in Part]: (stage: Stage) => Promise<Line[]> } = {
  ingest: ingestLines,
  overlap: overlapLines,
  crosstab: crossTabLines,
  segment: segmentLines,
  three: threeListLines,
  select: selectionLines,
  increment: incrementLines,
  growth: growthLines,
  memory: memoryLines,
  decide: async () => [...(await decisionLines()), ...policyLines()],
  log: logLines,
  api: requestLines,
  console: consoleLines,
  sql: sqlLines,
};

const options = optionsOrRefusal();
if (options !== null) await bench(options);

function optionsOrRefusal(): Options | null {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
    return null;
  }
}

async function bench(asked: Options): Promise<void> {
  const started = performance.now();
  const folder = await openFolder();
  try {
    notice("what the machine can do ...");
    const limits = await machineLimits(folder.path);
    const stage = openStage({ rows: asked.rows, rounds: asked.rounds, limits, directory: folder.path });
    const lines = await measured(stage, asked.only).finally(stage.end);
    print(asked, { lines, limits, seconds: Math.round((performance.now() - started) / 1_000) });
  } finally {
    folder.remove();
  }
}

type PartLine = Line & { readonly part: Part };

async function measured(stage: Stage, parts: readonly Part[]): Promise<PartLine[]> {
  const lines: PartLine[] = [];
  for (const part of parts) lines.push(...(await MEASURED[part](stage)).map((line) => ({ part, ...line })));
  return lines;
}

type Outcome = { readonly lines: readonly PartLine[]; readonly limits: Limits; readonly seconds: number };

function print(asked: Options, { lines, limits, seconds }: Outcome): void {
  const { rows, rounds } = asked;
  const isPostgresAsked = asked.only.some((part) => part === "ingest" || part === "overlap");
  const note = isPostgresAsked ? postgresNote(asked) : null;
  const name = machineName();
  if (asked.json) {
    process.stdout.write(`${JSON.stringify({ rows, rounds, seconds, note, machine: { name, ...limits }, lines })}\n`);
    return;
  }
  process.stdout.write(`${rows} rows a list, ${rounds} rounds, medians; ${seconds} s in all\n`);
  process.stdout.write(`this machine: ${name}; ${limitsText(limits)}\n${note === null ? "" : `${note}\n`}\n`);
  printTable(lines);
}
