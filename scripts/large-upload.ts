// A large upload, with the client killed half-way and the room's memory watched:
// `node --import tsx scripts/large-upload.ts --bytes 1e9 --memory 512`. Needs Linux, where a process's memory can be
// read. Ends with 1 when memory passed its bound, people are missing, or progress was taken back.

import { parseArgs } from "node:util";
import { megabytes, rehearse } from "./large-upload/rehearsal.ts";

const { values } = parseArgs({
  options: { bytes: { type: "string", default: "1e9" }, memory: { type: "string", default: "512" } },
});
const memoryMib = Number(values.memory);
const done = await rehearse({ bytes: Number(values.bytes), memoryMib, onLine: say });

const { rows, bytes, people, killedAtBytes, peakBytes, boundBytes, sentSeconds, sealedSeconds, faults } = done;
say(`list:    ${megabytes(bytes)}, ${rows.toLocaleString("en")} rows; client killed at ${megabytes(killedAtBytes)}`);
say(`people:  ${people.toLocaleString("en")}`);
say(`memory:  ${megabytes(peakBytes)} at the most; ${memoryMib} MiB for lists, ${megabytes(boundBytes)} in all`);
say(`seconds: ${sentSeconds.toFixed(1)} to send in two goes, ${sealedSeconds.toFixed(1)} to seal`);
for (const fault of faults) say(`wrong:   ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
