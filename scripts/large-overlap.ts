// Two lists of a hundred million people each, taken in, sealed and compared under a stated memory:
// `node --import tsx scripts/large-overlap.ts --rows 1e8 --memory 8192`. Needs Linux, where a process's memory can be
// read, and about 50 bytes of free disk for each row of either list. Ends with 1 when the count is not the one that is
// known from how the lists are made, or memory passed the bound of `--most`.

import { parseArgs } from "node:util";
import { compareLarge, gibibytes } from "./large-overlap/rehearsal.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1e8" },
    memory: { type: "string", default: "8192" },
    most: { type: "string", default: "16384" },
  },
});
const MIB = 2 ** 20;
const rows = Number(values.rows);
const done = await compareLarge({ rows, memoryBytes: Number(values.memory) * MIB, onLine: say });

const { reading, sealing, overlap, again, sealedBytes, expected, counted, peakBytes } = done;
say(`lists:   ${rows.toLocaleString("en")} rows each, ${gibibytes(sealedBytes)} sealed`);
say(`shared:  ${counted.toLocaleString("en")} of ${expected.toLocaleString("en")}`);
say(`seconds: ${reading.join(" and ")} to make and read, ${sealing.join(" and ")} to seal`);
say(`         ${overlap} to load and compare, ${again} to compare again`);
say(`memory:  ${gibibytes(peakBytes)} at the most, all threads; ${values.memory} MiB for lists`);
process.exitCode = counted === expected && peakBytes <= Number(values.most) * MIB ? 0 : 1;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
