// The question as a sentence whose underlined parts are menus. It is one form of plain fields: the page's script sends
// it whenever a part is changed, and without the script its button does.

import type { Child } from "hono/jsx";
import { ownerOf } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Directory, identifiersInWords, listed, nameOf } from "../domain/policy/words.ts";
import { axisNamed, axisText } from "./axis-form.ts";
import type { Chooseable } from "./chooseable.ts";
import { listNamed } from "./directory.ts";
import type { SentenceParts } from "./permitted-parts.ts";
import { type Askable, amongText, type Figures, offerOf, type Sentence } from "./question-form.ts";
import { shownSentence } from "./reader.ts";
import { plainWord } from "./words.ts";

type Props = {
  readonly askable: readonly Askable[];
  readonly chosen: Askable;
  readonly said: Sentence;
  readonly parts: SentenceParts;
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
export function SentenceForm(props: Props) {
  const { askable, chosen, said, options, directory } = props;
  const { identifiers, purposes } = offerOf(chosen.contract, said);
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
        <Analyses {...props} /> <Figured {...props} />, found by{" "}
        <Select name="by" label="Found by" value={said.by ?? ""} options={by} />, for{" "}
        <Select name="purpose" label="Purpose" value={said.purpose} options={aims} />, under{" "}
        <Select name="contract" label="Contract" value={said.contract} options={named} />
        {options.length === 0 ? "?" : ","}
      </p>
      <AmongList options={options} among={said.among} directory={directory} end="?" />
      <button type="submit" class="quiet without-script">
        Show what this would tell
      </button>
    </form>
  );
}

const FIGURE_WORDS = {
  overlap: { begins: "How many people do", says: "An overlap", explains: "how many people lists share" },
  crosstab: { begins: "By groups, how many people do", says: "A cross-tab", explains: "the same, in groups" },
  affinity: { begins: "Which groups stand out", says: "An affinity", explains: "which of them stand out" },
  trend: { begins: "How has the number changed", says: "A trend", explains: "how the number changed since" },
} as const satisfies { readonly [figures in Figures]: unknown };

function Analyses({ parts, said, directory }: Props) {
  return (
    <Menu id="part-analysis" legend="What is asked for" summary={FIGURE_WORDS[said.analysis].begins}>
      {parts.analyses.map(({ value, isChosen, shut }) => (
        <Choice kind="radio" name="analysis" {...{ value, isChosen, shut, directory }}>
          {FIGURE_WORDS[value].says} <small>{FIGURE_WORDS[value].explains}</small>
        </Choice>
      ))}
    </Menu>
  );
}

// What is peculiar to each analysis: whose people, in which groups.
function Figured(props: Props) {
  const { said } = props;
  switch (said.analysis) {
    case "overlap":
      return (
        <>
          <Members {...props} /> share
        </>
      );
    case "crosstab":
    case "trend":
      return (
        <>
          {said.analysis === "trend" && "of people whom "}
          <Members {...props} /> share, <Axes {...props} />
        </>
      );
    case "affinity":
      return (
        <>
          by <Axes {...props} /> among the people of <Weighed {...props} />
        </>
      );
  }
}

function Axes({ parts, said, directory }: Props) {
  const names = said.axes.map((axis) => axisNamed(axis, directory));
  const isOne = said.analysis === "affinity";
  const by = names.length === 0 ? "all together" : `${isOne ? "" : "by "}${listed(names)}`;
  return (
    <Menu id="part-axes" legend={isOne ? "The groups" : GROUPS_OF_TABLE} summary={by}>
      {parts.axes.map(({ value, isChosen, shut }) => (
        <Choice
          kind={isOne ? "radio" : "checkbox"}
          name="axis"
          value={axisText(value)}
          {...{ isChosen, shut, directory }}
        >
          {axisNamed(value, directory)}
        </Choice>
      ))}
    </Menu>
  );
}

const GROUPS_OF_TABLE = `By what people are grouped, ${LIMITS.crosstabAttributes} at most`;

// The lists in hand go with the form too, so that another analysis begins with them.
function Weighed({ chosen, said, directory }: Props) {
  const { lists } = offerOf(chosen.contract, said);
  const options = lists.map((list) => ({ value: list, says: listNamed(list, lists, directory) }));
  return (
    <>
      <Select name="whose" label="Among whose people" value={said.lists[0] ?? ""} options={options} />
      {said.lists.map((list) => (
        <input type="hidden" name="list" value={list} />
      ))}
    </>
  );
}

type MenuProps = {
  readonly id: string;
  readonly legend: string;
  readonly summary: string;
  readonly children: Child;
};

function Menu({ id, legend, summary, children }: MenuProps) {
  return (
    <details class="menu" id={id}>
      <summary>{summary}</summary>
      <fieldset>
        <legend>{legend}</legend>
        {children}
      </fieldset>
    </details>
  );
}

type ChoiceProps = {
  readonly kind: "radio" | "checkbox";
  readonly name: string;
  readonly value: string;
  readonly isChosen: boolean;
  readonly shut: string | null;
  readonly directory: Directory;
  readonly children: Child;
};

// One thing of a menu; what may not be chosen is grey, with its clause.
function Choice({ kind, name, value, isChosen, shut, directory, children }: ChoiceProps) {
  return (
    <label class={shut === null ? undefined : "shut"}>
      <input
        type={kind}
        name={name}
        value={value}
        checked={isChosen}
        disabled={shut !== null}
        id={`${name}-${value}`}
      />
      <span>
        {children}
        {shut !== null && <small class="clause">{shownSentence(shut, directory)}</small>}
      </span>
    </label>
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
  const { lists } = offerOf(chosen.contract, said);
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
  /** What ends the sentence. */
  readonly end: "?" | ".";
};

/** By what people are chosen, an attribute a line; those that may not choose are shown shut, with their clause. */
export function AmongList({ options, among, directory, end }: AmongListProps) {
  if (options.length === 0) return null;
  return (
    <ul class="among" aria-label="Among whom">
      {options.map((option, index) => (
        <li>
          {index === 0 ? "among " : "and "}
          <Among option={option} among={among} directory={directory} place={index} />
          {index === options.length - 1 && end}
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
        {shut !== null && <p class="because">{shownSentence(shut, directory)}</p>}
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
