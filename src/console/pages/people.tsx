// Who of a company's people may use the console: let in with a role, given a link, removed.

import type { Child } from "hono/jsx";
import { type Invitation, invitePerson, linkPerson, listPeople, removePerson } from "../../app/invite-person.ts";
import { readProvider } from "../../app/sign-in-provider.ts";
import { LIMITS } from "../../domain/limits.ts";
import { personIdSchema, personNameSchema, ROLES } from "../../domain/person/person.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { accountPath, signInPath } from "../../http/sign-in-path.ts";
import type { PersonRow } from "../../ports/rows.ts";
import type { SignInProviderRow } from "../../ports/sign-in.ts";
import { ActForm, Copied, Digest, Handed, Instant, RowAct } from "../pieces.tsx";
import { type Column, Records } from "../records.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { ROLE_WORDS } from "../words.ts";

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
        <Records label="People" columns={COLUMNS} rows={rows.map((person) => cellsOf(person, visit))} />
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
      <Copied text={entrance} what="the address for signing in" />
    </section>
  );
}

function LinkNote({ invitation, origin }: { readonly invitation: Invitation; readonly origin: string }) {
  const link = origin + signInPath(invitation.code);
  return (
    <Handed title={`A link for ${invitation.person.name ?? ""}`} text={link} what="the link">
      It signs in once, until <Instant at={invitation.expiresAt} />.
    </Handed>
  );
}

const COLUMNS: readonly Column[] = [
  { name: "Name", as: "heading" },
  { name: "Role" },
  { name: "Since" },
  { name: "Id" },
  { name: "Acts", as: "acts" },
];

function cellsOf({ id, name, role, invitedAt }: PersonRow, { person, token }: Visit): readonly Child[] {
  const place = `/console/people/${id}`;
  return [
    name,
    ROLE_WORDS[role],
    <Instant at={invitedAt} />,
    <Digest text={id} what={`the id of ${name ?? ""}`} />,
    <>
      <RowAct to={`${place}/link`} token={token} label={`New link for ${name ?? ""}`}>
        New link
      </RowAct>
      {id !== person.id && (
        <RowAct to={`${place}/removal`} token={token} label={`Remove ${name ?? ""}`}>
          Remove
        </RowAct>
      )}
    </>,
  ];
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
