// The inbox of a compliance officer: questions that wait for this company's approval, oldest first, each with the label
// its asker saw and a decision in one step.

import type { RequestView } from "../../app/await-approval.ts";
import { decideRequest } from "../../app/decide-request.ts";
import type { Explanation } from "../../app/explain-question.ts";
import { listDisclosures } from "../../app/read-disclosures.ts";
import { listRequests, readRequest } from "../../app/read-requests.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type Directory, nameOf } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { verdictSchema } from "../../wire/api/approval.ts";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { ActForm, Empty, Instant } from "../pieces.tsx";
import { shownCount } from "../reader.ts";
import { RevealLabel } from "../reveal-label.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { plainWord } from "../words.ts";

type Waiting = {
  readonly view: RequestView;
  readonly explained: Explanation | null;
  /** Answers about this company's lists that the asker has been given so far. */
  readonly before: number;
};

/** Requests that stand on one page, the oldest. */
const CARDS = 25;

/** What waits for a decision. */
export async function showInbox(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const directory = await readDirectory(ports, caller);
  const rows = await everyRow(
    (page) => listRequests(ports, { caller, page }),
    ({ file }) => file.id,
  );
  const mine = rows.filter(({ yours }) => yours === "to-decide").reverse();
  const waiting = await Promise.all(mine.slice(0, CARDS).map((view) => waitingOf(visit, view)));
  const more = mine.length - waiting.length;
  const decided = await decidedOf(visit);
  const cards =
    waiting.length === 0 ? (
      <Empty>
        Nothing waits for your company's approval. Your policy says what must wait for a person: the analyses under{" "}
        <code>approval</code>. Whoever holds your key changes it with <code>concordat policy put</code>.
      </Empty>
    ) : (
      <>
        <p class="note keys">
          With the keyboard: <kbd>j</kbd> and <kbd>k</kbd> move, <kbd>a</kbd> goes to approve, <kbd>d</kbd> to deny.
        </p>
        <ol class="cards">
          {waiting.map((one) => (
            <Card one={one} visit={visit} directory={directory} />
          ))}
        </ol>
        {more > 0 && <p class="note">{`${more} more wait behind these.`}</p>}
      </>
    );
  const main = (
    <>
      {decided !== null && (
        <p class="note" role="status">
          {decided}
        </p>
      )}
      {cards}
    </>
  );
  return ok({ kind: "page", title: "Inbox", main });
}

/** Takes a decision, which the log keeps with its reason. */
export async function postDecision({ ports, caller, params, form }: Visit): Promise<Result<Shown, Problem>> {
  const because = form.get("because")?.trim() ?? "";
  const verdict = verdictSchema.safeParse({
    verdict: form.get("verdict"),
    ...(because === "" ? {} : { because }),
  });
  if (!verdict.success || verdict.data.verdict === "withdraw") {
    const says = "a denial gives its reason, which holds no address and no digest, since the log keeps it";
    return err(problem("invalid-parameter", says));
  }
  const decided = await decideRequest(
    { ...ports, ...UNKEPT },
    { caller, id: params["request"] ?? "", verdict: verdict.data.verdict, because: because === "" ? null : because },
  );
  return decided.ok ? ok({ kind: "go", to: `/console/inbox?decided=${decided.value.file.id}` }) : decided;
}

async function waitingOf({ ports, caller }: Visit, view: RequestView): Promise<Waiting> {
  const { id, recipient } = view.file;
  const page = { after: null, limit: LIMITS.pageItems };
  const [read, told] = await Promise.all([
    readRequest(ports, { caller, id }),
    listDisclosures(ports, {
      caller,
      filter: { recipient, contract: null, lineage: null, from: null, until: null },
      page,
    }),
  ]);
  return { view, explained: read.ok ? read.value.explained : null, before: told.rows.length };
}

// What came of the request that was decided a moment ago.
async function decidedOf({ ports, caller, query }: Visit): Promise<string | null> {
  const id = query.get("decided");
  const read = id === null ? null : await readRequest(ports, { caller, id });
  if (read?.ok !== true) return null;
  switch (read.value.state.kind) {
    case "waiting":
      return "Approved. It still waits for others.";
    case "released":
      return "Approved and answered. It stands under Who learned what, and in the log.";
    case "refused":
      return "Approved, but contract, policies or budget do not permit it any more: nothing was told.";
    case "denied":
      return "Denied. The asker sees your reason.";
    default:
      return `The request is ${read.value.state.kind}.`;
  }
}

function answersInWords(before: number): string {
  if (before === 0) return "no answer";
  return `${shownCount(before, "answer")}${before === LIMITS.pageItems ? " or more" : ""}`;
}

type CardProps = { readonly one: Waiting; readonly visit: Visit; readonly directory: Directory };

function Card({ one: { view, explained, before }, visit, directory }: CardProps) {
  const { file } = view;
  const question = parsedQuestion(file.question);
  const asker = nameOf(directory, file.recipient);
  const to = `/console/inbox/${file.id}`;
  return (
    <li class="card" id={file.id} tabindex={-1}>
      <h2>{`${asker} asks`}</h2>
      <p class="question">{questionInWords(question, directory)}.</p>
      <p class="under">
        {`For ${plainWord(question?.purpose ?? "no purpose")}. Asked `}
        <Instant at={file.askedAt} />, waits until <Instant at={file.expiresAt} />.{" "}
        <a href={`/console/learned?recipient=${file.recipient}`}>
          {`${asker} has been given ${answersInWords(before)} about your people`}
        </a>
        .
      </p>
      {explained === null ? (
        <p class="note">Its contract is not in force, so it cannot be answered now.</p>
      ) : (
        <RevealLabel explained={explained} directory={directory} asker={asker} />
      )}
      <ActForm to={to} token={visit.token} class="decision">
        <label>
          Reason
          <input
            type="text"
            name="because"
            required
            maxlength={300}
            autocomplete="off"
            aria-describedby={`why-${file.id}`}
          />
        </label>
        <p class="under" id={`why-${file.id}`}>
          {`Needed to deny. All members and the log keep it, so no names or addresses of people.`}
        </p>
        <div class="buttons">
          <button type="submit" name="verdict" value="approve" class="approve" formnovalidate>
            Approve
          </button>
          <button type="submit" name="verdict" value="deny" class="deny">
            Deny with this reason
          </button>
        </div>
      </ActForm>
    </li>
  );
}
