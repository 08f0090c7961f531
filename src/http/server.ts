// The HTTP server of a room: every route, the few things that need no signature, and the boundary where a bug becomes
// a reference in the server's log and nothing else.

import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { behindProblem, LOG_BEHIND } from "../app/log-standing.ts";
import type { Amiss } from "../app/readiness.ts";
import { type Failure, mountConsole } from "../console/mount.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { ROUTES } from "./api/routes.ts";
import type { AddressName } from "./client-address.ts";
import { type DeletionServed, mountDeletions } from "./deletion-places.ts";
import type { RoomContext, RoomEnv } from "./incoming.ts";
import { mountOpenPlaces } from "./open-places.ts";
import { problemReply } from "./problem-reply.ts";
import { requestNames } from "./request-id.ts";
import { patternOf, type Route } from "./route.ts";
import { serveRoute, toResponse, withRates } from "./serve-route.ts";
import type { Logging, Serving } from "./serving.ts";
import { untilTick } from "./tick.ts";

/** What a room's server is made of. */
export type RoomServing = Serving & Logging & { readonly amiss: () => Promise<Amiss>; readonly addressOf: AddressName };

/** The room as a Hono app, for a server of `@hono/node-server`. */
export function roomServer(serving: RoomServing): Hono<RoomEnv> {
  const app = new Hono<RoomEnv>();
  nameEach(app, serving);
  mountOpenPlaces(app, serving);
  mountConsole(app, { ...serving, failureOf: (failure) => failureOf(serving, failure) });
  mountDeletions(app, serving, (path, c, serve) => answerOnTick(serving, { path, c }, serve));
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    const place = route.isDeep === true ? `${path}{.+}` : path;
    app.on(route.method.toUpperCase(), place, (c) => answer(serving, route, c));
  }
  app.notFound((c) => {
    const { refusal, fields } = serving.rates.ofStranger(c.var.address);
    const told = refusal ?? nowhere(c.req.method, c.req.path);
    return withRates(toResponse(problemReply(told, c.var.requestId)), fields);
  });
  return app;
}

// A request has a name and an address before anything else happens, and every reply tells the name.
function nameEach(app: Hono<RoomEnv>, { ports, addressOf }: RoomServing): void {
  const nameOf = requestNames(ports);
  app.use(async (c, next) => {
    const { headers, socket } = c.env.incoming;
    const said = { requestId: soleText(headers["x-request-id"]), traceparent: soleText(headers["traceparent"]) };
    const requestId = nameOf(said);
    c.set("requestId", requestId);
    c.set("address", addressOf({ remote: socket.remoteAddress, forwarded: soleText(headers["x-forwarded-for"]) }));
    await next();
    c.res.headers.set("x-request-id", requestId);
  });
}

// Node joins lines of one name with commas where it does not know the name as one that stands once.
function soleText(field: string | readonly string[] | undefined): string | undefined {
  return typeof field === "string" ? field : field?.join(",");
}

function nowhere(method: string, path: string): Problem {
  const others = ROUTES.filter((route) => PATTERNS.get(route)?.test(path)).map((route) => route.method.toUpperCase());
  if (others.length === 0) return problem("not-found", `there is no \`${method} ${path}\``);
  const allowed = [...new Set(others)];
  return problem("method-not-allowed", `\`${path}\` takes ${allowed.join(" and ")}`, { allowed });
}

const PATTERNS = new Map(ROUTES.map((route) => [route, patternOf(route)]));

async function answer(serving: Serving & Logging, route: Route, c: RoomContext): Promise<Response> {
  const { clock } = serving.ports;
  const started = clock();
  const outcome = await serveRoute(serving, route, c).catch((failure: unknown) => failed(serving, c, failure));
  if (route.onTick === true) await untilTick(clock, started);
  const millis = clock() - started;
  const { requestId } = c.var;
  serving.logRequest({ requestId, method: c.req.method, path: route.path, millis, ...outcome.served });
  return outcome.response;
}

// A request for deletion: whether a requester is known, a signature good or a request new takes its own time each.
async function answerOnTick(
  serving: Serving & Logging,
  { path, c }: { readonly path: string; readonly c: RoomContext },
  serve: () => Promise<DeletionServed>,
): Promise<Response> {
  const { clock } = serving.ports;
  const started = clock();
  const outcome: Outcome = await serve().catch((failure: unknown) => failed(serving, c, failure));
  await untilTick(clock, started);
  const { requestId } = c.var;
  serving.logRequest({ requestId, method: c.req.method, path, millis: clock() - started, ...outcome.served });
  return outcome.response;
}

type Outcome = { readonly response: Response; readonly served: Failure["served"] };

function failed(serving: Serving, c: RoomContext, failure: unknown): Outcome {
  const { problem: told, served } = failureOf(serving, failure);
  const response =
    told === null ? new Response(null, { status: 400 }) : toResponse(problemReply(told, c.var.requestId));
  return { response, served };
}

function failureOf(serving: Serving, failure: unknown): Failure {
  return whileBehind(serving, failure) ?? broken(failure);
}

// An act that was on its way when the log was found to be another: nothing of it has happened.
function whileBehind({ ports }: Serving, failure: unknown): Failure | null {
  const contradiction = nameOf(failure) === LOG_BEHIND ? ports.standing.of() : null;
  if (contradiction === null) return null;
  const behind = behindProblem(contradiction);
  return { problem: behind, served: { partner: null, outcome: behind.kind } };
}

function nameOf(failure: unknown): string | null {
  return failure instanceof Error ? failure.name : null;
}

function broken(failure: unknown): Failure {
  if (isCutOff(failure)) return { problem: null, served: CUT_OFF };
  const reference = randomUUID();
  const kind = kindOf(failure);
  const served = { partner: null, outcome: kind, reference, failure: safeFailure(failure) };
  return { problem: problem(kind, `${UNCHANGED[kind]}reference ${reference}`, { reference }), served };
}

// A client that is gone, or was too slow, gets no answer; that its body ends is nothing of the room's.
const CUT_OFF = { partner: null, outcome: "cut off" };

function isCutOff(failure: unknown): boolean {
  return failure instanceof Error && "code" in failure && failure.code === "ECONNRESET";
}

type Broken = "unavailable" | "memory-short" | "storage-full" | "internal";

function kindOf(failure: unknown): Broken {
  if (!(failure instanceof Error)) return "internal";
  const byCode = "code" in failure ? BY_CODE.get(String(failure.code)) : undefined;
  return byCode ?? BY_NAME.get(failure.name) ?? "internal";
}

const BY_NAME: ReadonlyMap<string, Broken> = new Map([
  ["OutcomeUnknown", "unavailable"],
  ["ConnectionLost", "unavailable"],
  ["LeaseOver", "unavailable"],
  ["TurnLost", "unavailable"],
  ["SessionsBusy", "unavailable"],
  ["NoRoom", "memory-short"],
]);

const BY_CODE: ReadonlyMap<string, Broken> = new Map([
  // The system's words for no space, no quota and no larger file, and Postgres's `disk_full`.
  ...(["ENOSPC", "EDQUOT", "EFBIG", "53100"] as const).map((code) => [code, "storage-full"] as const),
  // A transaction that Postgres could not order, however often it ran, was undone each time.
  ["40001", "unavailable"],
  ["40P01", "unavailable"],
] as const);

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
