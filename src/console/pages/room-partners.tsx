// The operator's first page: which partners are in the room and how far they have come, and the codes with which they
// enrol their keys. What partners do with each other is none of it.

import type { Child } from "hono/jsx";
import { addPartner, type Enrolment } from "../../app/add-partner.ts";
import { endEnrolment } from "../../app/end-enrolment.ts";
import { type Housed, readHoused } from "../../app/read-room.ts";
import { manifestSchema, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { ActForm, Empty, Handed, Instant, RowAct, Verdict } from "../pieces.tsx";
import { shownCount } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { plainWord } from "../words.ts";
import { ProblemLines } from "./problem.tsx";

type State = { readonly enrolment: Enrolment | null; readonly refusal: Problem | null };
const PLAIN: State = { enrolment: null, refusal: null };

/** Who is in the room. */
export async function showRoomPartners(visit: Visit): Promise<Result<Shown, Problem>> {
  return partnersPage(visit, PLAIN);
}

/** Brings a company in. What was typed stays where it is refused. */
export async function postRoomPartner(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, form } = visit;
  const text = (name: string) => (form.get(name) ?? "").trim();
  const manifest = manifestSchema.safeParse({
    concordat: "partner/1",
    id: text("id"),
    name: text("name"),
    industry: text("industry"),
    contacts: [{ role: "operations", name: text("contact"), email: text("email") }],
    datasets: [],
  });
  if (!manifest.success) {
    const issues = manifest.error.issues.map(({ path, message }) => ({
      says: `${FIELDS.get(path.join("/"))}: ${message}`,
    }));
    const refusal = problem("invalid-document", "the company cannot be brought in as it is written here", { issues });
    return partnersPage(visit, { ...PLAIN, refusal });
  }
  const added = await addPartner({ ...ports, ...UNKEPT }, { caller, manifest: manifest.data });
  const state = added.ok ? { ...PLAIN, enrolment: added.value } : { ...PLAIN, refusal: added.error };
  return partnersPage(visit, state);
}

/** Gives a partner without a key another code, in place of the one it had. */
export async function postCode(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const housed = await housedIn(visit);
  if (!housed.ok) return housed;
  const added = await addPartner({ ...ports, ...UNKEPT }, { caller, manifest: housed.value.manifest });
  return added.ok ? partnersPage(visit, { ...PLAIN, enrolment: added.value }) : added;
}

/** Ends a code that nobody has used. */
export async function postCodeEnd(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const housed = await housedIn(visit);
  if (!housed.ok) return housed;
  const ended = await endEnrolment(ports, { caller, partner: housed.value.id });
  return ended.ok ? ok({ kind: "go", to: "/console/room" }) : ended;
}

const FIELDS = new Map([
  ["id", "Short name"],
  ["name", "Name"],
  ["industry", "Industry"],
  ["contacts/0/name", "Contact"],
  ["contacts/0/email", "Contact's e-mail"],
]);

async function housedIn({ ports, params }: Visit): Promise<Result<Housed, Problem>> {
  const id = partnerIdSchema.safeParse(params["partner"]);
  const found = id.success ? (await readHoused(ports)).find((one) => one.id === id.data) : undefined;
  return found === undefined ? err(problem("not-found", "the room has no such partner")) : ok(found);
}

async function partnersPage(visit: Visit, state: State): Promise<Result<Shown, Problem>> {
  const housed = await readHoused(visit.ports);
  const main = (
    <>
      {state.enrolment !== null && <CodeNote enrolment={state.enrolment} origin={visit.origin} />}
      <section aria-labelledby="in">
        <h2 id="in">Who is in the room</h2>
        {housed.length === 0 ? (
          <Empty>Nobody is yet. Bring the first company in below, and hand it the code that comes of it.</Empty>
        ) : (
          <Records label="Partners" columns={COLUMNS} rows={housed.map((one) => cellsOf(one, visit.token))} />
        )}
      </section>
      <BringIn visit={visit} refusal={state.refusal} />
    </>
  );
  return ok({ kind: "page", title: "Partners", main });
}

function CodeNote({ enrolment, origin }: { readonly enrolment: Enrolment; readonly origin: string }) {
  const command = `concordat enrol ${enrolment.code} --url ${origin}`;
  return (
    <Handed title={`A code for ${enrolment.partner}`} text={command} what="the command">
      It registers the company's first key once, until <Instant at={enrolment.expiresAt} />, when the company runs this.
    </Handed>
  );
}

const COLUMNS: readonly Column[] = [
  { name: "Company", as: "heading" },
  { name: "Industry" },
  { name: "Since" },
  { name: "Stands" },
  { name: "Acts", as: "acts" },
];

function cellsOf(one: Housed, token: string): readonly Child[] {
  const { id, manifest, addedAt, keys, codeUntil, leftAt } = one;
  const place = `/console/room/partners/${id}`;
  return [
    <>
      {manifest.name} <small>{id}</small>
    </>,
    plainWord(manifest.industry),
    <Instant at={addedAt} />,
    <Stands one={one} />,
    <>
      {leftAt === null && keys === 0 && (
        <RowAct to={`${place}/code`} token={token} label={`New code for ${manifest.name}`}>
          New code
        </RowAct>
      )}
      {codeUntil !== null && (
        <RowAct to={`${place}/code-end`} token={token} label={`End code of ${manifest.name}`}>
          End code
        </RowAct>
      )}
    </>,
  ];
}

function Stands({ one: { keys, codeUntil, leftAt } }: { readonly one: Housed }) {
  if (leftAt !== null) {
    return (
      <Verdict kind="deny">
        left <Instant at={leftAt} />
      </Verdict>
    );
  }
  if (keys > 0) return <Verdict kind="permit">{`in, with ${shownCount(keys, "key")}`}</Verdict>;
  if (codeUntil === null) return <Verdict kind="deny">no key, and no code</Verdict>;
  return (
    <Verdict kind="wait">
      enrols until <Instant at={codeUntil} />
    </Verdict>
  );
}

const INPUTS = [
  { name: "name", label: "Name", type: "text", max: 120 },
  { name: "id", label: "Short name", type: "text", max: 40 },
  { name: "industry", label: "Industry", type: "text", max: 40 },
  { name: "contact", label: "Contact", type: "text", max: 120 },
  { name: "email", label: "Contact's e-mail", type: "email", max: 254 },
] as const;

function BringIn({ visit, refusal }: { readonly visit: Visit; readonly refusal: Problem | null }) {
  return (
    <section aria-labelledby="bring">
      <h2 id="bring">Bring a company in</h2>
      {refusal !== null && (
        <div class="card refusal" role="alert">
          <ProblemLines told={refusal} />
        </div>
      )}
      <ActForm to="/console/room/partners" token={visit.token} class="fields">
        {INPUTS.map(({ name, label, type, max }) => (
          <label>
            {label}
            <input
              type={type}
              name={name}
              required
              maxlength={max}
              autocomplete="off"
              value={refusal === null ? "" : (visit.form.get(name) ?? "")}
            />
          </label>
        ))}
        <button type="submit">Make an enrolment code</button>
      </ActForm>
      <p class="note">
        The short name stands in contracts and in the log for good: lowercase letters, digits and dashes. A company that
        leaves for good is taken out with <code>concordat partner remove</code>, which says what goes with it.
      </p>
    </section>
  );
}
