import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

// Objects that live long enough to be moved among the old, and then die, beside others that stay.
const CHURN = `
  const { getHeapStatistics } = await import("node:v8");
  const { spareHeap } = await import(process.argv[1]);
  spareHeap();
  const object = (turn) => ({ turn, others: [turn, turn] });
  const kept = Array.from({ length: 300_000 }, (_, turn) => object(turn));
  const passing = Array.from({ length: 200_000 }, (_, turn) => object(turn));
  gc();
  const lives = getHeapStatistics().used_heap_size;
  let most = 0;
  for (let turn = 0; turn < 12_000_000; turn++) {
    passing[turn % passing.length] = object(turn);
    if (turn % 10_000 === 0) most = Math.max(most, getHeapStatistics().used_heap_size);
  }
  process.stdout.write(JSON.stringify({ lives, most, kept: kept.length }));
`;

/** What has just been made takes no more than two halves of it (16 MiB each), and those that pass. */
const NEW_BYTES = 48 * 1_048_576;

test("a process that spares its heap holds as much garbage as what lives, and no more", async () => {
  const module = fileURLToPath(new URL("spare-heap.ts", import.meta.url));
  const flags = ["--import", "tsx", "--expose-gc", "--input-type=module", "--eval", CHURN, module];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  const { lives, most } = JSON.parse(stdout) as { readonly lives: number; readonly most: number };
  expect(most).toBeGreaterThan(lives * 1.2);
  expect(most).toBeLessThan(lives * 2 + NEW_BYTES);
});
