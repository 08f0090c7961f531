// Who of a company's people may use the console: let in with a role, given a link, removed.

import { type Invitation, invitePerson, linkPerson, listPeople, removePerson } from "../../app/invite-person.ts";
import { readProvider } from "../../app/sign-in-provider.ts";
import { LIMITS } from "../../domain/limits.ts";
import { personIdSchema, personNameSchema, ROLES } from "../../domain/person/person.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { accountPath, signInPath } from "../../http/sign-in-path.ts";
import type { PersonRow } from "../../ports/rows.ts";
import type { SignInProviderRow } from "../../ports/sign-in.ts";
import { ActForm, Digest, Instant, Scroll } from "../pieces.tsx";
import type { Shown, Visit } from "../visit.ts";
import { ROLE_WORDS } from "../words.ts";

const UNKEPT = { keep: async () => undefined };

/** Who is in. */
export async function showPeople(visit: Visit): Promise<Result<Shown, Problem>> {
  return peoplePage(visit, null);
}

/** Lets somebody in. The link stands on the page that answers and nowhere else. */
export async function postPerson(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, form } = visit;
  const name = personNameSchema.safeParse(form.get("name") ?? "");
  const role = ROLES.find((one) => one === form.get("role"));
  if (!name.success || role === undefined) {
    return err(problem("invalid-parameter", "a person needs a name of 1 to 120 characters and one of the roles"));
  }
  const invited = await invitePerson({ ...ports, ...UNKEPT }, { caller, name: name.data, role });
  return invited.ok ? peoplePage(visit, invited.value) : invited;
}

/** Gives somebody another link. */
export async function postLink(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const id = personIn(visit);
  if (!id.ok) return id;
  const linked = await linkPerson({ ...ports, ...UNKEPT }, { caller, id: id.value });
  return linked.ok ? peoplePage(visit, linked.value) : linked;
}

/** Removes somebody. */
export async function postRemoval(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const id = personIn(visit);
  if (!id.ok) return id;
  const removed = await removePerson({ ...ports, ...UNKEPT }, { caller, id: id.value });
  return removed.ok ? ok({ kind: "go", to: "/console/people" }) : removed;
}

function personIn({ params }: Visit) {
  const id = personIdSchema.safeParse(params["person"]);
  return id.success ? ok(id.data) : err(problem("not-found", "you have no such person in the console"));
}

async function peoplePage(visit: Visit, invitation: Invitation | null): Promise<Result<Shown, Problem>> {
  const { ports, caller, origin } = visit;
  const { rows } = await listPeople(ports, { caller, page: { after: null, limit: LIMITS.peoplePerPartner } });
  const provider = await readProvider(ports, caller);
  const main = (
    <>
      {invitation !== null && <LinkNote invitation={invitation} origin={origin} />}
      <section aria-labelledby="who">
        <h2 id="who">{`Who acts for ${visit.company}`}</h2>
        <Scroll label="People">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col">Since</th>
                <th scope="col">Id</th>
                <th scope="col">
                  <span class="unseen">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((person) => (
                <PersonLine person={person} visit={visit} />
              ))}
            </tbody>
          </table>
        </Scroll>
      </section>
      <InviteForm token={visit.token} />
      <ProviderNote provider={provider.ok ? provider.value : null} origin={origin} />
    </>
  );
  return ok({ kind: "page", title: "People", main });
}

// Where people with an account of the company's own come in.
function ProviderNote(props: { readonly provider: SignInProviderRow | null; readonly origin: string }) {
  const { provider, origin } = props;
  if (provider === null) {
    return (
      <p class="note">
        Whoever holds the key of your company can let people sign in with accounts of its own, by{" "}
        <code>concordat user provider set</code>. Until then each sign-in needs a new link.
      </p>
    );
  }
  const entrance = origin + accountPath(provider.entrance);
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">Signing in with an account</h2>
      <p>
        Who has signed in once with a link and an account at <strong>{new URL(provider.issuer).host}</strong> comes in
        with the account alone, at this address:
      </p>
      <p>
        <code class="link">{entrance}</code>{" "}
        <button type="button" class="copy" data-copy={entrance} aria-label="Copy the address for signing in">
          copy
        </button>
      </p>
    </section>
  );
}

function LinkNote({ invitation, origin }: { readonly invitation: Invitation; readonly origin: string }) {
  const link = origin + signInPath(invitation.code);
  return (
    <section class="card" role="status">
      <h2>{`A link for ${invitation.person.name ?? ""}`}</h2>
      <p>
        It signs in once, until <Instant at={invitation.expiresAt} />. Hand it over privately: it is shown here and
        never again.
      </p>
      <p>
        <code class="link">{link}</code>{" "}
        <button type="button" class="copy" data-copy={link} aria-label="Copy the link">
          copy
        </button>
      </p>
    </section>
  );
}

function PersonLine({ person, visit }: { readonly person: PersonRow; readonly visit: Visit }) {
  const isSelf = person.id === visit.person.id;
  return (
    <tr>
      <th scope="row">{person.name}</th>
      <td>{ROLE_WORDS[person.role]}</td>
      <td>
        <Instant at={person.invitedAt} />
      </td>
      <td>
        <Digest text={person.id} what={`the id of ${person.name ?? ""}`} />
      </td>
      <td class="acts">
        <ActForm to={`/console/people/${person.id}/link`} token={visit.token}>
          <button type="submit" class="quiet" aria-label={`New link for ${person.name ?? ""}`}>
            New link
          </button>
        </ActForm>
        {!isSelf && (
          <ActForm to={`/console/people/${person.id}/removal`} token={visit.token}>
            <button type="submit" class="quiet" aria-label={`Remove ${person.name ?? ""}`}>
              Remove
            </button>
          </ActForm>
        )}
      </td>
    </tr>
  );
}

function InviteForm({ token }: { readonly token: string }) {
  return (
    <section aria-labelledby="invite">
      <h2 id="invite">Let somebody in</h2>
      <ActForm to="/console/people" token={token} class="filters">
        <label>
          Name
          <input type="text" name="name" required maxlength={120} autocomplete="off" />
        </label>
        <label>
          Role
          <select name="role">
            {ROLES.map((role) => (
              <option value={role}>{ROLE_WORDS[role]}</option>
            ))}
          </select>
        </label>
        <button type="submit">Make a sign-in link</button>
      </ActForm>
      <p class="note">
        Marketers ask. Compliance officers decide on requests and read the log. Administrators do both, and let people
        in. Names stand in no log.
      </p>
    </section>
  );
}
