// A form, or a part of a list, as a browser sends it, believed only when a page of the session itself sent it: the
// origin is the room's own, and it carries the session's token, which no other page can know. The cookie's SameSite is
// the third lock.

import type { IncomingPart } from "../app/receive-part.ts";
import { formToken } from "../app/sign-in.ts";
import { equalBytes, utf8 } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { incomingBody, type RoomContext, signableRequest } from "../http/incoming.ts";

/**
 * Reads a form of a page of this room.
 * @param cookie of the session whose token it must carry; null before there is one
 */
export async function readForm(
  c: RoomContext,
  origin: string,
  cookie: string | null,
): Promise<Result<URLSearchParams, Problem>> {
  const says = `the form was not sent from ${origin}/console`;
  if (c.req.header("origin") !== origin) return err(problem("form-not-ours", says));
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded(?: *; *charset=utf-8)?$/i.test(type)) {
    return err(problem("unsupported-media-type", "a form comes as application/x-www-form-urlencoded"));
  }
  const length = Number(c.req.header("content-length"));
  if (!Number.isSafeInteger(length) || length > LIMITS.formBytes) {
    return err(problem("body-too-large", `a form may have ${LIMITS.formBytes} bytes`, { bound: LIMITS.formBytes }));
  }
  const form = new URLSearchParams(await c.req.text());
  if (cookie === null) return ok(form);
  return isOfSession(form.get("token"), cookie) ? ok(form) : err(problem("form-not-ours", says));
}

/**
 * Begins to read a part of a list that a page's script sends, under its digest (RFC 9530). The token is a header here,
 * which no page of another origin can add without being asked whether it may, and nothing here says that it may.
 */
export function readSentPart(c: RoomContext, origin: string, cookie: string): Result<IncomingPart, Problem> {
  const isOurs = c.req.header("origin") === origin && isOfSession(c.req.header("form-token") ?? null, cookie);
  if (!isOurs) return err(problem("form-not-ours", `the part was not sent from ${origin}/console`));
  return incomingBody(c, signableRequest(c, origin), LIMITS.partBytes);
}

function isOfSession(token: string | null, cookie: string): boolean {
  return token !== null && equalBytes(utf8(token), utf8(formToken(cookie)));
}
