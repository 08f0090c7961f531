// The socket under the app: it listens, it ends requests that stall, and it closes. Node answers a request that is
// late with 408 and closes its connection; what the request has begun fails and leaves nothing.

import { createAdaptorServer } from "@hono/node-server";

export type Listener = {
  readonly port: number;
  /** Closes every connection; what is under way fails. */
  readonly close: () => Promise<void>;
};

/** Where to listen, and how long a request may take to arrive. */
export type Listening = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly headersSeconds: number;
  readonly requestSeconds: number;
};

type Fetch = Parameters<typeof createAdaptorServer>[0]["fetch"];

/** Listens; fails when the place is taken. */
export async function listen(fetch: Fetch, listening: Listening): Promise<Listener> {
  const { headersSeconds, requestSeconds } = listening;
  const server = createAdaptorServer({
    fetch,
    serverOptions: {
      headersTimeout: headersSeconds * 1_000,
      requestTimeout: requestSeconds * 1_000,
      // Late requests are looked for this often.
      connectionsCheckingInterval: Math.min(headersSeconds * 1_000, 5_000),
    },
  });
  const port = await bound(server, listening);
  return { port, close: () => closed(server) };
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

function closed(server: AnyServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
