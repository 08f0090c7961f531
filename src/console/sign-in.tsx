// Signing in by a link: following it shows who one is about to be and uses nothing up, so that a preview or a scanner
// of mail does no harm; the button begins the session.

import { readLink, signIn } from "../app/sign-in.ts";
import type { Problem } from "../domain/problem.ts";
import type { RoomContext } from "../http/incoming.ts";
import type { Served, Serving } from "../http/serve-route.ts";
import { signInPath } from "../http/sign-in-path.ts";
import { readForm } from "./form.ts";
import { documentText } from "./layout.tsx";
import { ProblemPage, problemStatus, titleOfProblem } from "./pages/problem.tsx";
import { goResponse, pageResponse, sessionCookie } from "./reply.ts";
import { ROLE_WORDS } from "./words.ts";

type Outcome = { readonly response: Response; readonly served: Served };

/** What a link shows to whoever follows it. */
export async function openSignIn({ ports }: Serving, c: RoomContext, code: string): Promise<Outcome> {
  const welcome = await readLink(ports, code);
  if (!welcome.ok) return refused(c, welcome.error);
  const { person, company } = welcome.value;
  const main = (
    <form method="post" action={signInPath(code)} class="prose">
      <p>
        You are about to sign in as <strong>{person.name}</strong>, {ROLE_WORDS[person.role]} of{" "}
        <strong>{company}</strong>. What you do then is done for {company} and stands in the log of the room. The link
        works once.
      </p>
      <button type="submit">{`Sign in to ${company}`}</button>
    </form>
  );
  const text = await documentText({ title: "Sign in", main, visitor: null, path: c.req.path });
  return { response: pageResponse(200, text), served: { partner: person.partner, outcome: "200" } };
}

/** Uses a link up and begins a session. */
export async function postSignIn({ ports, publicOrigin }: Serving, c: RoomContext, code: string): Promise<Outcome> {
  const form = await readForm(c, publicOrigin, null);
  if (!form.ok) return refused(c, form.error);
  const session = await signIn(ports, code);
  if (!session.ok) return refused(c, session.error);
  const { cookie, person } = session.value;
  const response = goResponse("/console", sessionCookie(cookie));
  return { response, served: { partner: person.partner, outcome: "303" } };
}

async function refused(c: RoomContext, told: Problem): Promise<Outcome> {
  const main = <ProblemPage told={told} />;
  const text = await documentText({ title: titleOfProblem(told), main, visitor: null, path: c.req.path });
  return { response: pageResponse(problemStatus(told), text), served: { partner: null, outcome: told.kind } };
}
