import { randomBytes } from "node:crypto";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKETS, REST_WORDS, repeatsOf, type TokenTable } from "../../domain/matching/token-table.ts";
import { newTurns, report, takenBuckets, wholeCount } from "./bucket-turns.ts";
import { countOnTwoThreads, countTaken } from "./second-thread.ts";

const TOKENS = 60_000;
const SHARED = 20_000;
const WORDS = REST_WORDS + 1;

function randomTokens(count: number): Uint32Array[] {
  const words = new Uint32Array(Uint8Array.from(randomBytes(count * WORDS * 4)).buffer);
  return Array.from({ length: count }, (_, at) => words.subarray(at * WORDS, (at + 1) * WORDS));
}

function inShared(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

function tableOf(tokens: readonly Uint32Array[]): TokenTable {
  const sorted = [...tokens].sort((left, right) => Buffer.compare(bigEndian(left), bigEndian(right)));
  const [keys, rest, starts] = [inShared(TOKENS), inShared(TOKENS * REST_WORDS), inShared(BUCKETS + 1)];
  for (const [at, [key = 0, ...others]] of sorted.entries()) {
    keys[at] = key;
    rest.set(others, at * REST_WORDS);
    for (let bucket = (key >>> 24) + 1; bucket <= BUCKETS; bucket++) starts[bucket] = at + 1;
  }
  return { keys, rest, starts, people: inShared(TOKENS), firsts: new Uint8Array(0), repeats: repeatsOf(keys) };
}

function bigEndian(token: Uint32Array): Buffer {
  const bytes = Buffer.alloc(WORDS * 4);
  for (const [at, word] of token.entries()) bytes.writeUInt32BE(word, at * 4);
  return bytes;
}

const both = randomTokens(SHARED);
const left = tableOf([...both, ...randomTokens(TOKENS - SHARED)]);
const right = tableOf([...both, ...randomTokens(TOKENS - SHARED)]);

describe("the buckets of a count", () => {
  it("are each taken once, whoever takes them, and the count is whole when all are done", () => {
    const turns = newTurns();
    const [mine, others] = [takenBuckets(turns), takenBuckets(turns)];
    const taken: number[] = [];
    for (let turn = 0; turn < BUCKETS; turn++) {
      const next = (turn % 3 === 0 ? mine : others).next();
      if (next.done !== true) taken.push(next.value);
    }
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: BUCKETS }, (_, bucket) => bucket));
    report(turns, { buckets: BUCKETS - 1, count: 5 });
    expect(wholeCount(turns)).toBeNull();
    report(turns, { buckets: 1, count: 2 });
    expect(wholeCount(turns)).toBe(7);
  });
});

describe("the second thread", () => {
  let thread: Worker;
  beforeAll(async () => {
    thread = new Worker(new URL("./matching-thread.mjs", import.meta.url));
    await new Promise((ready) => thread.once("message", ready));
  });
  afterAll(() => thread.terminate());

  it("counts by itself what nobody else takes", async () => {
    const turns = newTurns();
    thread.postMessage({ left, right, turns });
    await expect.poll(() => wholeCount(turns), { timeout: 20_000 }).toBe(SHARED);
  });

  it("counts together with the first", async () => {
    for (let round = 0; round < 20; round++) {
      const turns = newTurns();
      thread.postMessage({ left, right, turns });
      const steps = countTaken({ left, right, turns });
      while (steps.next().done !== true);
      await expect.poll(() => wholeCount(turns), { timeout: 20_000 }).toBe(SHARED);
    }
  });
});

describe("counting on two threads", () => {
  it("gives the count while the other thread starts, and after", async () => {
    const count = countOnTwoThreads(0);
    const until = performance.now() + 2_500;
    while (performance.now() < until) {
      expect(await count(left, right, 64)).toBe(SHARED);
      await new Promise((turn) => setTimeout(turn, 20));
    }
  });

  it("starts no thread for small tables", async () => {
    expect(await countOnTwoThreads(10 ** 9)(left, right, 64)).toBe(SHARED);
  });
});
