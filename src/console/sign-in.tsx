// Signing in by a link: following it shows who one is about to be and uses nothing up, so that a preview or a scanner
// of mail does no harm; the button begins the session.

import { readLink, signIn } from "../app/sign-in.ts";
import { readerOf } from "../domain/languages.ts";
import type { Problem } from "../domain/problem.ts";
import type { RoomContext } from "../http/incoming.ts";
import type { Served, Serving } from "../http/serving.ts";
import { accountPath, signInPath } from "../http/sign-in-path.ts";
import type { SignInProviderRow } from "../ports/sign-in.ts";
import { readForm } from "./form.ts";
import { documentText } from "./layout.tsx";
import { ProblemPage, problemStatus, titleOfProblem } from "./pages/problem.tsx";
import { goResponse, pageResponse, sessionCookie } from "./reply.ts";
import { ROLE_WORDS } from "./words.ts";

/** A page or a way on, and what the server notes of it. */
export type Outcome = { readonly response: Response; readonly served: Served };

/** What a link shows to whoever follows it. */
export async function openSignIn({ ports }: Serving, c: RoomContext, code: string): Promise<Outcome> {
  const welcome = await readLink(ports, code);
  if (!welcome.ok) return refused(c, welcome.error);
  const { person, company, provider } = welcome.value;
  const main = (
    <div class="prose">
      <p>
        You are about to sign in as <strong>{person.name}</strong>, {ROLE_WORDS[person.role]} of{" "}
        <strong>{company}</strong>. What you do then is done for {company} and stands in the log of the room. The link
        works once.
      </p>
      {provider !== null && <WithAccount provider={provider} code={code} />}
      <form method="post" action={signInPath(code)}>
        <button type="submit" class={provider === null ? undefined : "quiet"}>
          {provider === null ? `Sign in to ${company}` : "Sign in with the link alone, this once"}
        </button>
      </form>
    </div>
  );
  const text = await documentText({
    title: "Sign in",
    main,
    visitor: null,
    reader: readerOf(c.req.header("accept-language")),
    path: c.req.path,
  });
  return { response: pageResponse(200, text), served: { partner: person.partner, outcome: "200" } };
}

// The link makes the account this person's own: the next sign-ins need no link.
function WithAccount({ provider, code }: { readonly provider: SignInProviderRow; readonly code: string }) {
  const host = new URL(provider.issuer).host;
  return (
    <form method="post" action={accountPath(provider.entrance)}>
      <input type="hidden" name="code" value={code} />
      <button type="submit">{`Sign in with your account at ${host}`}</button>
      <p class="note">You sign in with it from then on, and need no further link.</p>
    </form>
  );
}

/** Uses a link up and begins a session. */
export async function postSignIn({ ports, publicOrigin }: Serving, c: RoomContext, code: string): Promise<Outcome> {
  const form = await readForm(c, publicOrigin, null);
  if (!form.ok) return refused(c, form.error);
  const session = await signIn(ports, code);
  if (!session.ok) return refused(c, session.error);
  const { cookie, person } = session.value;
  const response = goResponse("/console", [sessionCookie(cookie)]);
  return { response, served: { partner: person.partner, outcome: "303" } };
}

/** A refusal on the way in. */
export async function refused(c: RoomContext, told: Problem, cookies: readonly string[] = []): Promise<Outcome> {
  const main = <ProblemPage told={told} />;
  const text = await documentText({
    title: titleOfProblem(told),
    main,
    visitor: null,
    reader: readerOf(c.req.header("accept-language")),
    path: c.req.path,
  });
  const response = pageResponse(problemStatus(told), text, cookies);
  return { response, served: { partner: null, outcome: told.kind } };
}
