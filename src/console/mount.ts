// The console in the room's server: every place of the table in `access.ts` with what shows it, behind a session, the
// role's right to it and, for a form, proof that a page of the session sent it.

import type { Hono } from "hono";
import { behindProblem } from "../app/log-standing.ts";
import { findSession, formToken } from "../app/sign-in.ts";
import { type Reader, readerOf } from "../domain/languages.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { ok, type Result, unreachable } from "../domain/result.ts";
import { bodyBytes, type RoomContext, type RoomEnv } from "../http/incoming.ts";
import { jsonReply, problemReply } from "../http/problem-reply.ts";
import { refusalServed, toResponse, withRates } from "../http/serve-route.ts";
import type { Logging, RequestLine, Serving } from "../http/serving.ts";
import { RETURN_PATH } from "../http/sign-in-path.ts";
import { untilTick } from "../http/tick.ts";
import { ACCESS, mayOpen, type PlaceName } from "./access.ts";
import { openAccount, openReturn, postAccount } from "./account.tsx";
import { assetNamed } from "./assets.ts";
import { bundleNamed } from "./bundle.ts";
import { cookieOf } from "./cookie.ts";
import { readForm, readSentPart } from "./form.ts";
import { documentText } from "./layout.tsx";
import { ProblemPage, problemStatus, titleOfProblem } from "./pages/problem.tsx";
import { FOR_SCRIPTS, SHOWS, TICKING } from "./pages.ts";
import { COOKIE, CSP, endedCookie, goResponse, pageResponse, piecesResponse } from "./reply.ts";
import { openSignIn, postSignIn } from "./sign-in.tsx";
import { signedOut } from "./signed-out.tsx";
import type { Shown, Visit, Visitor } from "./visit.ts";

/** A bug or a broken adapter, as whoever asked is told of it; null where nobody is there any more to be told. */
export type Failure = {
  readonly problem: Problem | null;
  readonly served: Omit<RequestLine, "requestId" | "method" | "path" | "millis">;
};

type Mounted = Serving & Logging & { readonly failureOf: (failure: unknown) => Failure };
type App = Hono<RoomEnv>;
type Outcome = { readonly response: Response; readonly served: Failure["served"] };

/** Mounts the console: its assets and the sign-in for anybody, every other place by the table. */
export function mountConsole(app: App, mounted: Mounted): void {
  app.get("/console/assets/:name", (c) => assetResponse(c.req.param("name")));
  for (const method of ["GET", "POST"] as const) {
    const serve = method === "GET" ? openSignIn : postSignIn;
    const path = "/console/sign-in/:code";
    app.on(method, path, (c) =>
      logged(mounted, { c, path }, () => asStranger(mounted, c, () => serve(mounted, c, c.req.param("code")))),
    );
  }
  const account = "/console/account/:entrance";
  for (const method of ["GET", "POST"] as const) {
    const serve = method === "GET" ? openAccount : postAccount;
    app.on(method, account, (c) =>
      logged(mounted, { c, path: account }, () =>
        asStranger(mounted, c, () => serve(mounted, c, c.req.param("entrance"))),
      ),
    );
  }
  app.get(RETURN_PATH, (c) =>
    logged(mounted, { c, path: RETURN_PATH }, () => asStranger(mounted, c, () => openReturn(mounted, c))),
  );
  // SAFETY: the names of the table are its keys.
  for (const place of Object.keys(ACCESS) as PlaceName[]) {
    const [method = "", path = ""] = place.split(" ");
    app.on(method, path, (c) => logged(mounted, { c, path }, () => servePlace(mounted, place, c)));
  }
  app.get("/console/*", (c) => logged(mounted, { c, path: "/console/*" }, () => nowhere(mounted, c)));
}

type Asked = { readonly c: RoomContext; readonly path: string };

async function logged(mounted: Mounted, { c, path }: Asked, serve: () => Promise<Outcome>): Promise<Response> {
  const { clock } = mounted.ports;
  const started = clock();
  const outcome = await serve().catch((failure: unknown) => failed(mounted, c, failure));
  if (TICKING.some((place) => place === `${c.req.method} ${path}`)) await untilTick(clock, started);
  const { requestId } = c.var;
  mounted.logRequest({ requestId, method: c.req.method, path, millis: clock() - started, ...outcome.served });
  return outcome.response;
}

// Whoever is not signed in yet is counted by address.
async function asStranger(mounted: Mounted, c: RoomContext, serve: () => Promise<Outcome>): Promise<Outcome> {
  const { refusal, fields } = mounted.rates.ofStranger(c.var.address);
  const outcome = refusal === null ? await serve() : await refused(refusal, { c, visitor: null });
  return { ...outcome, response: withRates(outcome.response, fields) };
}

// Whoever is signed in is counted to its partner.
async function asVisitor(
  mounted: Mounted,
  around: Around & { readonly visitor: Visitor },
  serve: () => Promise<Outcome>,
): Promise<Outcome> {
  const bound = around.c.req.method === "PUT" ? LIMITS.partBytes : LIMITS.formBytes;
  const { refusal, fields } = mounted.rates.ofCaller(around.visitor.caller, bodyBytes(around.c, bound));
  const outcome = refusal === null ? await serve() : await refused(refusal, around);
  return { ...outcome, response: withRates(outcome.response, fields) };
}

async function failed(mounted: Mounted, c: RoomContext, failure: unknown): Promise<Outcome> {
  const { problem: told, served } = mounted.failureOf(failure);
  if (told === null) return { response: new Response(null, { status: 400 }), served };
  return { response: await problemResponse(told, { c, visitor: null }), served };
}

async function servePlace(mounted: Mounted, place: PlaceName, c: RoomContext): Promise<Outcome> {
  const visitor = await visitorOf(mounted, c);
  const isForScript = FOR_SCRIPTS.includes(place);
  if (visitor !== null) {
    const around = { c, visitor, isForScript };
    return asVisitor(mounted, around, () => serveVisitor(mounted, place, around));
  }
  const told = notSignedIn(mounted);
  return asStranger(mounted, c, () =>
    isForScript ? refused(told, { c, visitor, isForScript }) : signedOut(mounted, c, told),
  );
}

async function serveVisitor(
  mounted: Mounted,
  place: PlaceName,
  around: Around & { readonly visitor: Visitor },
): Promise<Outcome> {
  const { c, visitor } = around;
  if (!mayOpen(visitor.person.role, place)) return refused(notForRole(visitor), around);
  const sent = await readSent(mounted, c, visitor.cookie);
  if (!sent.ok) return refused(sent.error, around);
  const contradiction = mounted.ports.standing.of();
  if (c.req.method !== "GET" && contradiction !== null) return refused(behindProblem(contradiction), around);
  const shown = await SHOWS[place]({
    ...visitor,
    ...sent.value,
    ports: mounted.ports,
    params: c.req.param(),
    query: new URL(c.req.url).searchParams,
    origin: mounted.publicOrigin,
  });
  return present(shown, around);
}

const NO_FIELDS = new URLSearchParams();

// Whatever changes something is believed by origin and token, a part of a list as much as a form.
async function readSent(
  { publicOrigin }: Mounted,
  c: RoomContext,
  cookie: string,
): Promise<Result<Pick<Visit, "form" | "part">, Problem>> {
  if (c.req.method === "GET") return ok({ form: NO_FIELDS, part: null });
  if (c.req.method === "PUT") {
    const part = readSentPart(c, publicOrigin, cookie);
    return part.ok ? ok({ form: NO_FIELDS, part: part.value }) : part;
  }
  const form = await readForm(c, publicOrigin, cookie);
  return form.ok ? ok({ form: form.value, part: null }) : form;
}

type Around = { readonly c: RoomContext; readonly visitor: Visitor | null; readonly isForScript?: boolean };

async function present(shown: Result<Shown, Problem>, around: Around): Promise<Outcome> {
  if (!shown.ok) return refused(shown.error, around);
  const partner = around.visitor?.caller.partner ?? null;
  const served = { partner, outcome: "200" };
  switch (shown.value.kind) {
    case "go": {
      const cookies = shown.value.isSignedOut === true ? [endedCookie(COOKIE)] : [];
      return { response: goResponse(shown.value.to, cookies), served: { partner, outcome: "303" } };
    }
    case "pieces":
      return { response: piecesResponse(shown.value), served };
    case "json":
      return { response: toResponse(jsonReply(200, shown.value.json)), served };
    case "page":
      return presentPage(shown.value, around);
    default:
      return unreachable(shown.value);
  }
}

async function presentPage(page: Extract<Shown, { kind: "page" }>, around: Around): Promise<Outcome> {
  const { title, main, act, script, refusal } = page;
  const { visitor, c } = around;
  const reader = readerFor(c);
  const text = await documentText({ title, main, act, script, visitor, reader, path: c.req.path });
  const status = refusal === undefined ? 200 : problemStatus(refusal);
  const partner = visitor?.caller.partner ?? null;
  return { response: pageResponse(status, text), served: { partner, outcome: refusal?.kind ?? "200" } };
}

async function refused(told: Problem, around: Around): Promise<Outcome> {
  const partner = around.visitor?.caller.partner ?? null;
  return { response: await problemResponse(told, around), served: refusalServed(partner, told) };
}

/** The page of a problem, in the words of the problem documents; to a script the document itself. */
async function problemResponse(told: Problem, { c, visitor, isForScript }: Around): Promise<Response> {
  const reply = problemReply(told, c.var.requestId);
  if (isForScript === true) return toResponse(reply);
  const [main, title] = [ProblemPage({ told }), titleOfProblem(told)];
  const text = await documentText({ title, main, visitor, reader: readerFor(c), path: c.req.path });
  const response = pageResponse(problemStatus(told), text);
  if (reply.retryAfterSeconds !== undefined) response.headers.set("retry-after", String(reply.retryAfterSeconds));
  return response;
}

async function visitorOf({ ports }: Mounted, c: RoomContext): Promise<Visitor | null> {
  const cookie = cookieOf(c);
  const found = cookie === null ? null : await findSession(ports, cookie);
  if (cookie === null || found === null) return null;
  const { person, company } = found;
  const caller = { partner: person.partner, person: person.id, requestId: c.var.requestId };
  return { caller, person, company, token: formToken(cookie), cookie, reader: readerFor(c) };
}

function readerFor(c: RoomContext): Reader {
  return readerOf(c.req.header("accept-language"));
}

async function nowhere(mounted: Mounted, c: RoomContext): Promise<Outcome> {
  const visitor = await visitorOf(mounted, c);
  if (visitor === null) return asStranger(mounted, c, () => signedOut(mounted, c, notSignedIn(mounted)));
  const around = { c, visitor };
  return asVisitor(mounted, around, () => refused(problem("not-found", "the console has no such page"), around));
}

function notSignedIn({ publicOrigin }: Mounted): Problem {
  return problem("not-signed-in", `there is no session in this browser for ${publicOrigin}`);
}

function notForRole({ person }: Visitor): Problem {
  return problem("not-for-your-role", `it is not for the role \`${person.role}\``);
}

// The thread that reads raw lists may reach no address at all, its own room's included.
const UNREACHING = "default-src 'none'";

async function assetResponse(name: string): Promise<Response> {
  const asset = assetNamed(name) ?? (await bundleNamed(name));
  if (asset === null) return new Response(null, { status: 404 });
  const headers = {
    "content-type": asset.type,
    "cache-control": "public, max-age=31536000, immutable",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    // What a worker may do is said where its script comes from.
    "content-security-policy": name === "list-worker.js" ? UNREACHING : CSP,
  };
  return new Response(asset.text, { headers });
}
