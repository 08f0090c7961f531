// `npm run load`: a room with many partners and contracts under a steady rate of signed requests, measured from when
// each was due. An interrupt ends the load and tells what there is.

import { machineName } from "../bench/machine.ts";
import { notice } from "../bench/rounds.ts";
import { type Options, readLoadOptions } from "./options.ts";
import { linesOfTold, toldOf } from "./report.ts";
import { runLoad } from "./run.ts";

const options = optionsOrRefusal();
if (options !== null) await load(options).catch(refused);

function optionsOrRefusal(): Options | null {
  try {
    return readLoadOptions(process.argv.slice(2));
  } catch (error) {
    notice(sentenceOf(error));
    process.exitCode = 2;
    return null;
  }
}

function refused(failure: unknown): void {
  notice(sentenceOf(failure));
  process.exitCode = 1;
}

function sentenceOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

async function load(asked: Options): Promise<void> {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => ending.abort(new Error("interrupted before the load began")));
  const { room, ...wanted } = asked;
  const told = toldOf(await runLoad(asked, ending.signal), asked);
  const { partners, contracts, besideRows } = wanted;
  if (asked.json) {
    process.stdout.write(`${JSON.stringify({ machine: machineName(), url: room?.url ?? null, ...wanted, ...told })}\n`);
  } else {
    const beside = besideRows === 0 ? "" : `, two lists of ${besideRows} rows beside`;
    process.stdout.write(`${machineName()}\n${partners} partners, ${contracts} contracts${beside}, `);
    process.stdout.write(
      `${told.seconds.toFixed(0)} s of load after ${asked.warmSeconds} s\n\n${linesOfTold(told).join("\n")}\n`,
    );
  }
  process.exitCode = told.goals.every(({ isMet }) => isMet) ? 0 : 1;
}
