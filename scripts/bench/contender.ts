// What is compared with what: each contender takes in both lists, then counts who is on both.

export type Contender = {
  readonly name: string;
  /** Takes in one list from its file, in place of whatever it had for that side. Answers milliseconds. */
  load(side: "left" | "right", path: string): Promise<number>;
  /** Counts the people on both lists, which were loaded. */
  overlap(): Promise<{ readonly millis: number; readonly count: number }>;
  end(): Promise<void>;
};

export async function timed<Value>(work: () => Promise<Value>): Promise<{ millis: number; value: Value }> {
  const started = performance.now();
  const value = await work();
  return { millis: performance.now() - started, value };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}
