// Declaring a list: what its file calls the columns. A file that is dropped here fills the form in, and stays where it
// is; without a script the form is filled in by hand.

import { createDataset } from "../../app/create-dataset.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { bundleOf } from "../bundle.ts";
import { DropZone } from "../drop-zone.tsx";
import { type ListFields, listFieldsIn, NO_LIST, schemaOfFields } from "../list-form.ts";
import { ActForm } from "../pieces.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { ProblemLines, titleOfProblem } from "./problem.tsx";

/** The empty form. */
export async function showNewDataset(visit: Visit): Promise<Result<Shown, Problem>> {
  return newList(visit, NO_LIST, null);
}

/** Declares the list, or comes back with what was typed. */
export async function postDataset(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, form } = visit;
  const fields = listFieldsIn(form);
  const schema = schemaOfFields(fields);
  if (!schema.ok) return newList(visit, fields, schema.error);
  const made = await createDataset({ ...ports, ...UNKEPT }, { caller, schema: schema.value });
  if (!made.ok) return newList(visit, fields, made.error);
  return ok({ kind: "go", to: `/console/lists/${made.value.name}` });
}

async function newList({ token }: Visit, fields: ListFields, refusal: Problem | null): Promise<Result<Shown, Problem>> {
  const [page, thread] = await Promise.all([bundleOf("lists.js"), bundleOf("list-worker.js")]);
  const main = (
    <>
      {refusal !== null && (
        <section class="card refusal" role="alert">
          <h2>{titleOfProblem(refusal)}</h2>
          <ProblemLines told={refusal} />
        </section>
      )}
      <section id="draft" aria-labelledby="from-file" data-worker={thread.href}>
        <h2 id="from-file">From its file</h2>
        <DropZone says="The form below is filled in from its first rows. Nothing is sent." />
        <p class="without-script note">Without a script, fill the form in by hand.</p>
      </section>
      <section aria-labelledby="columns-of-it">
        <h2 id="columns-of-it">What its columns are called</h2>
        <Fields fields={fields} token={token} />
      </section>
      <script type="module" src={page.href} />
    </>
  );
  return ok({ kind: "page", title: "Declare a list", main, ...(refusal === null ? {} : { refusal }) });
}

function Fields({ fields, token }: { readonly fields: ListFields; readonly token: string }) {
  return (
    <ActForm to="/console/lists/new" token={token} class="fields">
      <Line name="name" label="Name of the list" hint="for ever: contracts name it" value={fields.name} required />
      <Line name="record" label="Your own reference" hint="comes back in audiences" value={fields.record} required />
      <Line name="email" label="E-mail" hint="hashed in your browser" value={fields.email} />
      <Line name="phone" label="Phone" hint="hashed in your browser" value={fields.phone} />
      <Line
        name="country"
        label="Country of phones without code"
        hint="two letters, such as GB"
        value={fields.country}
      />
      <Lines
        name="attributes"
        label="Attributes"
        hint="a line each, such as tier: bronze, silver, gold"
        value={fields.attributes}
      />
      <Lines
        name="consents"
        label="Consents"
        hint="a line each, such as partner-marketing: may_share = yes"
        value={fields.consents}
      />
      <Line
        name="rejects"
        label="Refused rows at most, in percent"
        hint="more, and the upload is refused"
        value={fields.rejects}
        required
      />
      <p class="note">A column that is not named here never leaves your machine.</p>
      <button type="submit">Declare the list</button>
    </ActForm>
  );
}

type LineProps = {
  readonly name: keyof ListFields;
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly required?: boolean;
};

function Line({ name, label, hint, value, required = false }: LineProps) {
  return (
    <label>
      {label} <small>{hint}</small>
      <input type="text" name={name} value={value} required={required} maxlength={100} autocomplete="off" />
    </label>
  );
}

function Lines({ name, label, hint, value }: LineProps) {
  return (
    <label>
      {label} <small>{hint}</small>
      <textarea name={name} rows={4} spellcheck={false}>
        {value}
      </textarea>
    </label>
  );
}
