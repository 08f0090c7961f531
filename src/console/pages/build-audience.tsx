// The audience builder: a list as one sentence, what it would disclose and whether it is likely to be given, before it
// is asked for; and the asking. Every state of it is an address, and what is refused keeps what was chosen.

import { askQuestion } from "../../app/ask-question.ts";
import { type Explanation, explainQuestion } from "../../app/explain-question.ts";
import { listContracts } from "../../app/read-contracts.ts";
import type { Directory } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type ListSentence, listAddressOf, listQuestionOf, listSentenceIn, offersLists } from "../audience-form.ts";
import { chooseableFor } from "../chooseable.ts";
import { readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { Disclosure, ReachLine, readReach } from "../list-outlook.tsx";
import { ListSentenceForm } from "../list-sentence.tsx";
import { ActForm, Empty } from "../pieces.tsx";
import { type Askable, addressOf } from "../question-form.ts";
import type { Reach } from "../reach.ts";
import { shownNumeral } from "../reader.ts";
import { RevealLabel } from "../reveal-label.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { ProblemLines, titleOfProblem } from "./problem.tsx";

/** The builder at the address that was asked for. */
export function showBuilder(visit: Visit): Promise<Result<Shown, Problem>> {
  return builder(visit, visit.query, null);
}

/** Asks for a list, for good. What is refused comes back with what was chosen. */
export async function postAudience(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, form } = visit;
  const chosen = (await askableContracts(visit)).find(({ id }) => id === form.get("contract"));
  if (chosen === undefined) {
    return builder(visit, form, problem("contract-not-in-force", "no contract in force has this id"));
  }
  const said = listSentenceIn(form, chosen, caller.partner);
  const asked = said === null ? null : listQuestionOf(said);
  if (asked === null) return builder(visit, form, notAList());
  const answer = await askQuestion({ ...ports, ...UNKEPT }, { caller, asked });
  if (!answer.ok) return builder(visit, form, answer.error);
  const { value } = answer;
  const to = value.kind === "released" ? value.release.id : `requests/${value.request.file.id}`;
  return ok({ kind: "go", to: `/console/audiences/${to}` });
}

// The contracts under which the visitor's partner may ask for lists as of today.
async function askableContracts({ ports, caller }: Visit): Promise<Askable[]> {
  const rows = await everyRow(
    (page) => listContracts(ports, { caller, page }),
    ({ file }) => file.id,
  );
  return rows
    .filter(({ file, state }) => state.kind === "in-force" && offersLists(file.contract, caller.partner))
    .map(({ file: { id, contract } }) => ({ id, contract }));
}

async function builder(
  visit: Visit,
  fields: URLSearchParams,
  refusal: Problem | null,
): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const askable = await askableContracts(visit);
  const chosen = askable.find(({ id }) => id === fields.get("contract")) ?? askable[0];
  const said = chosen === undefined ? null : listSentenceIn(fields, chosen, caller.partner);
  if (chosen === undefined || said === null) return nothingToBuild(refusal);
  const directory = await readDirectory(ports, caller);
  const explained = await explain(visit, said);
  const outlook = explained.ok ? await reachIn(visit, said, explained.value) : null;
  const options = await chooseableFor(visit, {
    contract: chosen.contract,
    lists: [said.from, said.matching],
    among: said.among,
    probe: (among) => listQuestionOf({ ...said, among }),
    isPermitted: explained.ok && explained.value.isPermitted,
  });
  const state = { visit, chosen, said, explained, outlook, directory };
  const main = (
    <div id="builder" class="explore">
      {refusal !== null && <Refusal told={refusal} />}
      <ListSentenceForm {...{ askable, chosen, said, options, directory }} partner={caller.partner} />
      <section class="reveal" aria-live="polite" aria-label="What this would disclose">
        <Revealed {...state} />
      </section>
      <Leaving {...state} />
    </div>
  );
  return ok({ kind: "page", title: "Build an audience", main, ...(refusal === null ? {} : { refusal }) });
}

function nothingToBuild(refusal: Problem | null): Result<Shown, Problem> {
  return refusal === null ? ok({ kind: "page", title: "Build an audience", main: <NothingToBuild /> }) : err(refusal);
}

async function explain({ ports, caller }: Visit, said: ListSentence): Promise<Result<Explanation, Problem>> {
  const asked = listQuestionOf(said);
  return asked === null ? err(notAList()) : explainQuestion(ports, { caller, asked });
}

function notAList(): Problem {
  return problem("question-unsound", "a list is of your own records, matched with one of another company");
}

async function reachIn(visit: Visit, said: ListSentence, { question, sizes }: Explanation): Promise<Reach | null> {
  return sizes === null ? null : readReach(visit, { question, sizes, said });
}

type State = {
  readonly visit: Visit;
  readonly chosen: Askable;
  readonly said: ListSentence;
  readonly explained: Result<Explanation, Problem>;
  readonly outlook: Reach | null;
  readonly directory: Directory;
};

function Revealed({ visit, chosen, said, explained, outlook, directory }: State) {
  if (!explained.ok) return <ProblemLines told={explained.error} />;
  const { isPermitted, price, recorded, waits } = explained.value;
  return (
    <>
      {outlook !== null && recorded === null && <ReachLine reach={outlook} address={overlapAddress(said, chosen)} />}
      <RevealLabel explained={explained.value} directory={directory} asker="you" />
      {recorded !== null && (
        <p>
          <a class="button" href={`/console/audiences/${recorded}`}>
            To the list that you have
          </a>
        </p>
      )}
      {isPermitted && price !== null && recorded === null && (
        <ActForm to="/console/audiences/new" token={visit.token} class="ask">
          {[...new URLSearchParams(listAddressOf(said))].map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <p>
            {waits ? "Nothing is spent until it is approved. " : ""}The question, its price and the decision will stand
            in the log of every member, for good.
          </p>
          <button type="submit">
            {waits ? "Ask for approval" : `Ask for the list, and spend ${shownNumeral(price.epsilon)}`}
          </button>
        </ActForm>
      )}
    </>
  );
}

function Leaving({ visit, chosen, said, explained, directory }: State) {
  const sizes = explained.ok ? explained.value.sizes : null;
  if (sizes === null) return null;
  return <Disclosure {...{ said, sizes, directory }} contract={chosen.contract} company={visit.company} />;
}

// The overlap that would tell how many they are.
function overlapAddress(
  { contract, from, matching, by, among }: ListSentence,
  { contract: document }: Askable,
): string {
  const purpose = document.analyses.find(({ analysis }) => analysis === "overlap")?.purposes[0] ?? "";
  const said = { contract, analysis: "overlap", lists: [from, matching], by, axes: [], purpose, among } as const;
  return `/console/explore?${addressOf(said)}`;
}

function Refusal({ told }: { readonly told: Problem }) {
  return (
    <section class="card refusal" role="alert">
      <h2>{titleOfProblem(told)}</h2>
      <ProblemLines told={told} />
    </section>
  );
}

function NothingToBuild() {
  return (
    <Empty>
      No contract in force lets your company ask for lists of its own customers. A contract that names audiences or
      suppression lists among its analyses, with your company as a recipient, opens this page: those that are being
      agreed stand under <a href="/console/contracts">Contracts</a>.
    </Empty>
  );
}
