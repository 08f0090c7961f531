// What may be asked for: each analysis with its recipients, purposes, the identifiers that match in their order,
// and how often.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { givesRecords } from "../../domain/policy/limits-document.ts";
import { ANALYSIS_WORDS, identifiersInWords } from "../../domain/policy/words.ts";
import { sentence } from "../words.ts";
import type { AnalysisDraft } from "./draft.ts";
import { Choice, FaultNote, type Faults, Line, type Option, Ticks } from "./fields.tsx";

const MATCHING: readonly Option[] = [
  { value: "in-order", says: "the first that matches counts" },
  { value: "any", says: "whichever matches counts" },
];

type Props = {
  readonly draft: AnalysisDraft;
  /** Who may be given answers. */
  readonly recipients: readonly Option[];
  /** The identifiers that some list brings. */
  readonly kinds: readonly IdentifierKind[];
  readonly faults: Faults;
};

/** One analysis; what is particular to it stands below its box once that is ticked, or when it is opened. */
export function AnalysisFields({ draft, recipients, kinds, faults }: Props) {
  const place = `analysis.${draft.analysis}`;
  const at = (name: string) => ({ name: `${place}.${name}`, faults });
  const asked = sentence(ANALYSIS_WORDS[draft.analysis]).replace(/\.$/, "");
  return (
    <div class="analysis">
      <label class="tick">
        <input type="checkbox" id={`${place}.asked`} name={`${place}.asked`} value="yes" checked={draft.isAsked} />{" "}
        {asked}
      </label>
      <FaultNote name={`${place}.asked`} faults={faults} />
      <details open={draft.isAsked}>
        <summary>{`How ${ANALYSIS_WORDS[draft.analysis]} may be asked for`}</summary>
        <Ticks {...at("recipient")} legend="Answers go to" options={recipients} ticked={draft.recipients} />
        <div class="fields">
          <Line {...at("purposes")} label="For" hint="purposes, with commas between" value={draft.purposes} />
          <Line {...at("caps")} label="How often" hint="such as 20 in 30 days" value={draft.caps} />
          {(givesRecords(draft.analysis) || draft.channels !== "") && (
            <Line {...at("channels")} label="Channels" hint="such as email, post" value={draft.channels} />
          )}
        </div>
        <Ways draft={draft} kinds={kinds} faults={faults} />
        <label class="tick">
          <input type="checkbox" name={`${place}.approved`} value="yes" checked={draft.isApproved} /> A person at each
          member concerned approves first
        </label>
      </details>
    </div>
  );
}

// As many menus as there are identifiers: the first, and in which order the others follow.
function Ways({ draft, kinds, faults }: Pick<Props, "draft" | "kinds" | "faults">) {
  const place = `analysis.${draft.analysis}`;
  const offered = IDENTIFIER_KINDS.filter((kind) => kinds.includes(kind) || draft.ways.includes(kind));
  const options = offered.map((kind) => ({ value: kind, says: identifiersInWords([kind]) }));
  return (
    <fieldset class="ways" id={`${place}.way`}>
      <legend>People are found by</legend>
      {offered.map((_, index) => (
        <Choice
          name={`${place}.way`}
          id={`${place}.way.${index}`}
          faults={faults}
          label={index === 0 ? "First by" : "then by"}
          value={draft.ways[index] ?? ""}
          options={[{ value: "", says: "nothing more" }, ...options]}
        />
      ))}
      <Choice
        name={`${place}.matching`}
        faults={faults}
        label="Where several match,"
        value={draft.matching}
        options={MATCHING}
      />
      <FaultNote name={`${place}.way`} faults={faults} />
    </fieldset>
  );
}
