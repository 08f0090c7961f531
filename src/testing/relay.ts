// A way to a test's database over TCP, for rooms that are given one by its address. It counts how often the room waits.

import { connect, createServer, type Server, type Socket } from "node:net";
import type { TestDatabase } from "./database.ts";

export type Relay = {
  /** The database as DATABASE_URL names one. */
  readonly url: string;
  /** How often a room waited for its database: what it sent before the next answer came is one round trip. */
  readonly count: () => number;
  readonly close: () => void;
};

/** Opens a way to the database on a free port of this machine. */
export async function relayTo({ target }: TestDatabase): Promise<Relay> {
  let trips = 0;
  const server = createServer((client) => {
    const remote = target.kind === "embedded" ? connect(target.connection.path) : connect(placeOf(target.url));
    let isAnswered = true;
    client.on("data", () => {
      if (isAnswered) trips += 1;
      isAnswered = false;
    });
    remote.on("data", () => {
      isAnswered = true;
    });
    joined(client, remote);
  });
  const port = await listening(server);
  return { url: urlThrough(port, target), count: () => trips, close: () => server.close() };
}

function urlThrough(port: number, target: TestDatabase["target"]): string {
  if (target.kind === "embedded") {
    const { username, database: name } = target.connection;
    return `postgres://${username}@127.0.0.1:${port}/${name}`;
  }
  const url = new URL(target.url);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href;
}

function placeOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port === "" ? 5432 : port) };
}

function joined(left: Socket, right: Socket): void {
  for (const [from, to] of [[left, right] as const, [right, left] as const]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the relay listens nowhere"));
    });
  });
}
