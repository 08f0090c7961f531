import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { readSignature, refusalOfTimes, verifyRequest } from "../crypto/http-signature.ts";
import { generateSigningKey } from "../crypto/jwk.ts";
import type { HeaderLines } from "../crypto/signature-base.ts";
import { toBase64 } from "../domain/bytes.ts";
import { roomClient } from "./room-client.ts";

type Seen = { readonly method: string; readonly path: string; readonly headers: HeaderLines; readonly body: Buffer };
type Step = { readonly status: number; readonly body: unknown; readonly retryAfter?: string };
type Script = readonly (Step | "hang up")[];

const { key } = generateSigningKey();
const OK = { status: 200, body: { items: [], next: null } };
const UNAVAILABLE = { status: 503, body: problem("unavailable", 503) };
const GATEWAY = { status: 502, body: "bad gateway" };
const IN_FLIGHT = { status: 409, body: problem("idempotency-in-flight", 409) };
const TOO_MANY = { status: 429, body: problem("too-many-requests", 429), retryAfter: "0" };
const NOW = 1_800_000_000_000;
let server: Server | null = null;

function problem(kind: string, status: number) {
  return { type: `/problems/${kind}`, title: kind, status, detail: `${kind} here`, next: "wait", expected: 3 };
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function scripted(script: Script, options: { readonly publicOrigin?: string } = {}) {
  const seen: Seen[] = [];
  const own = createServer(async (request, response) => {
    const body = await bodyOf(request);
    seen.push({ method: request.method ?? "", path: request.url ?? "", headers: linesOf(request.rawHeaders), body });
    const step = script[Math.min(seen.length, script.length) - 1];
    if (step === undefined || step === "hang up") return request.socket.destroy();
    const wait = step.retryAfter === undefined ? {} : { "retry-after": step.retryAfter };
    response.writeHead(step.status, { "content-type": "application/json", ...wait });
    return response.end(JSON.stringify(step.body));
  });
  server = own;
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  const address = own.address();
  if (typeof address !== "object" || address === null) throw new Error("not listening");
  const url = `http://127.0.0.1:${address.port}`;
  const patience = { tries: 3, pauseMillis: 5 };
  const random = (count: number) => randomBytes(count);
  return { url, seen, client: roomClient({ url, key, clock: () => NOW, random, patience, ...options }) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function linesOf(raw: readonly string[]): HeaderLines {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : []));
}

function field(seen: Seen | undefined, name: string): string {
  return seen?.headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? "";
}

function verified(origin: string, { method, path, headers, body }: Seen): boolean {
  const input = readSignature(headers);
  if (!input.ok) throw new Error(input.error.detail);
  const request = { method, targetUri: `${origin}${path}`, headers, hasBody: body.length > 0 };
  const isInTime = refusalOfTimes(input.value, NOW / 1_000) === null;
  return isInTime && verifyRequest({ key: key.publicKey, input: input.value, request }).ok;
}

describe("a client", () => {
  test("signs what it sends, as the room checks it: query, body digest and idempotency key", async () => {
    const { client, seen, url } = await scripted([OK]);
    await client.call((api) => api.GET("/v1/contracts", { params: { query: { limit: 5, after: "a b" } } }));
    await client.call((api) =>
      api.POST("/v1/contracts/{contract}/refusal", { params: { path: { contract: "f".repeat(64) } }, body: {} }),
    );
    expect(seen.map((one) => verified(url, one))).toEqual([true, true]);
    const digest = toBase64(
      createHash("sha256")
        .update(seen[1]?.body ?? "")
        .digest(),
    );
    expect(field(seen[1], "content-digest")).toBe(`sha-256=:${digest}:`);
    expect(field(seen[1], "idempotency-key")).toMatch(/^[\w-]{22}$/);
  });

  test("signs for the public origin when it reaches the room by another address", async () => {
    const { client, seen } = await scripted([OK], { publicOrigin: "https://room.example" });
    await client.call((api) => api.GET("/v1/policy"));
    expect(seen.map((one) => verified("https://room.example", one))).toEqual([true]);
  });

  test.each([
    ["hangs up", "hang up" as const],
    ["is unavailable", UNAVAILABLE],
    ["breaks off behind a proxy", GATEWAY],
    ["has it from a proxy for the second time", { status: 401, body: problem("signature-replayed", 401) }],
    ["takes too long for a proxy", { ...GATEWAY, status: 504 }],
    ["is still at it", IN_FLIGHT],
    ["had too much", TOO_MANY],
  ])("sends a POST again under the same idempotency key with a new nonce when the room %s", async (_, first) => {
    const { client, seen, url } = await scripted([first, OK]);
    const path = { params: { path: { contract: "f".repeat(64) } }, body: {} };
    const answer = await client.call((api) => api.POST("/v1/contracts/{contract}/refusal", path));
    expect(answer.ok).toBe(true);
    expect(seen.length).toBe(2);
    expect(field(seen[0], "idempotency-key")).toBe(field(seen[1], "idempotency-key"));
    expect(field(seen[0], "signature-input")).not.toBe(field(seen[1], "signature-input"));
    expect(seen.map((one) => verified(url, one))).toEqual([true, true]);
  });

  test("gives up after three tries, and says what the room said", async () => {
    const { client, seen } = await scripted([UNAVAILABLE]);
    const answer = await client.call((api) => api.GET("/v1/policy"));
    expect(seen.length).toBe(3);
    expect(answer).toMatchObject({ ok: false, error: { status: 503, kind: "unavailable", extra: { expected: 3 } } });
  });

  test("sends a PUT once: it may have had its effect", async () => {
    const { client, seen, url } = await scripted(["hang up"]);
    await expect(client.send(new Request(`${url}/v1/policy`, { method: "PUT", body: "{}" }))).rejects.toThrow();
    expect(seen.length).toBe(1);
  });

  test("waits as long as the room says before it sends again what was too much, a PUT as well", async () => {
    const { client, seen, url } = await scripted([{ ...TOO_MANY, retryAfter: "1" }, OK]);
    const began = performance.now();
    const answer = await client.send(new Request(`${url}/v1/policy`, { method: "PUT", body: "{}" }));
    expect([answer.status, seen.length]).toEqual([200, 2]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
    expect(seen[1]?.body.toString()).toBe("{}");
  });

  test.each([["86400"], ["soon"], [undefined]])("does not wait where it would be told `%s`", async (retryAfter) => {
    const { status, body } = TOO_MANY;
    const { client, seen } = await scripted([
      retryAfter === undefined ? { status, body } : { status, body, retryAfter },
    ]);
    const answer = await client.call((api) => api.GET("/v1/policy"));
    expect([seen.length, answer]).toMatchObject([1, { ok: false, error: { kind: "too-many-requests" } }]);
  });

  test("gives up when too much goes on being too much", async () => {
    const { client, seen } = await scripted([TOO_MANY]);
    const answer = await client.call((api) => api.GET("/v1/policy"));
    expect([seen.length, answer.ok]).toEqual([4, false]);
  });

  test("tells a room that does not answer from one that refuses", async () => {
    const { client, url } = await scripted(["hang up"]);
    const answer = await client.call((api) => api.GET("/v1/policy"));
    expect(answer).toMatchObject({ ok: false, error: { status: 0, kind: "unreachable" } });
    expect(answer.ok ? "" : answer.error.detail).toContain(url);
  });

  test("waits longer for a proxy that has no room behind it", async () => {
    const { client, seen } = await scripted([...Array.from({ length: 11 }, () => ({ ...GATEWAY, status: 503 })), OK]);
    expect(await client.call((api) => api.GET("/v1/policy"))).toMatchObject({ ok: true });
    expect(seen.length).toBe(12);
  });

  test("does not ask a room again whose log was put back", async () => {
    const { client, seen } = await scripted([{ status: 503, body: problem("log-behind", 503) }]);
    await client.call((api) => api.GET("/v1/policy"));
    expect(seen.length).toBe(1);
  });

  test("knows an answer that no room gives", async () => {
    const { client, seen } = await scripted([GATEWAY]);
    const answer = await client.call((api) => api.GET("/v1/policy"));
    expect(seen.length).toBe(12);
    expect(answer).toMatchObject({ ok: false, error: { status: 502, kind: "not-a-room" } });
  });
});
