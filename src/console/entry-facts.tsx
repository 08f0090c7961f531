// One entry of the log with all that it says: first in words, then as it stands there, byte for byte.

import type { AuditEntry } from "../domain/audit/entry.ts";
import { leafHash } from "../domain/audit/merkle.ts";
import { toHex, utf8 } from "../domain/bytes.ts";
import type { Json } from "../domain/canonical-json.ts";
import { unixMillis } from "../domain/instant.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import { type Directory, listed, nameOf } from "../domain/policy/words.ts";
import { ACT_WORDS } from "./act-words.ts";
import { parsedQuestion, questionInWords } from "./directory.ts";
import { Digest, Instant } from "./pieces.tsx";
import { setFigure, shownSentence } from "./reader.ts";
import { plainWord, sentence } from "./words.ts";

type Props = {
  readonly entry: AuditEntry;
  readonly text: string;
  readonly who: string;
  readonly directory: Directory;
  /** Contracts that the reader is a member of, as they are called. */
  readonly contracts: ReadonlyMap<string, string>;
};

/** The facts of an entry. */
export function EntryFacts({ entry, text, who, directory, contracts }: Props) {
  const reasons = saysIn(entry.detail["reasons"]);
  return (
    <>
      <p class="question">{`${who} ${ACT_WORDS[entry.act]}.`}</p>
      <dl class="facts">
        <dt>When</dt>
        <dd>
          <Instant at={unixMillis(Date.parse(entry.at))} />
        </dd>
        <Told detail={entry.detail} directory={directory} />
        <dt>Who may read this entry</dt>
        <dd>{listed(entry.parties.map((party) => partyName(party, directory)))}</dd>
        {Object.entries(entry.subject).map(([name, value]) => (
          <Subject name={name} value={value} contracts={contracts} />
        ))}
        <dt>Place in the log</dt>
        <dd>
          {`leaf ${setFigure(entry.index)}, hash `}
          <Digest text={toHex(leafHash(utf8(text)))} what="the leaf's hash" />
        </dd>
      </dl>
      {reasons.length > 0 && (
        <section>
          <h2>By which clauses</h2>
          <ul class="clauses">
            {reasons.map((says) => (
              <li>{shownSentence(says, directory)}</li>
            ))}
          </ul>
        </section>
      )}
      <details>
        <summary>The entry as it stands in the log</summary>
        <pre>{JSON.stringify(entry, null, 2)}</pre>
      </details>
    </>
  );
}

function Told({ detail, directory }: { readonly detail: AuditEntry["detail"]; readonly directory: Directory }) {
  const { question, because } = detail;
  return (
    <>
      {question !== undefined && (
        <>
          <dt>What was asked</dt>
          <dd>{questionInWords(parsedQuestion(JSON.stringify(question)), directory)}</dd>
        </>
      )}
      {typeof because === "string" && (
        <>
          <dt>Reason given</dt>
          <dd>{sentence(because)}</dd>
        </>
      )}
    </>
  );
}

type SubjectProps = { readonly name: string; readonly value: string } & Pick<Props, "contracts">;

function Subject({ name, value, contracts }: SubjectProps) {
  const words = sentence(plainWord(name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase())).replace(/\.$/, "");
  return (
    <>
      <dt>{words}</dt>
      <dd>
        {name === "contract" ? (
          <a href={`/console/contracts/${value}`}>{contracts.get(value) ?? value.slice(0, 8)}</a>
        ) : (
          <SubjectValue value={value} name={words} />
        )}
      </dd>
    </>
  );
}

function SubjectValue({ value, name }: { readonly value: string; readonly name: string }) {
  return value.length > 24 ? <Digest text={value} what={`the ${name.toLowerCase()}`} /> : <span>{value}</span>;
}

function partyName(party: string, directory: Directory): string {
  const partner = partnerIdSchema.safeParse(party);
  if (!partner.success) return party;
  return partner.data === "operator" ? "the operator" : nameOf(directory, partner.data);
}

function saysIn(reasons: Json | undefined): string[] {
  if (!Array.isArray(reasons)) return [];
  return reasons.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "says" in one && typeof one.says === "string" ? [one.says] : [],
  );
}
