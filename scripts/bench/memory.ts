// Peak memory of reading one part, in a process of its own: `node --import tsx memory.ts ROWS` prints the bytes that
// the process held at its height. Started by main.ts for two sizes, which should not differ.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnarMatcher } from "../../src/engine/columnar/matcher.ts";
import { listChunks, SCHEMA } from "./lists.ts";

const rows = Number(process.argv[2]);
const directory = mkdtempSync(join(tmpdir(), "concordat-bench-memory-"));
const dataKey = new Uint8Array(32);
const matcher = columnarMatcher({ directory, roomKey: new Uint8Array(32), roomKeyVersion: 1, memoryBytes: 0 });

// The kernel's own high-water mark would also count what the parent held when it started this process.
let peak = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};

async function* body(): AsyncGenerator<Uint8Array> {
  for (const chunk of listChunks("left", rows)) {
    look();
    yield chunk;
  }
}

const timer = setInterval(look, 5);
try {
  const read = await matcher.stagePart({ staging: "memory", number: 1, schema: SCHEMA, dataKey, body: body() });
  if (!read.ok || read.value.part.report.accepted !== rows) throw new Error("the part was not read whole");
  await read.value.keep();
  const reading = peak;
  await matcher.seal({ staging: "memory", parts: 1, schema: SCHEMA, dataKey, onProgress: look });
  process.stdout.write(JSON.stringify({ reading, sealing: peak }));
} finally {
  clearInterval(timer);
  rmSync(directory, { recursive: true });
}
