// The lists of the members: what each is called, by what it is matched, and what of it may be used for what.

import { IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import { AGGREGATES, ATTRIBUTE_USES } from "../../domain/policy/limits-document.ts";
import { AGGREGATE_WORDS, identifiersInWords, USE_WORDS } from "../../domain/policy/words.ts";
import { type AttributeDraft, type ListDraft, type MeasureDraft, NO_ATTRIBUTE, NO_MEASURE } from "./draft.ts";
import { Choice, FaultNote, type Faults, Line, Lines, type Option, Ticks } from "./fields.tsx";

const KINDS: readonly Option[] = IDENTIFIER_KINDS.map((kind) => ({ value: kind, says: identifiersInWords([kind]) }));
// A category is not added up; who says so all the same keeps it.
const usesOf = (ticked: readonly string[]): readonly Option[] =>
  ATTRIBUTE_USES.filter((use) => use !== "measure" || ticked.includes(use)).map((use) => ({
    value: use,
    says: USE_WORDS[use],
  }));
const TOLD: readonly Option[] = AGGREGATES.map((one) => ({ value: one, says: AGGREGATE_WORDS[one] }));

type ListProps = {
  readonly list: ListDraft;
  readonly place: string;
  /** Who may own it. */
  readonly owners: readonly Option[];
  readonly faults: Faults;
};

/** One list. Below its attributes and measures stands an empty line each, for one more. */
export function ListFields({ list, place, owners, faults }: ListProps) {
  const at = (name: string) => ({ name: `${place}.${name}`, faults });
  return (
    <fieldset class="list" id={place}>
      <legend>{nameOf(list, owners)}</legend>
      <div class="fields">
        <Choice {...at("partner")} label="Whose list" value={list.partner} options={owners} />
        <Line
          {...at("dataset")}
          label="Its name"
          hint="as its owner declared it; empty: left out"
          value={list.dataset}
        />
      </div>
      <Ticks {...at("identifier")} legend="Matched by" options={KINDS} ticked={list.identifiers} />
      {(list.namespace !== "" || list.identifiers.includes("external")) && (
        <Line {...at("namespace")} label="What its external ids are called" value={list.namespace} />
      )}
      {[...list.attributes, NO_ATTRIBUTE].map((attribute, index) => (
        <AttributeFields attribute={attribute} place={`${place}.attribute.${index}`} faults={faults} />
      ))}
      <details open={list.measures.length > 0}>
        <summary>Numbers that tables may add up</summary>
        {[...list.measures, NO_MEASURE].map((measure, index) => (
          <MeasureFields measure={measure} place={`${place}.measure.${index}`} faults={faults} />
        ))}
      </details>
      <Lines
        {...at("consents")}
        label="Consents that a row must carry"
        hint="a line each; for some channels alone: email-marketing: email"
        value={list.consents}
      />
    </fieldset>
  );
}

function nameOf({ partner, dataset }: ListDraft, owners: readonly Option[]): string {
  const owner = owners.find(({ value }) => value === partner)?.says ?? "A list";
  return dataset === "" ? `${owner}: which list?` : `${owner}: ${dataset}`;
}

type AttributeProps = { readonly attribute: AttributeDraft; readonly place: string; readonly faults: Faults };

function AttributeFields({ attribute, place, faults }: AttributeProps) {
  const at = (name: string) => ({ name: `${place}.${name}`, faults });
  const hasUses = attribute.name !== "";
  return (
    <div class="attribute">
      <Line {...at("name")} label={hasUses ? "Attribute" : "One more attribute"} value={attribute.name} />
      <Line {...at("values")} label="Its values" hint="with commas between" value={attribute.values} />
      <Ticks {...at("use")} legend="May be used to" options={usesOf(attribute.uses)} ticked={attribute.uses} />
      {attribute.uses.includes("group") && (
        <Line
          {...at("groupings")}
          label="Coarser groups"
          hint="such as size: small = s, m; large = l"
          value={attribute.groupings}
        />
      )}
      {!attribute.uses.includes("group") && attribute.groupings !== "" && (
        <input type="hidden" name={`${place}.groupings`} value={attribute.groupings} />
      )}
      <FaultNote name={place} faults={faults} />
    </div>
  );
}

type MeasureProps = { readonly measure: MeasureDraft; readonly place: string; readonly faults: Faults };

function MeasureFields({ measure, place, faults }: MeasureProps) {
  const at = (name: string) => ({ name: `${place}.${name}`, faults });
  return (
    <div class="attribute">
      <Line {...at("name")} label={measure.name === "" ? "One more number" : "Number"} value={measure.name} />
      <Line {...at("scale")} label="Decimals" value={measure.scale} digits />
      <Line {...at("least")} label="Each person counts as at least" value={measure.least} digits />
      <Line {...at("most")} label="and at most" value={measure.most} digits />
      <Ticks {...at("aggregate")} legend="May be told" options={TOLD} ticked={measure.aggregates} />
    </div>
  );
}
