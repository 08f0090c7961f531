// The socket under the app: it listens, it ends requests that stall, and it closes. Node answers a request that is
// late with 408 and closes its connection; what the request has begun fails and leaves nothing.

import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";

export type Listener = {
  readonly port: number;
  /** Takes no more connections, and waits until what is under way has ended, so long at the most. */
  readonly drain: (millis: number) => Promise<void>;
  /** Closes every connection; what is under way fails. */
  readonly close: () => Promise<void>;
};

/** Where to listen, how long a request may take to arrive, and how long a connection waits for the next. */
export type Listening = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly headersSeconds: number;
  readonly requestSeconds: number;
  readonly idleSeconds: number;
};

type Fetch = Parameters<typeof createAdaptorServer>[0]["fetch"];

/** Listens; fails when the place is taken. */
export async function listen(fetch: Fetch, listening: Listening): Promise<Listener> {
  const { headersSeconds, requestSeconds, idleSeconds } = listening;
  const underWay: UnderWay = { replies: 0, apart: new WeakSet() };
  const server = createAdaptorServer({
    fetch: endingApart(fetch, underWay),
    serverOptions: {
      headersTimeout: headersSeconds * 1_000,
      requestTimeout: requestSeconds * 1_000,
      keepAliveTimeout: idleSeconds * 1_000,
      // Late requests are looked for this often.
      connectionsCheckingInterval: Math.min(headersSeconds * 1_000, 5_000),
    },
  });
  watch(server, underWay);
  const port = await bound(server, listening);
  return { port, drain: (millis) => drained(server, underWay, millis), close: () => closed(server) };
}

type AnyServer = ReturnType<typeof createAdaptorServer>;

function bound(server: AnyServer, { host, port }: Listening): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the server listens nowhere"));
    });
  });
}

/**
 * How many replies are under way that will end, and which of the others are counted no more. They are counted and not
 * gathered: a set that is added to and deleted from with every request grows new tables again and again, of which in V8
 * each former one holds the next, with all that stood in it, once one of them has lived long.
 */
type UnderWay = { replies: number; readonly apart: WeakSet<object> };

// A stream of events never ends by itself: whoever reads it comes again, to this server or another.
function endingApart(fetch: Fetch, underWay: UnderWay): Fetch {
  return async (request, bindings) => {
    const response = await fetch(request, bindings);
    const type = response instanceof Response ? response.headers.get("content-type") : null;
    if (type?.startsWith("text/event-stream") === true && "outgoing" in bindings) setApart(bindings.outgoing, underWay);
    return response;
  };
}

function setApart(response: Pick<ServerResponse, "closed">, underWay: UnderWay): void {
  if (response.closed) return;
  underWay.apart.add(response);
  underWay.replies -= 1;
}

function watch(server: AnyServer, underWay: UnderWay): void {
  server.on("request", (_: IncomingMessage, response: ServerResponse) => {
    underWay.replies += 1;
    response.once("close", () => {
      if (!underWay.apart.has(response)) underWay.replies -= 1;
    });
  });
}

async function drained(server: AnyServer, underWay: UnderWay, millis: number): Promise<void> {
  server.close();
  if ("closeIdleConnections" in server) server.closeIdleConnections();
  for (let waited = 0; waited < millis && underWay.replies > 0; waited += DRAIN_TICK_MILLIS)
    await wait(DRAIN_TICK_MILLIS);
}

const DRAIN_TICK_MILLIS = 20;

function closed(server: AnyServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
