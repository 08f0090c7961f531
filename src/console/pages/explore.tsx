// The explorer: a question as one sentence whose parts can be changed, what it would tell and cost before it is asked,
// and the asking. Every state of it is an address.

import { askQuestion } from "../../app/ask-question.ts";
import { type Explanation, explainQuestion } from "../../app/explain-question.ts";
import { listContracts } from "../../app/read-contracts.ts";
import { readRelease } from "../../app/read-releases.ts";
import type { Directory } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ReleaseRow } from "../../ports/rows.ts";
import { chooseable } from "../chooseable.ts";
import { readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { sentenceParts } from "../permitted-parts.ts";
import { ActForm, Empty } from "../pieces.tsx";
import { type Askable, addressOf, figuresFor, questionOf, type Sentence, sentenceIn } from "../question-form.ts";
import { shownNumeral } from "../reader.ts";
import { RevealLabel } from "../reveal-label.tsx";
import { SentenceForm } from "../sentence-form.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { KnownAnswer } from "./answers.tsx";
import { ProblemLines } from "./problem.tsx";

// The contracts under which the visitor's partner may ask for figures as of today.
async function askableContracts({ ports, caller }: Visit): Promise<Askable[]> {
  const rows = await everyRow(
    (page) => listContracts(ports, { caller, page }),
    ({ file }) => file.id,
  );
  return rows
    .filter(({ file, state }) => state.kind === "in-force" && figuresFor(file.contract, caller.partner).length > 0)
    .map(({ file: { id, contract } }) => ({ id, contract }));
}

/** The explorer at the address that was asked for. */
export async function showExplore(visit: Visit): Promise<Result<Shown, Problem>> {
  const askable = await askableContracts(visit);
  const chosen = askable.find(({ id }) => id === visit.query.get("contract")) ?? askable[0];
  if (chosen === undefined) return ok({ kind: "page", title: "Explore", main: <NothingToAsk /> });
  const directory = await readDirectory(visit.ports, visit.caller);
  const said = sentenceIn(visit.query, chosen, visit.caller.partner);
  const explained = await explain(visit, said);
  const known = explained.ok ? await knownAnswer(visit, explained.value) : null;
  const inHand = { chosen, said, isPermitted: explained.ok && explained.value.isPermitted };
  const [options, parts] = await Promise.all([chooseable(visit, inHand), sentenceParts(visit, inHand)]);
  const main = (
    <div id="explore" class="explore">
      <SentenceForm {...{ askable, chosen, said, parts, options, directory }} />
      <section class="reveal" aria-live="polite" aria-label="What this would tell">
        <Reveal visit={visit} said={said} explained={explained} directory={directory} />
      </section>
      {known !== null && <KnownAnswer visit={visit} row={known} contract={chosen.contract} directory={directory} />}
    </div>
  );
  return ok({ kind: "page", title: "Explore", main });
}

/** Asks the question of a sentence, for good: what is answered is paid and stands in the log. */
export async function postQuestion(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, form } = visit;
  const askable = await askableContracts(visit);
  const chosen = askable.find(({ id }) => id === form.get("contract"));
  if (chosen === undefined) return err(problem("contract-not-in-force", "no contract in force has this id"));
  const asked = questionOf(sentenceIn(form, chosen, caller.partner));
  if (asked === null) return err(notAQuestion());
  const answer = await askQuestion({ ...ports, ...UNKEPT }, { caller, asked });
  if (!answer.ok) return answer;
  const to = answer.value.kind === "released" ? `/console/answers/${answer.value.release.id}` : "/console/home#waiting";
  return ok({ kind: "go", to });
}

async function explain({ ports, caller }: Visit, said: Sentence): Promise<Result<Explanation, Problem>> {
  const asked = questionOf(said);
  return asked === null ? err(notAQuestion()) : explainQuestion(ports, { caller, asked });
}

async function knownAnswer({ ports, caller }: Visit, { recorded }: Explanation): Promise<ReleaseRow | null> {
  const found = recorded === null ? null : await readRelease(ports, { caller, id: recorded });
  return found?.ok === true ? found.value : null;
}

function notAQuestion(): Problem {
  return problem("question-unsound", "figures are about what lists of two companies or more share");
}

type RevealProps = {
  readonly visit: Visit;
  readonly said: Sentence;
  readonly explained: Result<Explanation, Problem>;
  readonly directory: Directory;
};

function Reveal({ visit, said, explained, directory }: RevealProps) {
  if (!explained.ok) return <ProblemLines told={explained.error} />;
  const { isPermitted, price, waits } = explained.value;
  return (
    <>
      <RevealLabel explained={explained.value} directory={directory} asker="you" />
      {isPermitted && price !== null && explained.value.recorded === null && (
        <ActForm to="/console/explore" token={visit.token} class="ask">
          {[...new URLSearchParams(addressOf(said))].map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <p>{consequence(waits)}</p>
          <button type="submit">{actName(price, waits)}</button>
        </ActForm>
      )}
    </>
  );
}

function consequence(waits: boolean): string {
  const recorded = "The question, its price and the decision will stand in the log of every member, for good.";
  return waits ? `Nothing is spent until it is approved. ${recorded}` : recorded;
}

function actName({ epsilon }: NonNullable<Explanation["price"]>, waits: boolean): string {
  return waits ? "Ask for approval" : `Ask, and spend ${shownNumeral(epsilon)}`;
}

function NothingToAsk() {
  return (
    <Empty>
      No contract in force lets your company ask for figures. Once one has been signed by all of its members, the
      question can be put together here. Contracts that are being agreed stand under{" "}
      <a href="/console/contracts">Contracts</a>.
    </Empty>
  );
}
