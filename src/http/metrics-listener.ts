// Where the operator's monitoring looks: metrics, and what is amiss by part. A place of its own, on loopback or in the
// operator's network, since it tells how busy a room is, which is nobody else's business; it takes nothing in.

import { createServer, type ServerResponse } from "node:http";
import type { Amiss } from "../app/readiness.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Metrics } from "./metrics.ts";

/** An address of the operator's network. */
export type MetricsPlace = { readonly host: string; readonly port: number };

type Told = { readonly metrics: Pick<Metrics, "scrape" | "contentType">; readonly amiss: () => Promise<Amiss> };
export type MetricsListener = { readonly port: number; readonly close: () => Promise<void> };

/** Listens; fails when the place is taken. */
export async function listenForMetrics({ host, port }: MetricsPlace, told: Told): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    request.resume();
    const place = request.method === "GET" ? PLACES[request.url ?? ""] : undefined;
    const answer = place === undefined ? nothingHere() : place(told);
    answer.then(
      (reply) => send(response, reply),
      () => send(response, { status: 503, type: TEXT, body: "the metrics could not be read\n" }),
    );
  });
  server.maxConnections = LIMITS.metricsConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server listens nowhere");
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: address.port, close };
}

type Answer = { readonly status: number; readonly type: string; readonly body: string };

const TEXT = "text/plain; charset=utf-8";
const PLACES: { readonly [path: string]: (told: Told) => Promise<Answer> } = {
  "/metrics": async ({ metrics }) => ({ status: 200, type: metrics.contentType, body: await metrics.scrape() }),
  "/readyz": async ({ amiss }) => {
    const found = await amiss();
    const body = canonicalJson({ isReady: found.size === 0, amiss: Object.fromEntries(found) });
    return { status: found.size === 0 ? 200 : 503, type: "application/json", body };
  },
};

async function nothingHere(): Promise<Answer> {
  return { status: 404, type: TEXT, body: "here are /metrics and /readyz\n" };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(body);
}
