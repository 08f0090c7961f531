// What is compared with what: each contender takes in lists, then counts who is on two of them.

import type { Side } from "./lists.ts";

export type Contender = {
  readonly name: string;
  /** Takes in one list from its file, in place of whatever it had for that side. Answers milliseconds. */
  load(side: Side, path: string): Promise<number>;
  /** Counts the people on both the left and the right list, which were loaded. */
  overlap(): Promise<{ readonly millis: number; readonly count: number }>;
  end(): Promise<void>;
};

export async function timed<Value>(work: () => Promise<Value>): Promise<{ millis: number; value: Value }> {
  const started = performance.now();
  const value = await work();
  return { millis: performance.now() - started, value };
}
