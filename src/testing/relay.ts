// A way to a test's database over TCP, for rooms that are given one by its address. It counts how often the room waits,
// cuts a connection at the very moment of a COMMIT, and goes out of order like a network or a server does.

import { connect, createServer, type Server, type Socket } from "node:net";
import type { TestDatabase } from "./database.ts";
import { type FrontendMessage, frontendMessages } from "./frontend-messages.ts";

/**
 * What becomes of a COMMIT whose connection is cut: it came through and its answer is lost, it was sent and whether it
 * came through is open, or it was lost itself.
 */
export const CUTS = ["answer lost", "just sent", "commit lost"] as const;
export type Cut = (typeof CUTS)[number];

/** How a database is out of reach: nobody listens, who listens hangs up, or nothing moves either way. */
export type Outage = "refused" | "reset" | "stalled";

export type Relay = {
  /** The database as DATABASE_URL names one. */
  readonly url: string;
  /** How often a room waited for its database: what it sent before the next answer came is one round trip. */
  readonly count: () => number;
  /** Cuts the connection of the next writing transaction whose act fits, at its COMMIT or its end, once. */
  readonly cutAtCommit: (cut: Cut, fits: (act: string) => boolean) => void;
  /** The acts that were cut, in order. */
  readonly cuts: readonly string[];
  /** Puts the database out of reach; resolves with what brings it back. */
  readonly fail: (outage: Outage) => Promise<() => Promise<void>>;
  readonly close: () => void;
};

type State = {
  readonly target: TestDatabase["target"];
  readonly pairs: Set<Pair>;
  readonly cuts: string[];
  trips: number;
  armed: { readonly cut: Cut; readonly fits: (act: string) => boolean } | null;
  outage: Outage | null;
};

type Pair = { readonly client: Socket; readonly remote: Socket };

/** Opens a way to the database on a free port of this machine. */
export async function relayTo({ target }: TestDatabase): Promise<Relay> {
  const state: State = { target, pairs: new Set(), cuts: [], trips: 0, armed: null, outage: null };
  const server = createServer((client) => welcome(state, client));
  const port = await listening(server, 0);
  return {
    url: urlThrough(port, target),
    count: () => state.trips,
    cutAtCommit: (cut, fits) => {
      state.armed = { cut, fits };
    },
    cuts: state.cuts,
    fail: async (outage) => {
      state.outage = outage;
      if (outage === "refused") server.close();
      for (const pair of state.pairs) {
        if (outage === "stalled") stall(pair);
        else end(pair);
      }
      return async () => {
        state.outage = null;
        if (outage === "refused") await listening(server, port);
        for (const pair of state.pairs) resume(pair);
      };
    },
    close: () => {
      for (const pair of state.pairs) end(pair);
      server.close();
    },
  };
}

function welcome(state: State, client: Socket): void {
  client.on("error", () => client.destroy());
  if (state.outage === "reset") {
    client.resetAndDestroy();
    return;
  }
  const { target } = state;
  const remote = target.kind === "embedded" ? connect(target.connection.path) : connect(placeOf(target.url));
  const pair = { client, remote };
  state.pairs.add(pair);
  for (const socket of [client, remote]) {
    socket.on("error", () => end(pair));
    socket.on("close", () => {
      end(pair);
      state.pairs.delete(pair);
    });
  }
  join(state, pair);
  if (state.outage === "stalled") stall(pair);
}

// Sockets that end are ended as they are: what is left of a conversation with a database is of no use to either side.
function join(state: State, pair: Pair): void {
  const { client, remote } = pair;
  const messagesIn = frontendMessages();
  const connection: Connection = { pair, writing: null, alone: null, isAnswered: true, isLosingAnswer: false };
  client.on("data", (chunk: Buffer) => {
    if (connection.isAnswered) state.trips += 1;
    connection.isAnswered = false;
    for (const message of messagesIn(chunk)) passOn(state, connection, message);
  });
  remote.on("data", (chunk: Buffer) => {
    connection.isAnswered = true;
    if (connection.isLosingAnswer) end(pair);
    else client.write(chunk);
  });
}

type Connection = {
  readonly pair: Pair;
  /** The act of the writing transaction that is open. */
  writing: string | null;
  /** The act of a writing statement that is a transaction by itself, until it ends. */
  alone: string | null;
  isAnswered: boolean;
  isLosingAnswer: boolean;
};

const WRITING = /^begin isolation level serializable read write; set local application_name = '([^']+)'/;

function passOn(state: State, connection: Connection, message: FrontendMessage): void {
  const { pair } = connection;
  const { bytes } = message;
  const act = endedBy(connection, message);
  const cut = act === null ? null : cutFor(state, act);
  if (cut === null) {
    pair.remote.write(bytes);
    return;
  }
  connection.isLosingAnswer = true;
  if (cut !== "commit lost") pair.remote.write(bytes);
  if (cut === "just sent") pair.client.destroy();
  if (cut === "commit lost") end(pair);
}

// The act whose transaction a message ends, if it is one that writes.
function endedBy(connection: Connection, { query, bound, isSync }: FrontendMessage): string | null {
  if (query?.startsWith("begin ") === true) connection.writing = WRITING.exec(query)?.[1] ?? null;
  if (query === "commit") return connection.writing;
  if (bound !== null) connection.alone = bound.includes("concordat.admit(") ? "admit request" : null;
  return isSync ? connection.alone : null;
}

function cutFor(state: State, act: string): Cut | null {
  const { armed } = state;
  if (armed === null || !armed.fits(act)) return null;
  state.armed = null;
  state.cuts.push(act);
  return armed.cut;
}

function end({ client, remote }: Pair): void {
  client.destroy();
  remote.destroy();
}

function stall({ client, remote }: Pair): void {
  client.pause();
  remote.pause();
}

function resume({ client, remote }: Pair): void {
  client.resume();
  remote.resume();
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

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the relay listens nowhere"));
    });
  });
}
