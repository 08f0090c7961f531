// The HTTP server of a room: every route, the few things that need no signature, and the boundary where a bug becomes
// a reference in the server's log and nothing else.

import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { behindProblem, LOG_BEHIND } from "../app/log-standing.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { ROUTES } from "./api/routes.ts";
import type { RoomContext } from "./incoming.ts";
import { mountOpenPlaces } from "./open-places.ts";
import { problemReply } from "./problem-reply.ts";
import { patternOf, type Route } from "./route.ts";
import { type Served, type Serving, serveRoute, toResponse } from "./serve-route.ts";

/** What the server writes into its own log about a request: never a body, a header or a query. */
export type RequestLine = Served & {
  readonly method: string;
  readonly path: string;
  readonly millis: number;
  /** Present for a bug or a broken adapter: what the caller was told to give the operator. */
  readonly reference?: string;
  readonly failure?: string;
};

export type Logging = { readonly logRequest: (line: RequestLine) => void };

/** The room as a Hono app, for a server of `@hono/node-server`. */
export function roomServer(serving: Serving & Logging & { readonly isReady: () => Promise<boolean> }): Hono<{
  Bindings: HttpBindings;
}> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  mountOpenPlaces(app, serving);
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    const place = route.isDeep === true ? `${path}{.+}` : path;
    app.on(route.method.toUpperCase(), place, (c) => answer(serving, route, c));
  }
  app.notFound((c) => toResponse(problemReply(nowhere(c.req.method, c.req.path))));
  return app;
}

function nowhere(method: string, path: string): Problem {
  const others = ROUTES.filter((route) => PATTERNS.get(route)?.test(path)).map((route) => route.method.toUpperCase());
  if (others.length === 0) return problem("not-found", `there is no \`${method} ${path}\``);
  const allowed = [...new Set(others)];
  return problem("method-not-allowed", `\`${path}\` takes ${allowed.join(" and ")}`, { allowed });
}

const PATTERNS = new Map(ROUTES.map((route) => [route, patternOf(route)]));

async function answer(serving: Serving & Logging, route: Route, c: RoomContext): Promise<Response> {
  const started = serving.ports.clock();
  const outcome = await serveRoute(serving, route, c).catch(
    (failure: unknown) => whileBehind(serving, failure) ?? broken(failure),
  );
  if (route.onTick === true) await untilTick(serving, started);
  const millis = serving.ports.clock() - started;
  serving.logRequest({ method: c.req.method, path: route.path, millis, ...outcome.served });
  return outcome.response;
}

// A noised answer leaves on a tick counted from its arrival, so that the time taken for noise or data does not show.
async function untilTick(serving: Serving, started: number): Promise<void> {
  const taken = serving.ports.clock() - started;
  const left = LIMITS.answerTickMillis - (taken % LIMITS.answerTickMillis);
  await wait(left);
}

// An act that was on its way when the log was found to be another: nothing of it has happened.
function whileBehind({ ports }: Serving, failure: unknown): Outcome | null {
  const contradiction = nameOf(failure) === LOG_BEHIND ? ports.standing.of() : null;
  if (contradiction === null) return null;
  const behind = behindProblem(contradiction);
  return { response: toResponse(problemReply(behind)), served: { partner: null, outcome: behind.kind } };
}

function nameOf(failure: unknown): string | null {
  return failure instanceof Error ? failure.name : null;
}

type Outcome = { readonly response: Response; readonly served: Omit<RequestLine, "method" | "path" | "millis"> };

function broken(failure: unknown): Outcome {
  if (isCutOff(failure)) return { response: new Response(null, { status: 400 }), served: CUT_OFF };
  const reference = randomUUID();
  const kind = kindOf(failure);
  const reply = problemReply(problem(kind, `${UNCHANGED[kind]}reference ${reference}`, { reference }));
  const served = { partner: null, outcome: kind, reference, failure: safeFailure(failure) };
  return { response: toResponse(reply), served };
}

// A client that is gone, or was too slow, gets no answer; that its body ends is nothing of the room's.
const CUT_OFF = { partner: null, outcome: "cut off" };

function isCutOff(failure: unknown): boolean {
  return failure instanceof Error && "code" in failure && failure.code === "ECONNRESET";
}

type Broken = "unavailable" | "memory-short" | "storage-full" | "internal";

function kindOf(failure: unknown): Broken {
  if (!(failure instanceof Error)) return "internal";
  if ("code" in failure && FULL.has(String(failure.code))) return "storage-full";
  return BY_NAME.get(failure.name) ?? "internal";
}

const BY_NAME: ReadonlyMap<string, Broken> = new Map([
  ["OutcomeUnknown", "unavailable"],
  ["ConnectionLost", "unavailable"],
  ["SessionsBusy", "unavailable"],
  ["NoRoom", "memory-short"],
]);

// The system's words for no space, no quota and no larger file, and Postgres's `disk_full`.
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG", "53100"]);

// Work that ran out of room has changed nothing: its files are deleted, its transaction was never begun or is undone.
const UNCHANGED: { readonly [kind in Broken]: string } = {
  unavailable: "",
  internal: "",
  "memory-short": "the work was given up and nothing has changed; ",
  "storage-full": "the work was given up and nothing has changed; ",
};

// Database errors quote values; of those only the code is kept. Other messages are our own.
function safeFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return "a thrown value that is no error";
  if (failure.name === "PostgresError" && "code" in failure) return `PostgresError ${String(failure.code)}`;
  return failure.stack ?? failure.message;
}
