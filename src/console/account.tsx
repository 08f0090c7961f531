// Signing in with an account of one's company: the page at which it begins, the way to the provider, and the way back.

import { beginSignIn, finishSignIn, readEntrance } from "../app/sign-in-account.ts";
import { readerOf } from "../domain/languages.ts";
import type { RoomContext } from "../http/incoming.ts";
import type { Serving } from "../http/serving.ts";
import { accountPath, RETURN_PATH } from "../http/sign-in-path.ts";
import { cookieOf } from "./cookie.ts";
import { readForm } from "./form.ts";
import { documentText } from "./layout.tsx";
import {
  ATTEMPT_COOKIE,
  attemptCookie,
  endedCookie,
  entranceCookie,
  goResponse,
  leadingResponse,
  pageResponse,
  sessionCookie,
} from "./reply.ts";
import { type Outcome, refused } from "./sign-in.tsx";

/** The page of an entrance: whose it is, and one button. */
export async function openAccount({ ports }: Serving, c: RoomContext, entrance: string): Promise<Outcome> {
  const found = await readEntrance(ports, entrance);
  if (!found.ok) return refused(c, found.error);
  const { company, issuer } = found.value;
  const main = (
    <div class="prose">
      <p>
        You sign in to this room for <strong>{company}</strong>. What you do then is done for {company} and stands in
        the log of the room.
      </p>
      <AccountButton entrance={entrance} issuer={issuer} />
      <p class="note">
        Whoever comes for the first time needs a sign-in link, which an administrator of {company} gives.
      </p>
    </div>
  );
  const text = await documentText({
    title: "Sign in",
    main,
    visitor: null,
    reader: readerOf(c.req.header("accept-language")),
    path: c.req.path,
  });
  return { response: pageResponse(200, text), served: { partner: null, outcome: "200" } };
}

/** The one click with which somebody signs in again. */
export function AccountButton({ entrance, issuer }: { readonly entrance: string; readonly issuer: string }) {
  return (
    <form method="post" action={accountPath(entrance)}>
      <button type="submit">{`Sign in with your account at ${new URL(issuer).host}`}</button>
    </form>
  );
}

/** Sends the browser to the provider. */
export async function postAccount(serving: Serving, c: RoomContext, entrance: string): Promise<Outcome> {
  const { ports, publicOrigin } = serving;
  const form = await readForm(c, publicOrigin, null);
  if (!form.ok) return refused(c, form.error);
  const code = form.value.get("code");
  const begun = await beginSignIn(ports, { entrance, code, returnTo: publicOrigin + RETURN_PATH });
  if (!begun.ok) return refused(c, begun.error);
  const { to, cookie } = begun.value;
  const main = (
    <div class="prose">
      <p>
        You are on your way to <strong>{new URL(to).host}</strong>, and come back here signed in.{" "}
        <a href={to}>Go there</a> if your browser does not by itself.
      </p>
    </div>
  );
  const text = await documentText({
    title: "On your way",
    main,
    visitor: null,
    reader: readerOf(c.req.header("accept-language")),
    path: c.req.path,
  });
  return { response: leadingResponse(to, text, [attemptCookie(cookie)]), served: { partner: null, outcome: "200" } };
}

/** Takes the browser back from the provider: a session, or a page that says why there is none. */
export async function openReturn({ ports, publicOrigin }: Serving, c: RoomContext): Promise<Outcome> {
  const ended = endedCookie(ATTEMPT_COOKIE);
  const cookie = cookieOf(c, ATTEMPT_COOKIE) ?? "";
  // The address as it is registered, never as a `Host` states it.
  const url = publicOrigin + RETURN_PATH + new URL(c.req.url).search;
  const arrived = await finishSignIn(ports, { cookie, url });
  if (!arrived.ok) return refused(c, arrived.error, arrived.error.kind === "sign-in-not-begun" ? [] : [ended]);
  const { person, cookie: session, entrance } = arrived.value;
  const response = goResponse("/console", [ended, sessionCookie(session), entranceCookie(entrance)]);
  return { response, served: { partner: person.partner, outcome: "303" } };
}
