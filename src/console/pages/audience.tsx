// One list of people: what it was asked as, where it stands, its download; and the request that it was before.

import { collectAudience } from "../../app/collect-audience.ts";
import { decideRequest } from "../../app/decide-request.ts";
import { isOfList, readAudience } from "../../app/read-audiences.ts";
import { readRelease } from "../../app/read-releases.ts";
import { readRequest } from "../../app/read-requests.ts";
import { ownerOf } from "../../domain/dataset/schema.ts";
import { isoDate } from "../../domain/instant.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { AskedQuestion } from "../../domain/question/question.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { recordsCsv } from "../../http/api/questions.ts";
import type { ReleaseRow } from "../../ports/rows.ts";
import { releaseSchema } from "../../wire/api/question.ts";
import { listAddressOf, listSentenceOf } from "../audience-form.ts";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { ActForm, Figure } from "../pieces.tsx";
import { useReader } from "../reader.ts";
import { RevealLabel } from "../reveal-label.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { Clauses, ReceiptLine } from "./answers.tsx";
import { ListState } from "./audiences.tsx";

/** One list. */
export async function showAudience(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params } = visit;
  const found = await readRelease(ports, { caller, id: params["release"] ?? "" });
  if (!found.ok) return found;
  const row = found.value;
  if (!isOfList(row.question)) return ok({ kind: "go", to: `/console/answers/${row.id}` });
  const [list, directory] = await Promise.all([
    readAudience(ports, { caller, release: row }),
    readDirectory(ports, caller),
  ]);
  const question = parsedQuestion(row.question);
  const release = releaseSchema.parse({ ...JSON.parse(row.answer), receipt: row.receipt });
  const main = (
    <>
      <p class="question">{questionInWords(question, directory)}.</p>
      {list !== null && (
        <p>
          <ListState list={list} directory={directory} />
        </p>
      )}
      <Size release={release} />
      {list?.kind === "ready" && <Download visit={visit} row={row} />}
      <ReceiptLine visit={visit} row={row} contract={null} />
      <Clauses release={release} directory={directory} />
    </>
  );
  return ok({ kind: "page", title: titleOf(question), main, act: againOf(question) });
}

/** The list as a file. Each download is an entry of the log, under the person who did it. */
export async function postDownload(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params } = visit;
  const id = params["release"] ?? "";
  const found = await readRelease(ports, { caller, id });
  if (!found.ok) return found;
  const records = await collectAudience(ports, { caller, id });
  if (!records.ok) return records;
  const pieces = recordsCsv(records.value);
  return ok({ kind: "pieces", name: fileName(found.value), type: "text/csv; charset=utf-8", pieces });
}

/** A list that waits, or that came to nothing. */
export async function showAudienceRequest(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params } = visit;
  const found = await readRequest(ports, { caller, id: params["request"] ?? "" });
  if (!found.ok) return found;
  const { file, state, explained } = found.value;
  if (file.recipient !== caller.partner || !isOfList(file.question)) return err(notYours());
  if (state.kind === "released") return ok({ kind: "go", to: `/console/audiences/${state.release ?? ""}` });
  const directory = await readDirectory(ports, caller);
  const question = parsedQuestion(file.question);
  const kind = state.kind === "waiting" ? "waiting" : "refused";
  const main = (
    <>
      <p class="question">{questionInWords(question, directory)}.</p>
      <p>
        <ListState list={{ kind, request: found.value }} directory={directory} />
      </p>
      {explained !== null && <RevealLabel explained={explained} directory={directory} asker="you" />}
      {state.kind === "waiting" && (
        <ActForm to={`/console/audiences/requests/${file.id}`} token={visit.token} class="ask">
          <p>Nothing is spent while it waits. The log keeps that it was asked, and that it was taken back.</p>
          <button type="submit" class="quiet">
            Take the request back
          </button>
        </ActForm>
      )}
    </>
  );
  return ok({ kind: "page", title: titleOf(question), main, act: againOf(question) });
}

/** Takes a request back. */
export async function postTakingBack({ ports, caller, params }: Visit): Promise<Result<Shown, Problem>> {
  const id = params["request"] ?? "";
  const found = await readRequest(ports, { caller, id });
  if (!found.ok) return found;
  if (!isOfList(found.value.file.question)) return err(notYours());
  const deciding = { caller, id, verdict: "withdraw", because: null } as const;
  const decided = await decideRequest({ ...ports, ...UNKEPT }, deciding);
  return decided.ok ? ok({ kind: "go", to: "/console/audiences?state=waiting" }) : decided;
}

function notYours(): Problem {
  return problem("not-found", "you have no such list");
}

function titleOf(question: AskedQuestion | null): string {
  return question?.analysis === "suppression" ? "Suppression list" : "Audience";
}

function againOf(question: AskedQuestion | null) {
  const said = question === null ? null : listSentenceOf(question);
  return said === null ? null : (
    <a class="button" href={`/console/audiences/new?${listAddressOf(said)}`}>
      Change the list
    </a>
  );
}

function Size({
  release: { size, deniability },
}: {
  readonly release: Readonly<ReturnType<typeof releaseSchema.parse>>;
}) {
  if (size === undefined) return null;
  const { turned, falseShare } = deniability ?? {};
  return (
    <dl class="facts">
      <dt>People</dt>
      <dd>
        <Figure figure={size} />
      </dd>
      {turned !== undefined && (
        <>
          <dt>Deniable</dt>
          <dd>
            No entry is proof: a coin turns{" "}
            {useReader().percent(
              Math.round(turned * 1_000) / 1_000,
              Number.isInteger(Math.round(turned * 1_000) / 10) ? 0 : 1,
            )}{" "}
            of all entries
            {falseShare === undefined
              ? ""
              : `; about ${useReader().percent(falseShare, 0)} of these are false on purpose`}
            .
          </dd>
        </>
      )}
    </dl>
  );
}

function Download({ visit, row }: { readonly visit: Visit; readonly row: ReleaseRow }) {
  return (
    <ActForm to={`/console/audiences/${row.id}/rows`} token={visit.token} class="ask">
      <p>
        A CSV with one column, your own references. Consents and objections are looked at again as it leaves, and an
        entry of the log will say that a person of {visit.company} downloaded it.
      </p>
      <button type="submit">Download the list</button>
    </ActForm>
  );
}

// Made of slugs and dates alone. It ends with the day until which it may be used.
function fileName({ question, analysis, expiresAt }: ReleaseRow): string {
  const asked = parsedQuestion(question);
  const whose = asked !== null && "matching" in asked ? ownerOf(asked.matching) : "list";
  return `${analysis}-${whose}-until-${isoDate(expiresAt)}.csv`;
}
