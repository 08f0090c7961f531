// The question as a sentence whose underlined parts are menus. It is one form of plain fields: the page's script sends
// it whenever a part is changed, and without the script its button does.

import { ownerOf } from "../domain/dataset/schema.ts";
import { type Directory, identifiersInWords, listed, nameOf } from "../domain/policy/words.ts";
import type { Chooseable } from "./chooseable.ts";
import { type Askable, amongText, offerOf, type Sentence } from "./question-form.ts";
import { plainWord, sentence } from "./words.ts";

type Props = {
  readonly askable: readonly Askable[];
  readonly chosen: Askable;
  readonly said: Sentence;
  readonly options: readonly Chooseable[];
  readonly directory: Directory;
};

// What htmx does whenever a part is changed: the explorer comes back at the address that says the new sentence.
const LIVE = {
  "hx-get": "/console/explore",
  "hx-trigger": "change",
  "hx-target": "#explore",
  "hx-select": "#explore",
  "hx-swap": "outerHTML",
  "hx-push-url": "true",
  "hx-sync": "this:replace",
};

/** The sentence. */
export function SentenceForm({ askable, chosen, said, options, directory }: Props) {
  const { identifiers, purposes } = offerOf(chosen.contract, said.lists);
  const byAll = said.lists.length > 2 ? [] : [{ value: "", says: identifiersInWords(identifiers, "or") }];
  const ways = [...byAll, ...identifiers.map((kind) => ({ value: kind, says: identifiersInWords([kind]) }))];
  const named = askable.map(({ id, contract }) => ({
    value: id,
    says: `${plainWord(contract.name)}, v${contract.version}`,
  }));
  const aims = purposes.map((value) => ({ value, says: plainWord(value) }));
  const by = identifiers.length > 1 ? ways : ways.slice(0, 1);
  return (
    <form id="sentence" class="sentence" method="get" action="/console/explore" {...LIVE}>
      <p>
        How many people do <Members chosen={chosen} said={said} directory={directory} /> share, found by{" "}
        <Select name="by" label="Found by" value={said.by ?? ""} options={by} />, for{" "}
        <Select name="purpose" label="Purpose" value={said.purpose} options={aims} />, under{" "}
        <Select name="contract" label="Contract" value={said.contract} options={named} />?
      </p>
      <AmongList options={options} among={said.among} directory={directory} />
      <button type="submit" class="quiet without-script">
        Show what this would tell
      </button>
    </form>
  );
}

type SelectProps = {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly says: string }[];
};

/** A part of a sentence of which one of several stands there. */
export function Select({ name, label, value, options }: SelectProps) {
  return (
    <select id={`part-${name}`} name={name} aria-label={label}>
      {options.map((option) => (
        <option value={option.value} selected={option.value === value}>
          {option.says}
        </option>
      ))}
    </select>
  );
}

function Members({ chosen, said, directory }: Pick<Props, "chosen" | "said" | "directory">) {
  const { lists } = offerOf(chosen.contract, said.lists);
  return (
    <details class="menu" id="part-lists">
      <summary>{listed(said.lists.map((list) => nameOf(directory, ownerOf(list))))}</summary>
      <fieldset>
        <legend>Whose lists</legend>
        {lists.map((list) => (
          <label>
            <input type="checkbox" name="list" value={list} checked={said.lists.includes(list)} id={`list-${list}`} />
            {nameOf(directory, ownerOf(list))} <small>{plainWord(list.split("/")[1] ?? "")}</small>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

type AmongListProps = {
  readonly options: readonly Chooseable[];
  readonly among: Sentence["among"];
  readonly directory: Directory;
};

/** By what people are chosen, an attribute a line; those that may not choose are shown shut, with their clause. */
export function AmongList({ options, among, directory }: AmongListProps) {
  if (options.length === 0) return null;
  return (
    <ul class="among" aria-label="Among whom">
      {options.map((option, index) => (
        <li>
          {index === 0 ? "among " : "and "}
          <Among option={option} among={among} directory={directory} place={index} />
        </li>
      ))}
    </ul>
  );
}

type AmongProps = {
  readonly option: Chooseable;
  readonly among: Sentence["among"];
  readonly directory: Directory;
  readonly place: number;
};

function Among({ option, among, directory, place }: AmongProps) {
  const { list, attribute, values, shut } = option;
  const chosen = among.filter((one) => one.list === list && one.attribute === attribute).map(({ value }) => value);
  const whose = `${nameOf(directory, ownerOf(list))}, ${plainWord(attribute)}`;
  const says = chosen.length === 0 ? `any ${plainWord(attribute)}` : listed(chosen, "or");
  return (
    <details class={shut === null ? "menu" : "menu shut"} id={`part-among-${place}`}>
      <summary>
        {says} <small>at {nameOf(directory, ownerOf(list))}</small>
      </summary>
      <fieldset disabled={shut !== null}>
        <legend>{whose}</legend>
        {shut !== null && <p class="because">{sentence(shut)}</p>}
        {values.slice(0, SHOWN_VALUES).map((value, index) => (
          <label>
            <input
              type="checkbox"
              name="among"
              id={`among-${place}-${index}`}
              value={amongText({ list, attribute, value })}
              checked={chosen.includes(value)}
            />
            {value}
          </label>
        ))}
        {values.length > SHOWN_VALUES && <p class="because">{`and ${values.length - SHOWN_VALUES} more`}</p>}
      </fieldset>
    </details>
  );
}

/** Values of one attribute that a menu shows. */
const SHOWN_VALUES = 60;
