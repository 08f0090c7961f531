// The first page of a marketer: what is in force, what may be asked and what is left for it, what was answered, what
// waits for others.

import type { RequestView } from "../../app/await-approval.ts";
import { type Explanation, explainQuestion } from "../../app/explain-question.ts";
import { listContracts } from "../../app/read-contracts.ts";
import { listReleases } from "../../app/read-releases.ts";
import { listRequests } from "../../app/read-requests.ts";
import { ANALYSIS_WORDS, type Directory, listed, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { Empty, Instant, Verdict } from "../pieces.tsx";
import { type Askable, addressOf, questionOf, sentenceIn } from "../question-form.ts";
import { setFigure, shownNumeral, useReader } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";
import { plainWord, sentence } from "../words.ts";
import { AnswerList } from "./answers.tsx";

/** Answers that the first page shows. */
const RECENT = 6;

/** The first page. */
export async function showHome(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const [directory, contracts, answers, requests] = await Promise.all([
    readDirectory(ports, caller),
    everyRow(
      (page) => listContracts(ports, { caller, page }),
      ({ file }) => file.id,
    ),
    listReleases(ports, { caller, page: { after: null, limit: RECENT } }),
    everyRow(
      (page) => listRequests(ports, { caller, page }),
      ({ file }) => file.id,
    ),
  ]);
  const inForce = contracts.filter(({ state }) => state.kind === "in-force");
  const lines = await Promise.all(inForce.map(({ file }) => lineOf(visit, file)));
  const waiting = requests.filter(({ yours }) => yours === "asked");
  const main = (
    <>
      <section aria-labelledby="in-force">
        <h2 id="in-force">What you may ask</h2>
        {lines.length === 0 ? (
          <NoContract />
        ) : (
          <ContractTable lines={lines} directory={directory} own={caller.partner} />
        )}
      </section>
      {waiting.length > 0 && <Waiting requests={waiting} directory={directory} />}
      <section aria-labelledby="recent">
        <h2 id="recent">Recent answers</h2>
        <AnswerList rows={answers.rows} directory={directory} />
        {answers.rows.length === RECENT && (
          <p>
            <a href="/console/answers">All answers</a>
          </p>
        )}
      </section>
    </>
  );
  const act = (
    <a class="button" href="/console/explore">
      Ask a question
    </a>
  );
  return ok({ kind: "page", title: "Home", main, act });
}

type Line = Askable & { readonly explained: Explanation | null; readonly address: string };

// What a bare overlap would cost as of now says what is left under a contract.
async function lineOf({ ports, caller }: Visit, { id, contract }: Askable): Promise<Line> {
  const said = sentenceIn(new URLSearchParams(), { id, contract }, caller.partner);
  const asked = said.analysis === "overlap" ? questionOf(said) : null;
  const explained = asked === null ? null : await explainQuestion(ports, { caller, asked });
  return { id, contract, explained: explained?.ok === true ? explained.value : null, address: addressOf(said) };
}

type TableProps = { readonly lines: readonly Line[]; readonly directory: Directory; readonly own: string };

const COLUMNS: readonly Column[] = [
  { name: "Contract", as: "heading" },
  { name: "With" },
  { name: "You may ask for" },
  { name: "An overlap, as of now" },
  { name: "In force until" },
];

function ContractTable({ lines, directory, own }: TableProps) {
  return (
    <Records
      label="Contracts in force"
      columns={COLUMNS}
      rows={lines.map(({ id, contract, explained, address }) => [
        <a href={`/console/contracts/${id}`}>{sentence(plainWord(contract.name)).replace(/\.$/, "")}</a>,
        listed(
          contract.members.filter(({ partner }) => partner !== own).map(({ partner }) => nameOf(directory, partner)),
        ),
        askedFor(contract, own),
        <Standing explained={explained} address={address} />,
        <span class="whole">{useReader().date(contract.validity.until)}</span>,
      ])}
    />
  );
}

function askedFor(contract: Askable["contract"], own: string): string {
  const open = contract.analyses.filter(({ recipients }) => recipients.some((one) => one === own));
  return open.length === 0 ? "nothing" : listed(open.map(({ analysis }) => ANALYSIS_WORDS[analysis]));
}

function Standing({ explained, address }: { readonly explained: Explanation | null; readonly address: string }) {
  if (explained === null) return <span class="under">cannot be asked now</span>;
  if (!explained.isPermitted) return <Verdict kind="deny">Not permitted</Verdict>;
  const left = (explained.price?.charges ?? [])
    .map(({ left: { answers } }) => answers)
    .filter((one) => one !== "unlimited");
  const least = left.length === 0 ? null : Math.min(...left.map(Number));
  return (
    <>
      <a href={`/console/explore?${address}`}>Permitted</a>
      <span class="under">
        {explained.price?.isRecorded === true
          ? ": asked before, costs nothing"
          : `: costs ${shownNumeral(explained.price?.epsilon ?? "")}`}
        {explained.price?.isRecorded !== true && least !== null && `, leaves room for ${setFigure(least)} more`}
      </span>
    </>
  );
}

function Waiting({
  requests,
  directory,
}: {
  readonly requests: readonly RequestView[];
  readonly directory: Directory;
}) {
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Waiting for approval</h2>
      <ol class="rows">
        {requests.map(({ file, state }) => (
          <li>
            <WaitingQuestion file={file} directory={directory} />
            <p class="under">
              <Verdict kind="wait">
                {`Waits for ${listed(missingIn(state).map((one) => nameOf(directory, one)))}`}
              </Verdict>{" "}
              until <Instant at={file.expiresAt} />
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

// A list that waits has a page, where it can be taken back.
function WaitingQuestion({ file, directory }: Pick<RequestView, "file"> & { readonly directory: Directory }) {
  const question = parsedQuestion(file.question);
  const says = questionInWords(question, directory);
  if (question === null || !("channel" in question)) return <>{says}</>;
  return <a href={`/console/audiences/requests/${file.id}`}>{says}</a>;
}

function missingIn(state: RequestView["state"]) {
  return state.kind === "waiting" ? state.missing : [];
}

function NoContract() {
  return (
    <Empty>
      No contract is in force. Those that are being agreed, and who has still to sign them, stand under{" "}
      <a href="/console/contracts">Contracts</a>.
    </Empty>
  );
}
