import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { repeatsOf, type TokenTable } from "../../domain/matching/token-table.ts";
import { type SharedCount, startSecondThread } from "./second-thread.ts";

it("counts with the second thread's help what one thread counts, and small tables without it", async () => {
  const shared = startSecondThread();
  const [left, right] = [tableOf(0, 200_000), tableOf(150_000, 200_000)];
  expect(await firstHelp(shared, left, right)).toBe(50_000);
  const counts = Array.from({ length: 5 }, () => shared(left, right, 8));
  expect(await Promise.all(counts)).toEqual(Array(5).fill(50_000));
  expect(shared(tableOf(0, 10), tableOf(0, 10), 8)).toBeNull();
});

async function firstHelp(shared: SharedCount, left: TokenTable, right: TokenTable): Promise<number> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const help = shared(left, right, 8);
    if (help !== null) return help;
    await pause(50);
  }
  throw new Error("the second thread never came up");
}

// The rows `from`..`from + count` of one sequence of tokens, sorted.
function tableOf(from: number, count: number): TokenTable {
  const all = Array.from({ length: count }, (_, index) => Math.imul(from + index, 0x9e3779b1) >>> 0).sort(
    (a, b) => a - b,
  );
  const keys = inSharedMemory(Uint32Array.from(all));
  const starts = new Uint32Array(257);
  for (const key of keys) starts[(key >>> 24) + 1] = (starts[(key >>> 24) + 1] ?? 0) + 1;
  for (let bucket = 0; bucket < 256; bucket++) starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
  const rest = inSharedMemory(new Uint32Array(count * 3));
  return { keys, rest, people: inSharedMemory(keys), firsts: new Uint8Array(0), repeats: repeatsOf(keys), starts };
}

function inSharedMemory(values: Uint32Array): Uint32Array {
  const there = new Uint32Array(new SharedArrayBuffer(values.byteLength));
  there.set(values);
  return there;
}
