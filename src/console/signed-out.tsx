// The page for somebody without a session: that it ended and when sessions do, and the way back in, which is one click
// for people with an account, and another link for everybody else.

import { readEntrance } from "../app/sign-in-account.ts";
import { readerOf } from "../domain/languages.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Problem } from "../domain/problem.ts";
import type { RoomContext } from "../http/incoming.ts";
import type { Serving } from "../http/serving.ts";
import { AccountButton } from "./account.tsx";
import { cookieOf } from "./cookie.ts";
import { documentText } from "./layout.tsx";
import { problemStatus, titleOfProblem } from "./pages/problem.tsx";
import { ENTRANCE_COOKIE, pageResponse } from "./reply.ts";
import type { Outcome } from "./sign-in.tsx";
import { sentence } from "./words.ts";

/** What somebody without a session is told. */
export async function signedOut({ ports }: Serving, c: RoomContext, told: Problem): Promise<Outcome> {
  const known = cookieOf(c, ENTRANCE_COOKIE);
  const entrance = known === null ? null : await readEntrance(ports, known);
  const main = (
    <div class="prose problem">
      <p>{cookieOf(c) === null ? sentence(told.detail) : ENDED}</p>
      {entrance?.ok === true ? (
        <AccountButton entrance={entrance.value.entrance} issuer={entrance.value.issuer} />
      ) : (
        <ByLink />
      )}
      <p class="note">Nothing that was asked, decided or spent is lost: it stands where it was.</p>
    </div>
  );
  const text = await documentText({
    title: titleOfProblem(told),
    main,
    visitor: null,
    reader: readerOf(c.req.header("accept-language")),
    path: c.req.path,
  });
  return { response: pageResponse(problemStatus(told), text), served: { partner: null, outcome: told.kind } };
}

const ENDED =
  `Your session has ended. Sessions end after ${LIMITS.sessionIdleMinutes} minutes without a click, ` +
  `after ${LIMITS.sessionHours} hours in any case, and when you sign out.`;

function ByLink() {
  return (
    <>
      <p>
        <strong>Next:</strong> sign in with a new link; each signs in once. An administrator of your company makes one
        on the page <em>People</em>, and so does whoever holds your company's key, with <code>concordat user link</code>
        .
      </p>
      <p>If you sign in with an account of your company's, open the address that you were given for that.</p>
    </>
  );
}
