import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, type Pool } from "./pool.ts";
import { readiness } from "./readiness.ts";

// A server that takes connections and says nothing.
let silent: Server;
let pool: Pool;
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((ready) => silent.listen(0, "127.0.0.1", ready));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  pool = openPool({ url: `postgres://127.0.0.1:${port}/x`, username: "x", password: "x" }, 1);
});
afterAll(async () => {
  void pool.close();
  silent.close();
});

test("a database that neither answers nor refuses is not ready in time, for everybody who asks meanwhile", async () => {
  const ready = readiness(pool, 100);
  const started = performance.now();
  const asked = await Promise.allSettled([ready(), ready(), ready()]);
  expect(performance.now() - started).toBeLessThan(1_000);
  for (const one of asked) {
    expect(one).toMatchObject({ status: "rejected", reason: { message: "the database did not answer within 100 ms" } });
  }
});
