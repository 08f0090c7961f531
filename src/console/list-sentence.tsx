// The list in hand as a sentence whose underlined parts are menus: a form of plain fields, as the explorer's is.

import { nameIn } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Directory, identifiersInWords } from "../domain/policy/words.ts";
import { type ListKind, type ListSentence, listOfferOf } from "./audience-form.ts";
import type { Chooseable } from "./chooseable.ts";
import { listNamed } from "./directory.ts";
import type { Askable } from "./question-form.ts";
import { AmongList, Select } from "./sentence-form.tsx";
import { plainWord } from "./words.ts";

type Props = {
  readonly askable: readonly Askable[];
  readonly chosen: Askable;
  readonly said: ListSentence;
  readonly partner: PartnerId;
  readonly options: readonly Chooseable[];
  readonly directory: Directory;
};

const LIVE = {
  "hx-get": "/console/audiences/new",
  "hx-trigger": "change",
  "hx-target": "#builder",
  "hx-select": "#builder",
  "hx-swap": "outerHTML",
  "hx-push-url": "true",
  "hx-sync": "this:replace",
};

const AIMS = {
  audience: "to reach them",
  suppression: "to leave them out",
} as const satisfies Record<ListKind, string>;

/** The sentence. */
export function ListSentenceForm({ askable, chosen, said, partner, options, directory }: Props) {
  const { kind, from, matching, by, channel, purpose } = said;
  const asked = { kind, lists: [from, matching] };
  const { kinds, own, others, identifiers, channels, purposes } = listOfferOf(chosen.contract, partner, asked);
  const all = { value: "", says: identifiersInWords(identifiers, "or") };
  const ways = identifiers.map((one) => ({ value: one, says: identifiersInWords([one]) }));
  const contracts = askable.map(({ id, contract }) => ({
    value: id,
    says: `${plainWord(contract.name)}, v${contract.version}`,
  }));
  const inWords = (words: readonly string[]) => words.map((value) => ({ value, says: plainWord(value) }));
  return (
    <form id="list-sentence" class="sentence" method="get" action="/console/audiences/new" {...LIVE}>
      <p>
        My people on{" "}
        <Select
          name="from"
          label="My list"
          value={from}
          options={own.map((list) => ({ value: list, says: plainWord(nameIn(list)) }))}
        />{" "}
        who are also customers of{" "}
        <Select
          name="matching"
          label="Whose customers"
          value={matching}
          options={others.map((list) => ({ value: list, says: listNamed(list, others, directory) }))}
        />
        , found by{" "}
        <Select name="by" label="Found by" value={by ?? ""} options={ways.length > 1 ? [all, ...ways] : ways} />,{" "}
        <Select
          name="kind"
          label="What for"
          value={kind}
          options={kinds.map((value) => ({ value, says: AIMS[value] }))}
        />{" "}
        through <Select name="channel" label="Channel" value={channel} options={inWords(channels)} />, for{" "}
        <Select name="purpose" label="Purpose" value={purpose} options={inWords(purposes)} />, under{" "}
        <Select name="contract" label="Contract" value={said.contract} options={contracts} />
        {options.length === 0 ? "." : ","}
      </p>
      <AmongList options={options} among={said.among} directory={directory} end="." />
      <button type="submit" class="quiet without-script">
        Show what this would disclose
      </button>
    </form>
  );
}
