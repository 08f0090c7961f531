import openapiTypescript from "openapi-typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "../domain/canonical-json.ts";
import { startTestRoom, type TestRoom } from "../testing/room.ts";
import { ROUTES } from "./api/routes.ts";
import { openApiDocument } from "./openapi.ts";

type Parameter = { readonly name: string; readonly in: string; readonly required: boolean };
type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, unknown>>;
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly [part in "schemas" | "headers"]: Readonly<Record<string, unknown>> };
};

const text = canonicalJson(openApiDocument(ROUTES));
const document: Document = JSON.parse(text);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

describe("the OpenAPI document", () => {
  test("has one operation for each route, each with a name of its own", () => {
    expect(operations).toHaveLength(ROUTES.length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
    expect(operations.filter(({ operationId }) => !/^[a-z][A-Za-z0-9]*$/.test(operationId))).toEqual([]);
  });

  test("every reference leads to a schema, and every schema is referred to", () => {
    const named = Object.keys(document.components.schemas).sort();
    const targets = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target ?? "");
    const used = targets.filter((target) => !target.startsWith("#/components/headers/"));
    const headers = targets.filter((target) => !used.includes(target)).map((target) => target.split("/").at(-1));
    expect([...new Set(headers)].sort()).toEqual(Object.keys(document.components.headers).sort());
    const prefix = "#/components/schemas/";
    expect(used.filter((target) => !target.startsWith(prefix))).toEqual([]);
    expect([...new Set(used.map((target) => target.slice(prefix.length)))].sort()).toEqual(named);
  });

  test("each path names exactly the parameters in its braces, all required", () => {
    for (const { path, parameters = [] } of operations) {
      const inBraces = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = parameters.filter((one) => one.in === "path");
      expect(inPath.map(({ name }) => name).sort()).toEqual(inBraces.sort());
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
  });

  test("exactly the POSTs require an idempotency key", () => {
    const keyed = operations.filter(({ parameters = [] }) => parameters.some(({ name }) => name === "Idempotency-Key"));
    expect(keyed).toEqual(operations.filter(({ method }) => method === "post"));
  });

  test("every operation says what success is and that a signature can be missing", () => {
    for (const { responses } of operations) {
      expect(Object.keys(responses).filter((status) => /^2\d\d$/.test(status))).not.toHaveLength(0);
      expect(responses).toHaveProperty("401");
    }
  });

  test("every reply bears its request's name and what is left, and what is too much when to come again", () => {
    for (const { responses } of operations) {
      for (const reply of Object.values(responses))
        expect(reply).toMatchObject({ headers: { RateLimit: {}, "RateLimit-Policy": {}, "X-Request-Id": {} } });
      expect(responses["429"]).toMatchObject({ headers: { "Retry-After": {} } });
    }
  });

  test("a generator of clients takes it", async () => {
    await expect(openapiTypescript(text, { silent: true })).resolves.not.toHaveLength(0);
  });
});

describe("the page of the API", () => {
  let room: TestRoom;
  beforeAll(async () => {
    room = await startTestRoom();
  });
  afterAll(async () => {
    await room.discard();
  });

  test("loads nothing from elsewhere and runs no script of its own text", async () => {
    const html = await (await fetch(`${room.url}/docs`)).text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? "");
    expect(loaded).toEqual(["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]);
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
    const css = await (await fetch(`${room.url}/docs/swagger-ui.css`)).text();
    const drawn = [...css.matchAll(/url\(["']?([^"')]*)/g)].map(([, address]) => address ?? "");
    expect(drawn.filter((address) => !address.startsWith("data:"))).toEqual([]);
    expect(css).not.toContain("@import");
    expect(await (await fetch(`${room.url}/docs/start.js`)).text()).toContain("validatorUrl: null");
  });

  const places = [
    ["/docs", "text/html; charset=utf-8"],
    ["/docs/start.js", "text/javascript; charset=utf-8"],
    ["/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
    ["/docs/swagger-ui.css", "text/css; charset=utf-8"],
    ["/v1/openapi.json", "application/json"],
    ["/problems", "text/html; charset=utf-8"],
    ["/problems/not-permitted", "text/html; charset=utf-8"],
  ];
  test.each(places)("%s is served as %s under a policy that lets nothing in", async (path, type) => {
    const reply = await fetch(room.url + path);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toBe(type);
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
    const policy = reply.headers.get("content-security-policy")?.split("; ") ?? [];
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'"]));
    expect(policy.join(" ")).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test("the description that it shows is that of the routes", async () => {
    expect(await (await fetch(`${room.url}/v1/openapi.json`)).text()).toBe(text);
  });
});
