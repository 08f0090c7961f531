import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { USUAL_RATES } from "../../domain/rates.ts";
import { ROUTES } from "../../http/api/routes.ts";
import { PUBLISHING, startTestRoom, type TestRoom } from "../room.ts";
import { beginCall } from "../slow-call.ts";
import { csvOf, LIST_SCHEMA, people } from "./lists.ts";
import {
  agree,
  ask,
  bring,
  call,
  contractJson,
  declare,
  type Member,
  overlapOf,
  policyJson,
  putPolicy,
  upload,
} from "./world.ts";

let room: TestRoom;
let members: readonly [Member, Member];

beforeAll(async () => {
  const metrics = { host: "127.0.0.1", port: 0 };
  const rates = { ...USUAL_RATES, deletion: { units: 1, windowSeconds: 3_600 } };
  room = await startTestRoom(undefined, PUBLISHING, { metrics, rates, slowQuestionMillis: 0, logLevel: "silent" });
  const operator = { origin: room.publicOrigin, id: "operator" as never, key: room.operatorKey };
  const world = { operator, origin: room.publicOrigin };
  members = [await bring(world, "zinnia-travel"), await bring(world, "wisteria-boats")];
  const [left, right] = members;
  for (const member of members) await putPolicy(member, policyJson(member.id));
  const contract = await agree([left, right], contractJson([left, right]));
  for (const member of members) await declare(member);
  await upload(left, csvOf(people(0, 300), "l"));
  await upload(right, csvOf(people(200, 500), "r"));
  await ask(left, overlapOf(contract, [left, right]));
  const denied = { ...overlapOf(contract, [left, right]), purpose: "activation" };
  expect((await call(left, "POST /v1/questions", { json: denied })).status).toBe(403);
  for (let count = 0; count < 2; count++)
    await fetch(`${room.url}/v1/deletion-requests/zinnia-travel`, { method: "POST", body: "x" });
});

afterAll(() => room.discard());

const at = (path: string) => fetch(`http://127.0.0.1:${room.metricsPort}${path}`);

type Sample = { readonly name: string; readonly labels: ReadonlyMap<string, string>; readonly value: number };

function samplesIn(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const [, name = "", labels = "", value] = /^([a-z_]+)(?:\{(.*)\})? ([-\d.e+]+)$/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key = "", said = ""]) => [key, said] as const);
    return value === undefined ? [] : [{ name, labels: new Map(pairs), value: Number(value) }];
  });
}

async function scrape(): Promise<Sample[]> {
  const reply = await at("/metrics");
  expect([reply.status, reply.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/plain")]);
  return samplesIn(await reply.text());
}

describe("metrics", () => {
  test("tell what was asked and refused, by route and reason", async () => {
    const samples = await scrape();
    const of = (name: string, labels: object) =>
      samples.find(
        (one) => one.name === name && Object.entries(labels).every(([key, said]) => one.labels.get(key) === said),
      )?.value;
    const route = "/v1/questions";
    expect(of("concordat_requests_total", { route, method: "POST", outcome: "200" })).toBe(1);
    expect(of("concordat_requests_total", { route, method: "POST", outcome: "not-permitted" })).toBe(1);
    expect(of("concordat_request_seconds_count", { route, method: "POST" })).toBe(2);
    expect(of("concordat_refusals_total", { because: "deletion" })).toBe(1);
    expect(of("concordat_slow_questions_total", {})).toBe(1);
    expect(of("concordat_list_files", {})).toBe(2);
    expect(of("concordat_log_sound", {})).toBe(1);
    expect(of("concordat_ready", { part: "database" })).toBe(1);
    expect(of("concordat_database_sessions_limit", { pool: "room" })).toBe(16);
    expect(of("concordat_turns_under_way", { work: "questions" })).toBe(0);
    const [memory, free] = ["bytes", "free_bytes"].map((name) => of(`concordat_engine_memory_${name}`, {}) ?? 0);
    expect([memory, free !== undefined && free > 0 && free < (memory ?? 0)]).toEqual([512 * 1_048_576, true]);
    const entries = of("concordat_log_entries", {}) ?? 0;
    await call(members[0], "POST /v1/datasets", { json: { ...LIST_SCHEMA, dataset: "later" } });
    const later = (await scrape()).find(({ name }) => name === "concordat_log_entries");
    expect(later?.value).toBe(entries + 1);
  });

  test("name nobody, whatever was asked: every label is of a closed list", async () => {
    const paths = new Set<string>(ROUTES.map(({ path }) => path));
    for (let count = 0; count < 3; count++) await fetch(`${room.url}/v1/person7@example.org-${count}`);
    const text = await (await at("/metrics")).text();
    expect(text).not.toMatch(/zinnia|wisteria|person|joint-season|customers/);
    const routes = samplesIn(text).flatMap(({ labels }) => labels.get("route") ?? []);
    expect(routes.filter((route) => !paths.has(route) && !route.startsWith("/v1/deletion-requests"))).toEqual([]);
    expect(samplesIn(text).length).toBeLessThan(1_000);
  });

  test("have everything that the dashboard draws, by the labels that it names", async () => {
    const file = new URL("../../../scripts/deploy/grafana-dashboard.json", import.meta.url);
    const dashboard: { panels: { title: string; targets?: { expr: string }[] }[] } = JSON.parse(
      await readFile(file, "utf8"),
    );
    const drawn = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(drawn.length).toBeGreaterThan(25);
    const samples = await scrape();
    const known = new Map(samples.map(({ name, labels }) => [name, labels]));
    for (const expr of drawn) {
      const names = expr.match(/concordat_[a-z_]+/g) ?? [];
      expect(names.length, expr).toBeGreaterThan(0);
      for (const name of names) expect([...known.keys()], expr).toContain(name);
      const by = [...expr.matchAll(/by \(([a-z, ]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
      const labels = names.flatMap((name) => [...(known.get(name)?.keys() ?? [])]);
      for (const label of by) expect(labels, expr).toContain(label);
    }
    const named = new Set(drawn.flatMap((expr) => expr.match(/concordat_[a-z_]+/g) ?? []));
    const undrawn = [...known.keys()].filter((name) => !named.has(name) && !/_(?:sum|count)$/.test(name));
    expect(undrawn).toEqual([]);
  });

  test("are nowhere but at their own place, which takes nothing in", async () => {
    expect((await fetch(`${room.url}/metrics`)).status).toBe(404);
    expect((await at("/v1/partners")).status).toBe(404);
    const posted = await fetch(`http://127.0.0.1:${room.metricsPort}/metrics`, { method: "POST", body: "x" });
    expect(posted.status).toBe(404);
  });
});

test("a room that is told to stop says so first, ends what is under way, and then takes nothing more", async () => {
  const well = await at("/readyz");
  expect([well.status, await well.json()]).toEqual([200, { isReady: true, amiss: {} }]);
  expect(await (await fetch(`${room.url}/readyz`)).json()).toEqual({ isReady: true });
  const [left, right] = members;
  const json = overlapOf("0".repeat(64), [left, right]);
  const explain = { method: "POST", path: "/v1/questions/explain", key: left.key, json };
  const asked = beginCall(left.origin, explain);
  await asked.isBegun;
  const drained = room.drain();
  const amiss = await (await at("/readyz")).json();
  expect(amiss).toEqual({ isReady: false, amiss: { running: "the room was told to stop" } });
  asked.finish();
  expect((await asked.answer).status).toBe(404);
  await drained;
  await expect(fetch(`${room.url}/healthz`)).rejects.toThrow();
});
