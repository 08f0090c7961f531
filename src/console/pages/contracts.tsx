// Contracts: all of them with where each stands, and one in plain words with its signatures.

import type { ContractView } from "../../app/offer-contract.ts";
import { listContracts, readContract } from "../../app/read-contracts.ts";
import { contractIdSchema } from "../../domain/contract/document.ts";
import { isAmendable } from "../../domain/contract/lifecycle.ts";
import { plainContract } from "../../domain/contract/plain.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { type Directory, listed, nameOf, possessive } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { mayOpen } from "../access.ts";
import { readDirectory } from "../directory.ts";
import { Digest, Empty, Instant, Swatch, Verdict, type VerdictKind } from "../pieces.tsx";
import { figuresFor } from "../question-form.ts";
import { shownDates, useReader } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";
import { plainWord, sentence } from "../words.ts";

const PROPOSE = "/console/contracts/new";

/** Every contract that concerns the partner, newest first. */
export async function showContracts(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, query } = visit;
  const directory = await readDirectory(ports, caller);
  const after = query.get("after");
  const { rows } = await listContracts(ports, { caller, page: { after, limit: LIMITS.pageItems } });
  const last = rows.at(-1);
  const main =
    rows.length === 0 ? (
      <Empty>
        Your company is a member of no contract yet. Any member <a href={PROPOSE}>proposes one</a>, here or with{" "}
        <code>concordat contract propose</code>; then it stands here in plain words, for every member to read and sign.
      </Empty>
    ) : (
      <>
        <ol class="rows">
          {rows.map((view) => (
            <ContractLine view={view} directory={directory} />
          ))}
        </ol>
        {last !== undefined && rows.length === LIMITS.pageItems && (
          <p>
            <a href={`/console/contracts?after=${last.file.id}`}>Older contracts</a>
          </p>
        )}
      </>
    );
  const act = (
    <a class="button" href={PROPOSE}>
      Propose a contract
    </a>
  );
  return ok({ kind: "page", title: "Contracts", main, act });
}

function ContractLine({ view, directory }: { readonly view: ContractView; readonly directory: Directory }) {
  const { id, contract } = view.file;
  return (
    <li>
      <a href={`/console/contracts/${id}`}>{titleOf(view)}</a>
      <p class="under parts">
        <span>{listed(contract.members.map(({ partner }) => nameOf(directory, partner)))}</span>
        <StateMark view={view} directory={directory} />
      </p>
    </li>
  );
}

/** One contract. */
export async function showContract(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params } = visit;
  const id = contractIdSchema.safeParse(params["contract"]);
  if (!id.success) return err(problem("not-found", "no contract has such an id"));
  const view = await readContract(ports, { caller, contract: id.data });
  if (!view.ok) return view;
  const directory = await readDirectory(ports, caller);
  const isWatching = mayOpen(visit.person.role, "GET /console/log");
  const main = (
    <>
      <Members view={view.value} directory={directory} />
      <div class="prose">
        <p>
          <StateMark view={view.value} directory={directory} />
        </p>
        <Compared view={view.value} />
        <NextActs view={view.value} own={caller.partner} />
      </div>
      <section>
        <h2>In plain words</h2>
        <PlainText
          lines={plainContract(view.value.file.contract, directory, visit.reader.notation)}
          directory={directory}
        />
      </section>
      <Signatures view={view.value} directory={directory} showsKeys={isWatching} />
      {isWatching && (
        <p class="receipt">
          Its identity is the digest of its canonical form: <Digest text={id.data} what="the contract's digest" />
        </p>
      )}
    </>
  );
  const mayAsk =
    view.value.state.kind === "in-force" &&
    figuresFor(view.value.file.contract, caller.partner).length > 0 &&
    mayOpen(visit.person.role, "GET /console/explore");
  const act = mayAsk && (
    <a class="button" href={`/console/explore?contract=${id.data}`}>
      Explore under it
    </a>
  );
  return ok({ kind: "page", title: titleOf(view.value), main, act });
}

function Compared({ view: { file } }: { readonly view: ContractView }) {
  if (file.contract.previous === null) return null;
  return (
    <p>
      <a
        href={`/console/contracts/${file.id}/difference`}
      >{`What it changes against version ${file.contract.version - 1}`}</a>
    </p>
  );
}

// What a page can do about a contract, and what only a key can: a signature is a company's word, given on its machine.
function NextActs({ view: { file, state }, own }: { readonly view: ContractView; readonly own: PartnerId }) {
  const isMissing = state.kind === "offered" && state.missing.includes(own);
  return (
    <>
      {isMissing && (
        <p>
          Your company has not signed it. Whoever holds its key runs{" "}
          <code>{`concordat contract sign ${file.id.slice(0, 12)}`}</code>, or refuses it for good with{" "}
          <code>{`concordat contract refuse ${file.id.slice(0, 12)}`}</code>.
        </p>
      )}
      <p>
        {isAmendable(state, file.successor) ? (
          <>
            <a href={`${PROPOSE}?amends=${file.id}`}>Propose its next version</a>, or{" "}
            <a href={`${PROPOSE}?like=${file.id}`}>begin another contract like it</a>
          </>
        ) : (
          <a href={`${PROPOSE}?like=${file.id}`}>Begin another contract like it</a>
        )}
      </p>
    </>
  );
}

function titleOf({ file: { contract } }: ContractView): string {
  return `${sentence(plainWord(contract.name)).replace(/\.$/, "")}, version ${contract.version}`;
}

const MARKS: { readonly [kind in ContractView["state"]["kind"]]: VerdictKind } = {
  offered: "wait",
  "signed-not-yet-valid": "wait",
  "in-force": "permit",
  suspended: "deny",
  refused: "deny",
  terminated: "deny",
  expired: "deny",
  replaced: "deny",
};

function StateMark({ view: { state }, directory }: { readonly view: ContractView; readonly directory: Directory }) {
  return <Verdict kind={MARKS[state.kind]}>{stateInWords(state, directory)}</Verdict>;
}

function stateInWords(state: ContractView["state"], directory: Directory): string {
  switch (state.kind) {
    case "offered":
      return `Waits for the signature of ${listed(state.missing.map((one) => nameOf(directory, one)))}`;
    case "signed-not-yet-valid":
      return `Signed by all, in force from ${useReader().date(state.from)}`;
    case "in-force":
      return `In force until ${useReader().date(state.until)}`;
    case "suspended":
      return `Suspended by ${listed(state.by.map((one) => nameOf(directory, one)))}`;
    case "refused":
      return `Refused by ${nameOf(directory, state.by)}`;
    case "terminated":
      return `Terminated by ${nameOf(directory, state.by)}`;
    case "expired":
      return `Ended on ${useReader().date(state.until)}`;
    case "replaced":
      return "Replaced by a later version";
  }
}

function Members({ view: { file }, directory }: { readonly view: ContractView; readonly directory: Directory }) {
  return (
    <ul class="key">
      {file.contract.members.map(({ partner }, index) => (
        <li>
          <Swatch colour={index % 8} />
          <span>{nameOf(directory, partner)}</span>
        </li>
      ))}
    </ul>
  );
}

type Part = { readonly title: string | null; readonly lines: string[] };

const FOR_ALL = "For all of them";
const BEGINS_FOR_ALL = /a customer of one member is found among another's by |^No figure below /;

// Member by member, and then what holds for all: each part begins where its first line says so.
function partsOf(lines: readonly string[], directory: Directory): readonly Part[] {
  const parts: Part[] = [{ title: null, lines: [] }];
  for (const line of lines) {
    const owner = [...directory.values()].find(({ name }) => line.startsWith(`${name} brings `));
    const begun =
      owner === undefined ? (BEGINS_FOR_ALL.test(line) ? FOR_ALL : null) : `${possessive(owner.name)} customers`;
    if (begun !== null && begun !== parts.at(-1)?.title) parts.push({ title: begun, lines: [] });
    parts.at(-1)?.lines.push(shownDates(line));
  }
  return parts;
}

type PlainProps = { readonly lines: readonly string[]; readonly directory: Directory };

/** The lines of a contract; members stand side by side where there is room. */
export function PlainText({ lines, directory }: PlainProps) {
  const parts = partsOf(lines, directory);
  const isOfMember = ({ title }: Part) => title !== null && title !== FOR_ALL;
  return (
    <>
      {parts
        .filter(({ title }) => title === null)
        .map((part) => (
          <PlainPart part={part} />
        ))}
      <div class="sides">
        {parts.filter(isOfMember).map((part) => (
          <PlainPart part={part} />
        ))}
      </div>
      {parts
        .filter(({ title }) => title === FOR_ALL)
        .map((part) => (
          <PlainPart part={part} />
        ))}
    </>
  );
}

function PlainPart({ part: { title, lines } }: { readonly part: Part }) {
  return (
    <div class="prose">
      {title !== null && <h3>{title}</h3>}
      {lines.map((line) => (
        <p>{line}</p>
      ))}
    </div>
  );
}

type SignaturesProps = {
  readonly view: ContractView;
  readonly directory: Directory;
  readonly showsKeys: boolean;
};

const SIGNED: readonly Column[] = [{ name: "Member", as: "heading" }, { name: "Signed" }];

function Signatures({ view: { file }, directory, showsKeys }: SignaturesProps) {
  if (file.signatures.length === 0) return null;
  return (
    <section>
      <h2>Signatures</h2>
      <Records
        label="Signatures"
        columns={showsKeys ? [...SIGNED, { name: "With the key" }] : SIGNED}
        rows={file.signatures.map(({ partner, at, thumbprint }) => [
          nameOf(directory, partner),
          <Instant at={at} />,
          <Digest text={thumbprint} what="the key's thumbprint" />,
        ])}
      />
    </section>
  );
}
