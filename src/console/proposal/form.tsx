// The form of a contract, and beside it what the contract would say.

import { IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { type Directory, nameOf } from "../../domain/policy/words.ts";
import { AnalysisFields } from "./analysis-fields.tsx";
import type { ContractDraft } from "./draft.ts";
import { FaultNote, type Faults, Line, type Option, Step } from "./fields.tsx";
import { ListFields } from "./list-fields.tsx";
import { TermFields } from "./term-fields.tsx";

/** Where the form goes, and where an offer does. */
export const FORM_PATH = "/console/contracts/new";
export const OFFER_PATH = "/console/contracts/offers";
export const FORM_ID = "contract-form";

// What the form says is told anew whenever a field is left; fields themselves are never taken away from who types.
const LIVE = {
  "hx-post": FORM_PATH,
  "hx-trigger": "change",
  "hx-target": "#preview",
  "hx-select": "#preview",
  "hx-swap": "outerHTML",
  "hx-sync": "this:replace",
};

type Props = {
  readonly draft: ContractDraft;
  readonly directory: Directory;
  readonly faults: Faults;
  readonly own: string;
  readonly token: string;
};

/** All of the form, step by step. */
export function ContractForm(props: Props) {
  const { draft, faults, token } = props;
  const owners = optionsOf(draft.contributors, props.directory);
  const recipients = optionsOf(draft.recipients, props.directory);
  const brought = new Set(draft.lists.flatMap(({ identifiers }) => identifiers));
  const kinds = IDENTIFIER_KINDS.filter((kind) => brought.size === 0 || brought.has(kind));
  return (
    <form id={FORM_ID} method="post" action={FORM_PATH} autocomplete="off" {...LIVE}>
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="amends" value={draft.amends} />
      <button type="submit" name="act" value="show" class="unseen" tabindex={-1}>
        Show what it says
      </button>
      <Frame draft={draft} faults={faults} />
      <MemberTable {...props} />
      <Step id="lists" title="3. What each brings">
        {draft.lists.map((list, index) => (
          <ListFields list={list} place={`list.${index}`} owners={owners} faults={faults} />
        ))}
        <FaultNote name="lists" faults={faults} />
        <button type="submit" name="act" value="add-list" class="quiet" formaction={`${FORM_PATH}#lists`}>
          One more list
        </button>
      </Step>
      <Step id="analyses" title="4. What may be asked">
        <FaultNote name="analyses" faults={faults} />
        {draft.analyses.map((one) => (
          <AnalysisFields draft={one} recipients={recipients} kinds={kinds} faults={faults} />
        ))}
        <Line
          name="waits"
          faults={faults}
          label="A question that must be approved waits for at most"
          hint="days; empty: it is denied instead"
          value={draft.waits}
          digits
        />
      </Step>
      <Step id="terms" title="5. On which terms">
        <TermFields terms={draft.terms} faults={faults} />
      </Step>
      <p>
        <button type="submit" name="act" value="show" class="quiet" formaction={`${FORM_PATH}#preview`}>
          Show what it says
        </button>
      </p>
    </form>
  );
}

function Frame({ draft, faults }: Pick<Props, "draft" | "faults">) {
  const isAmendment = draft.amends !== "";
  return (
    <Step id="frame" title="1. What it is for, and how long">
      <div class="fields">
        <Line
          name="name"
          faults={faults}
          label="Name"
          hint={isAmendment ? "stays what it is" : "lowercase words and dashes, such as summer-campaign"}
          value={draft.name}
          isFixed={isAmendment}
        />
        <Line
          name="purposes"
          faults={faults}
          label="Purposes"
          hint="such as insight, activation"
          value={draft.purposes}
        />
        <Line name="from" faults={faults} label="From" value={draft.from} kind="date" />
        <Line name="until" faults={faults} label="Until" value={draft.until} kind="date" />
      </div>
    </Step>
  );
}

// A company is a member by either box: it brings lists, or is given answers, or both.
function MemberTable({ draft, directory, faults, own }: Props) {
  const known = [...directory.keys()].filter((id) => id !== OPERATOR && id !== own && !draft.members.includes(id));
  const rows = [...new Set([...draft.members, own, ...known])];
  return (
    <Step id="members" title="2. Between whom">
      <p class="note">{`Up to ${LIMITS.contractMembers} companies, yours among them.`}</p>
      <div class="scroll member-boxes">
        <table>
          <thead>
            <tr>
              <th scope="col">Company</th>
              <th scope="col">brings lists</th>
              <th scope="col">is given answers</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((id) => (
              <MemberRow id={id} name={nameIn(directory, id)} draft={draft} />
            ))}
          </tbody>
        </table>
      </div>
      <FaultNote name="members" faults={faults} />
      <button type="submit" name="act" value="show" class="quiet" formaction={`${FORM_PATH}#lists`}>
        Take these companies over
      </button>
    </Step>
  );
}

type RowProps = { readonly id: string; readonly name: string; readonly draft: ContractDraft };

function MemberRow({ id, name, draft }: RowProps) {
  const roles = [
    { role: "contributor", has: draft.contributors.includes(id), says: `${name} brings lists` },
    { role: "recipient", has: draft.recipients.includes(id), says: `${name} is given answers` },
  ];
  return (
    <tr>
      <th scope="row">{name}</th>
      {roles.map(({ role, has, says }) => (
        <td>
          <input type="checkbox" name={role} value={id} checked={has} aria-label={says} />
        </td>
      ))}
    </tr>
  );
}

function optionsOf(ids: readonly string[], directory: Directory): readonly Option[] {
  return ids.map((value) => ({ value, says: nameIn(directory, value) }));
}

function nameIn(directory: Directory, id: string): string {
  const found = [...directory.keys()].find((one) => one === id);
  return found === undefined ? id : nameOf(directory, found);
}
