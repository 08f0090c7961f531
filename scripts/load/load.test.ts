// A short load on a real room, and the sender against a server that stands still: what it tells must show it.

import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { generateSigningKey } from "../../src/crypto/jwk.ts";
import { percentilesOf, together } from "./latencies.ts";
import { readLoadOptions } from "./options.ts";
import { linesOfTold, toldOf } from "./report.ts";
import { runLoad, sendAll } from "./run.ts";
import type { Plan } from "./sender.ts";

it("a real room answers everything that it is sent, small lists and large ones beside included", async () => {
  const rates = "explain=40,read=40,ask=8,upload=4";
  const small = [
    "--partners",
    "3",
    "--contracts",
    "3",
    "--warm",
    "0.5",
    "--minutes",
    "0.02",
    "--beside",
    "1000",
    "--rates",
    rates,
  ];
  const options = readLoadOptions(small);
  if (options === null) throw new Error("the options ask for help");
  const told = toldOf(await runLoad(options, new AbortController().signal), options);
  expect(told.kinds.map(({ kind, errors }) => [kind, errors])).toEqual([
    ["explain", {}],
    ["read", {}],
    ["ask", {}],
    ["upload", {}],
  ]);
  expect(told.beside?.questions).toBeGreaterThan(0);
  const [first, second, third] = linesOfTold(told);
  expect(first).toMatch(/^explain +\d+ sent /);
  expect(second).toMatch(/^ +p99 of each tenth of the time: \d+ · /);
  expect(third).toMatch(/^read .*p99 +\d/);
  if (process.platform === "linux") expect(told.processors?.busy).toBeGreaterThan(0);
});

const JSON_TYPE = { "content-type": "application/json" };

it("a server that stands still for a while is seen by every request that falls due meanwhile", async () => {
  const standsStill = 600;
  let first = 0;
  const { origin, close } = await serverOf(async (_, response) => {
    if (first === 0) first = performance.now();
    await sleep(Math.max(0, standsStill - (performance.now() - first)));
    response.writeHead(200, JSON_TYPE).end("{}");
  });
  const sent = await sendAll(planFor(origin, { explain: 100, read: 0, ask: 0, upload: 0 }), never());
  close();
  const { total, p50, p95 } = percentilesOf(together(sent.kinds.explain.tenths));
  expect(total).toBe(sent.kinds.explain.sent);
  // A sender that waited for its answers would have met it once.
  expect(p95).toBeGreaterThan(standsStill / 2);
  expect(p50).toBeGreaterThan(standsStill / 20);
});

it("failures are told by what the server said, and an interrupt ends the load at once", async () => {
  const ending = new AbortController();
  const seen = { posts: 0, others: 0 };
  const { origin, close } = await serverOf((request, response) => {
    seen[isPost(request) ? "posts" : "others"] += 1;
    if (Math.min(seen.posts, seen.others) === 10) ending.abort();
    if (isPost(request)) response.writeHead(429, JSON_TYPE).end('{"type":"http://room.example/problems/too-many"}');
    else response.destroy();
  });
  const plan = { ...planFor(origin, { explain: 50, read: 50, ask: 0, upload: 0 }), seconds: 600 };
  const { kinds, seconds } = await sendAll(plan, ending.signal);
  close();
  expect(seconds).toBeLessThan(plan.seconds / 10);
  expect(Object.keys(kinds.explain.errors)).toEqual(["429 too-many"]);
  expect(kinds.explain.errors["429 too-many"]).toBe(kinds.explain.sent);
  expect(Object.values(kinds.read.errors).reduce((sum, count) => sum + count, 0)).toBe(kinds.read.sent);
});

it("what is slow before the load counts is in no percentile, and what fails there is told", async () => {
  const slow = 2_000;
  let first = 0;
  const { origin, close } = await serverOf(async (request, response) => {
    if (first === 0) first = performance.now();
    const isEarly = performance.now() - first < 500;
    await sleep(isEarly ? slow : 0);
    response.writeHead(isEarly && !isPost(request) ? 503 : 200, JSON_TYPE).end("{}");
  });
  const plan = planFor(origin, { explain: 100, read: 20, ask: 0, upload: 0 });
  const { kinds } = await sendAll({ ...plan, warmSeconds: 3 }, never());
  close();
  const { total, most } = percentilesOf(together(kinds.explain.tenths));
  expect(total).toBe(kinds.explain.sent);
  // Of four seconds one counts; a Poisson count strays by its root.
  expect(Math.abs(total - 100)).toBeLessThan(60);
  expect(most).toBeLessThan(slow);
  expect(kinds.explain.errors).toEqual({});
  expect(Object.keys(kinds.read.errors)).toEqual(["503 without a problem document"]);
});

function planFor(origin: string, rates: Plan["rates"]): Plan {
  const keys = { ann: generateSigningKey().privateJwk, bob: generateSigningKey().privateJwk };
  const scene = { members: ["ann", "bob"], contracts: [{ id: "contract", members: ["ann", "bob"] }] };
  return { origin, scene, keys, rates, warmSeconds: 0, seconds: 1, seed: "test" };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function isPost({ method }: IncomingMessage): boolean {
  return method === "POST";
}

async function serverOf(listener: RequestListener): Promise<{ readonly origin: string; readonly close: () => void }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // SAFETY: a server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}
