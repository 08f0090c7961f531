// What the processors of this machine did meanwhile, and how much of them the host of a virtual machine gave to others:
// latencies say little of a room that was kept from its processors. Read from the system, so on Linux alone.

import { readFile } from "node:fs/promises";

/** Shares of the time of all processors. */
export type ProcessorsTold = {
  /** In which something ran on them. */
  readonly busy: number;
  /** In which something was to run, and the host ran others: `steal` in proc_stat(5). */
  readonly taken: number;
};

const SYSTEM_TIMES = "/proc/stat";

/** Begins to look, and gives what ends it; null where the system does not tell. */
export async function watchProcessors(): Promise<(() => Promise<ProcessorsTold>) | null> {
  if (process.platform !== "linux") return null;
  const before = await readFile(SYSTEM_TIMES, "utf8");
  return async () => processorsTold(before, await readFile(SYSTEM_TIMES, "utf8"));
}

/** What was done between two looks into /proc/stat. @throws RangeError of a text that is none */
export function processorsTold(before: string, after: string): ProcessorsTold {
  const [from, until] = [timesIn(before), timesIn(after)];
  const [work, idle, taken] = [until.work - from.work, until.idle - from.idle, until.taken - from.taken];
  const whole = work + idle + taken;
  return whole === 0 ? { busy: 0, taken: 0 } : { busy: work / whole, taken: taken / whole };
}

// user nice system idle iowait irq softirq steal; what follows is counted in user and nice already (proc_stat(5)).
const ALL_PROCESSORS = /^cpu +(\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/;

function timesIn(text: string): { readonly work: number; readonly idle: number; readonly taken: number } {
  const found = ALL_PROCESSORS.exec(text);
  if (found === null) throw new RangeError(`${SYSTEM_TIMES} does not tell the times of processors`);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, taken = 0] = found
    .slice(1)
    .map(Number);
  return { work: user + nice + system + irq + softirq, idle: idle + iowait, taken };
}
