// Rights of the people in a company's lists: who is meant is hashed in the browser, looked up, and then erased, or
// objects, or takes a consent back. What an act will do stands above its button.

import { type Access, accessPeople } from "../../app/access-people.ts";
import { erasePeople } from "../../app/erase-people.ts";
import { type Objecting, objectPeople } from "../../app/object-people.ts";
import { countNotices } from "../../app/read-notices.ts";
import { parseStrictJson } from "../../domain/canonical-json.ts";
import { type Directory, nameOf } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type HashedIdentifier, hashedIdentifiersSchema } from "../../domain/subject/hashed-identifier.ts";
import { consentScopeSchema, objectionScopeSchema, type Scope } from "../../domain/subject/objection.ts";
import { bundleOf } from "../bundle.ts";
import { readDirectory } from "../directory.ts";
import { ActForm } from "../pieces.tsx";
import { AccessFacts, CountTable, HoldersNote, objectionInWords } from "../rights-facts.tsx";
import { PastActs, readPastActs } from "../rights-past.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";

/** Whom is it about: the form that names people, what was done before, and notices that wait. */
export async function showRights(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, token } = visit;
  const [{ href }, waiting, past] = await Promise.all([
    bundleOf("hash-people.js"),
    countNotices(ports, { caller }),
    readPastActs(visit),
  ]);
  const main = (
    <>
      <section aria-labelledby="whom">
        <h2 id="whom">Somebody asks about themselves</h2>
        <p class="note">
          Say by what your lists know the person. What you type is hashed in this browser and never leaves it; the
          hashes look the person up in your own lists alone.
        </p>
        <ActForm to="/console/rights/access" token={token} class="people" worker={href}>
          <input type="hidden" name="identifiers" value="" />
          <PeopleFields />
          <p class="told" role="alert" />
          <p class="without-script note">Hashing needs the script of this page; nothing is sent without it.</p>
          <button type="submit">Look the person up</button>
        </ActForm>
      </section>
      <section aria-labelledby="notices">
        <h2 id="notices">Notices to you</h2>
        <p>{noticesInWords(waiting)}</p>
        <ActForm to="/console/rights/notices" token={token} class="buttons">
          <button type="submit" class="quiet">
            Fetch notices
          </button>
          <button type="submit" class="quiet" name="as" value="file">
            Fetch them as a file
          </button>
        </ActForm>
      </section>
      <PastActs entries={past} />
    </>
  );
  return ok({ kind: "page", title: "Rights of people", main, script: "rights.js" });
}

function noticesInWords(waiting: number): string {
  if (waiting === 0) return "No notice waits for you.";
  const [some, verb] = waiting === 1 ? ["One notice", "waits"] : [`${waiting} notices`, "wait"];
  return `${some} ${verb} for you, to remove people from lists that you hold.`;
}

const FIELDS = [
  ["email", "E-mail address"],
  ["phone", "Telephone number"],
  ["name+postcode", "First name; last name; postal code"],
  ["maid", "Mobile advertising id"],
  ["external", "Id of a namespace, as namespace:id"],
] as const;

function PeopleFields() {
  return (
    <>
      {FIELDS.map(([kind, label]) => (
        <label>
          {label}
          <input type="text" data-kind={kind} autocomplete="off" spellcheck={false} />
        </label>
      ))}
      <label>
        Country of phones and postal codes, such as GB
        <input type="text" data-country maxlength={2} autocomplete="off" />
      </label>
    </>
  );
}

/** What the company has of the person, and what may be done about it. An entry of the log. */
export async function postAccess(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const identifiers = identifiersIn(visit.form);
  if (!identifiers.ok) return identifiers;
  const access = await accessPeople({ ...ports, ...UNKEPT }, { caller, identifiers: identifiers.value });
  if (!access.ok) return access;
  const directory = await readDirectory(ports, caller);
  const main = (
    <>
      <AccessFacts access={access.value} directory={directory} />
      <ErasureForm visit={visit} access={access.value} directory={directory} />
      <ScopeForms visit={visit} />
    </>
  );
  return ok({ kind: "page", title: "What you have of this person", main, act: BACK });
}

const BACK = <a href="/console/rights">Back to rights</a>;

type FormProps = { readonly visit: Visit };

function ErasureForm({
  visit,
  access,
  directory,
}: FormProps & { readonly access: Access; readonly directory: Directory }) {
  const versions = access.datasets.reduce((sum, one) => sum + one.versions.length, 0);
  const held = versions === 1 ? "one version" : `${versions} versions`;
  const holders = access.recipients.map(({ recipient }) => nameOf(directory, recipient));
  const told =
    holders.length === 0
      ? "nobody else holds a list made with yours"
      : `notices go to ${holders.join(", ")} if concerned`;
  return (
    <section aria-labelledby="erase">
      <h2 id="erase">Erase</h2>
      <p>
        {`The person goes from ${held} of your lists for good, no upload brings them back, and ${told}. `}
        This cannot be undone.
      </p>
      <ActForm to="/console/rights/erasure" token={visit.token}>
        <Carried visit={visit} />
        <button type="submit" class="deny">
          Erase this person
        </button>
      </ActForm>
    </section>
  );
}

function ScopeForms({ visit }: FormProps) {
  return (
    <section aria-labelledby="object">
      <h2 id="object">Object, or take a consent back</h2>
      <p class="note">
        From the next answer on the person is left out of it. With neither purpose nor channel it is an objection to
        everything. It can be lifted again; lists that were given do not regain the person.
      </p>
      <ActForm to="/console/rights/objection" token={visit.token} class="filters">
        <Carried visit={visit} />
        <TextField name="purpose" label="Purpose, such as insight" />
        <TextField name="channel" label="Channel, such as email" />
        <MadeOrLifted made="Object" />
      </ActForm>
      <ActForm to="/console/rights/withdrawal" token={visit.token} class="filters">
        <Carried visit={visit} />
        <TextField name="consent" label="Consent, by its name in your lists" />
        <MadeOrLifted made="Take the consent back" />
      </ActForm>
    </section>
  );
}

function TextField({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <label>
      {label}
      <input type="text" name={name} />
    </label>
  );
}

function MadeOrLifted({ made }: { readonly made: string }) {
  return (
    <div class="buttons">
      <button type="submit" name="kind" value="made">
        {made}
      </button>
      <button type="submit" class="quiet" name="kind" value="lifted">
        Lift it again
      </button>
    </div>
  );
}

function Carried({ visit }: FormProps) {
  return <input type="hidden" name="identifiers" value={visit.form.get("identifiers") ?? ""} />;
}

/** Erases. */
export async function postErasure(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const identifiers = identifiersIn(visit.form);
  if (!identifiers.ok) return identifiers;
  const erased = await erasePeople({ ...ports, ...UNKEPT }, { caller, identifiers: identifiers.value });
  if (!erased.ok) return erased;
  const { lists, recipients } = erased.value;
  const directory = await readDirectory(ports, caller);
  const main = (
    <>
      <p class="verdict-line">The person is erased, and kept out of all that you upload.</p>
      <CountTable lists={lists} says="gone from the version in force" />
      <HoldersNote recipients={recipients} directory={directory} />
    </>
  );
  return ok({ kind: "page", title: "Erased", main, act: BACK });
}

/** Objects to a purpose, a channel or everything, or lifts that. */
export async function postObjection(visit: Visit): Promise<Result<Shown, Problem>> {
  const [purpose, channel] = ["purpose", "channel"].map((name) => visit.form.get(name)?.trim());
  const scope = objectionScopeSchema.safeParse({ ...(purpose ? { purpose } : {}), ...(channel ? { channel } : {}) });
  if (!scope.success) return err(problem("invalid-parameter", "a purpose or a channel is a word such as `insight`"));
  return objected(visit, scope.data);
}

/** Takes a consent back, or gives it again. */
export async function postWithdrawal(visit: Visit): Promise<Result<Shown, Problem>> {
  const scope = consentScopeSchema.safeParse({ consent: visit.form.get("consent")?.trim() });
  if (!scope.success) return err(problem("invalid-parameter", "name the consent as your lists do"));
  return objected(visit, scope.data);
}

async function objected(visit: Visit, scope: Scope): Promise<Result<Shown, Problem>> {
  const { ports, caller, form } = visit;
  const kind = form.get("kind") === "lifted" ? "lifted" : "made";
  const identifiers = identifiersIn(form);
  if (!identifiers.ok) return identifiers;
  const outcome = await objectPeople({ ...ports, ...UNKEPT }, { caller, identifiers: identifiers.value, kind, scope });
  if (!outcome.ok) return outcome;
  const directory = await readDirectory(ports, caller);
  return ok({ kind: "page", title: "Noted", main: <Noted outcome={outcome.value} directory={directory} />, act: BACK });
}

function Noted({ outcome, directory }: { readonly outcome: Objecting; readonly directory: Directory }) {
  const standing = outcome.inForce.map(objectionInWords).join("; ");
  return (
    <>
      <p class="verdict-line">
        {standing === "" ? "The person objects to nothing any more." : `The person objects from now on: ${standing}.`}
      </p>
      <CountTable lists={outcome.lists} says="people whom it names" />
      <HoldersNote recipients={outcome.recipients} directory={directory} />
    </>
  );
}

function identifiersIn(form: URLSearchParams): Result<readonly HashedIdentifier[], Problem> {
  const json = parseStrictJson(form.get("identifiers") ?? "");
  const parsed = hashedIdentifiersSchema.safeParse(json.ok ? json.value : null);
  return parsed.success ? ok(parsed.data) : err(problem("invalid-parameter", "the form names nobody"));
}
