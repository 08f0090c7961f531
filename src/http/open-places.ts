// What needs no signature: health, the room's public keys, the pages of problems, and the API's own description.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Hono } from "hono";
import type { Amiss } from "../app/readiness.ts";
import { everyKey, handOverNotes } from "../crypto/log-key.ts";
import { rawPublicKey, verifierKey } from "../crypto/signed-note.ts";
import { contradictionInWords } from "../domain/audit/comparison.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { problem, waitSeconds } from "../domain/problem.ts";
import { ROUTES } from "./api/routes.ts";
import type { RoomContext, RoomEnv } from "./incoming.ts";
import { openApiDocument } from "./openapi.ts";
import { isProblemKind, problemIndex, problemPage, problemReply } from "./problem-reply.ts";
import { toResponse, withRates } from "./serve-route.ts";
import type { Serving } from "./serving.ts";

type Opened = Serving & { readonly amiss: () => Promise<Amiss> };

const HTML = "text/html; charset=utf-8";
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** Mounts the places that anybody may look at. */
export function mountOpenPlaces(app: Hono<RoomEnv>, opened: Opened): void {
  const open = (path: string, serve: (c: RoomContext) => Response | Promise<Response>) =>
    app.get(path, async (c) => {
      const { refusal, fields } = opened.rates.ofStranger(c.var.address);
      const response = refusal === null ? await serve(c) : toResponse(problemReply(refusal, c.var.requestId));
      return withRates(response, fields);
    });
  // Whoever watches the room asks these two often, and is answered whatever else comes from its address.
  app.get("/healthz", () => json(200, { isAlive: true }));
  app.get("/readyz", async () => {
    const contradiction = opened.ports.standing.of();
    if (contradiction !== null) return json(503, { isReady: false, because: contradictionInWords(contradiction) });
    // What is amiss is the operator's to know, by its log and beside its metrics.
    const isReady = (await opened.amiss()).size === 0;
    const response = json(isReady ? 200 : 503, { isReady });
    if (!isReady) response.headers.set("retry-after", String(waitSeconds("unavailable")));
    return response;
  });
  open("/.well-known/jwks.json", () => json(200, roomKeys(opened)));
  open("/problems", () => page(HTML, problemIndex()));
  open("/problems/:kind", (c) => {
    const kind = c.req.param("kind") ?? "";
    if (isProblemKind(kind)) return page(HTML, problemPage(kind));
    return toResponse(problemReply(problem("not-found", "there is no such kind of problem"), c.var.requestId));
  });
  const document = canonicalJson(openApiDocument(ROUTES));
  open("/v1/openapi.json", () => page("application/json", document));
  open("/docs", () => page(HTML, DOCS));
  open("/docs/start.js", () => page(JAVASCRIPT, START));
  for (const [name, type] of ASSETS) {
    open(`/docs/${name}`, async () => page(type, await readFile(join(ASSET_FOLDER, name), "utf8")));
  }
}

// The keys that receipts verify under, as JWKs; the log's first key in the form in which checkpoints are verified; and
// the notes by which others followed it, oldest first.
function roomKeys({ ports }: Opened) {
  const first = ports.room.logKeys.known();
  const keys = everyKey(first).map(({ key: { jwk, thumbprint, algorithm } }) => {
    return { ...jwk, kid: thumbprint, alg: algorithm, use: "sig" };
  });
  const checkpointKey = verifierKey(first.name, rawPublicKey(first.key));
  return { keys, checkpointKey, handOvers: [...handOverNotes(first)] };
}

const ASSET_FOLDER = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const ASSETS = [
  ["swagger-ui-bundle.js", JAVASCRIPT],
  ["swagger-ui.css", "text/css; charset=utf-8"],
] as const;
const DOCS = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Concordat API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>
`;
// Without an address of null, the page would send the description to a validator elsewhere and show its verdict.
const START = `SwaggerUIBundle({
  url: "/v1/openapi.json", dom_id: "#docs", supportedSubmitMethods: [], validatorUrl: null
});
`;

function json(status: number, value: Parameters<typeof canonicalJson>[0]): Response {
  return toResponse({ status, contentType: "application/json", body: canonicalJson(value) });
}

function page(contentType: string, body: string): Response {
  const headers = { "content-type": contentType, "content-security-policy": CSP, "x-content-type-options": "nosniff" };
  return new Response(body, { headers });
}

// The page of the API styles itself inline and draws its icons from data; nothing may come from elsewhere.
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
