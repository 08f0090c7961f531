// Answers as they were released: the list of them, and one with its picture, its table, and what it rests on.

import type { z } from "zod";
import { readContract } from "../../app/read-contracts.ts";
import { listReleases, readRelease } from "../../app/read-releases.ts";
import type { Contract } from "../../domain/contract/document.ts";
import { datasetRefSchema, ownerOf } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { givesRecords } from "../../domain/policy/limits-document.ts";
import { type Directory, listInWords, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { ReleaseRow } from "../../ports/rows.ts";
import { releaseSchema } from "../../wire/api/question.ts";
import { mayOpen } from "../access.ts";
import { AffinityFigures } from "../affinity-figures.tsx";
import type { DrawnOverlap } from "../charts/regions.ts";
import { CrosstabFigures } from "../crosstab-figures.tsx";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { OverlapFigures } from "../overlap-figures.tsx";
import { Digest, Empty, Instant, Verdict } from "../pieces.tsx";
import { addressOf, sentenceOf } from "../question-form.ts";
import { setFigure, shownNumeral, shownSentence } from "../reader.ts";
import { TrendFigures } from "../trend-figures.tsx";
import type { Shown, Visit } from "../visit.ts";
import { ANSWER_WORDS } from "../words.ts";

type Release = z.output<typeof releaseSchema>;

/** Every answer of the partner, newest first. */
export async function showAnswers(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, query } = visit;
  const directory = await readDirectory(ports, caller);
  const page = { after: query.get("after"), limit: LIMITS.pageItems };
  const { rows } = await listReleases(ports, { caller, page });
  const last = rows.at(-1);
  const main = (
    <>
      <AnswerList rows={rows} directory={directory} />
      {last !== undefined && rows.length === LIMITS.pageItems && (
        <p>
          <a href={`/console/answers?after=${last.id}`}>Older answers</a>
        </p>
      )}
    </>
  );
  return ok({ kind: "page", title: "Answers", main });
}

/** One answer. */
export async function showAnswer(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params } = visit;
  const found = await readRelease(ports, { caller, id: params["release"] ?? "" });
  if (!found.ok) return found;
  const row = found.value;
  if (givesRecords(row.analysis)) return ok({ kind: "go", to: `/console/audiences/${row.id}` });
  const directory = await readDirectory(ports, caller);
  const release = releaseSchema.parse({ ...JSON.parse(row.answer), receipt: row.receipt });
  const contract = await readContract(ports, { caller, contract: row.contract });
  const members = contract.ok ? contract.value.file.contract.members.map(({ partner }) => partner) : [];
  const question = parsedQuestion(row.question);
  const said = question === null ? null : sentenceOf(question);
  const act = said !== null && (
    <a class="button" href={`/console/explore?${addressOf(said)}`}>
      Change the question
    </a>
  );
  const main = (
    <>
      <p class="question">{questionInWords(question, directory)}.</p>
      <Figures release={release} members={members} directory={directory} />
      <Privacy release={release} />
      <ReceiptLine visit={visit} row={row} contract={contract.ok ? contract.value.file.contract.version : null} />
      <Clauses release={release} directory={directory} />
    </>
  );
  return ok({ kind: "page", title: titleOf(row), main, act });
}

/** Answers as a list of what was asked, when, and what came of it. */
export function AnswerList({
  rows,
  directory,
}: {
  readonly rows: readonly ReleaseRow[];
  readonly directory: Directory;
}) {
  if (rows.length === 0) {
    return (
      <Empty>
        Nothing has been asked yet. <a href="/console/explore">Put a question together</a>: what it would tell and cost
        is shown before it is asked.
      </Empty>
    );
  }
  return (
    <ol class="rows">
      {rows.map((row) => (
        <li>
          <a href={`/console/answers/${row.id}`}>{questionInWords(parsedQuestion(row.question), directory)}</a>
          <p class="under">
            {row.outcome === "released" ? "Answered" : "Withheld"} <Instant at={row.releasedAt} />
          </p>
        </li>
      ))}
    </ol>
  );
}

function titleOf({ analysis }: ReleaseRow): string {
  return ANSWER_WORDS[analysis];
}

type KnownProps = {
  readonly visit: Visit;
  readonly row: ReleaseRow;
  readonly contract: Contract;
  readonly directory: Directory;
};

/** An answer that the company has, in its place beside the question that it answers. */
export function KnownAnswer({ visit, row, contract, directory }: KnownProps) {
  const release = releaseSchema.parse({ ...JSON.parse(row.answer), receipt: row.receipt });
  return (
    <section class="known" aria-label="The answer that you have">
      <p class="note">This was asked before. Seeing it again costs nothing.</p>
      <Figures release={release} members={contract.members.map(({ partner }) => partner)} directory={directory} />
      <ReceiptLine visit={visit} row={row} contract={contract.version} />
    </section>
  );
}

type FiguresProps = { readonly release: Release; readonly members: readonly string[]; readonly directory: Directory };

function Figures({ release, members, directory }: FiguresProps) {
  if (release.outcome === "withheld") {
    return (
      <p>
        <Verdict kind="wait">Withheld</Verdict> There are too few people for any figure, or too few more than in an
        earlier answer. It is not told which.
      </p>
    );
  }
  const overlap = drawnOverlap(release, members, directory);
  if (overlap !== null) return <OverlapFigures overlap={overlap} rates={release.matchRates ?? []} />;
  const { axes, cells } = release;
  if (axes !== undefined && cells !== undefined) {
    return <CrosstabFigures axes={axes} cells={cells} measure={release.measure ?? null} directory={directory} />;
  }
  const { attribute, segments, points } = release;
  if (attribute !== undefined && segments !== undefined) {
    return <AffinityFigures attribute={attribute} segments={segments} directory={directory} />;
  }
  if (points !== undefined) return <TrendFigures points={points} directory={directory} />;
  return (
    <Empty>
      The console draws figures, and this answer is a list. It is read with{" "}
      <code>{`concordat releases ${release.id}`}</code>.
    </Empty>
  );
}

function drawnOverlap(release: Release, members: readonly string[], directory: Directory): DrawnOverlap | null {
  const { sizes, regions } = release;
  if (sizes === undefined || regions === undefined) return null;
  const lists = sizes.map(({ dataset, ...size }) => {
    const owner = ownerOf(datasetRefSchema.parse(dataset));
    return { ref: dataset, name: nameOf(directory, owner), colour: Math.max(0, members.indexOf(owner)) % 8, size };
  });
  return { lists, regions: regions.map(({ members: refs, ...figure }) => ({ members: refs, figure })) };
}

function Privacy({ release: { privacy } }: { readonly release: Release }) {
  const { threshold } = privacy;
  const below = typeof threshold === "number" ? ` Figures below ${setFigure(threshold)} people are withheld.` : "";
  return (
    <p class="note">
      {privacy.mode === "noise"
        ? "Every figure carries noise that hides any one person; its 95 % interval stands beside it."
        : "These figures are rounded and carry no noise, which every owner allows. That gives no mathematical bound."}
      {below}
    </p>
  );
}

type ReceiptProps = { readonly visit: Visit; readonly row: ReleaseRow; readonly contract: number | null };

/** When it was given, under which contract, by which entry of the log. */
export function ReceiptLine({ visit, row, contract }: ReceiptProps) {
  const entry = `log entry ${setFigure(row.entry)}`;
  const isOpen = mayOpen(visit.person.role, "GET /console/log/:index");
  const version = contract === null ? "contract" : `contract v${contract}`;
  return (
    <p class="receipt">
      {row.outcome === "released" ? "Released" : "Withheld"} <Instant at={row.releasedAt} /> ·{" "}
      <a href={`/console/contracts/${row.contract}`}>{version}</a> ·{" "}
      {isOpen ? <a href={`/console/log/${row.entry}`}>{entry}</a> : entry} ·{" "}
      <Digest text={row.id} what="the name of this release" />
    </p>
  );
}

type ClausesProps = { readonly release: Release; readonly directory: Directory };

/** By which clauses an answer was given, and what it took. */
export function Clauses({ release: { reasons, spent }, directory }: ClausesProps) {
  const took = spent.filter(({ account, nanoRho }) => account !== "everyone" && nanoRho !== "0");
  return (
    <details>
      <summary>The clauses that permitted it, and what it took</summary>
      <ul class="clauses">
        {reasons.map(({ says }) => (
          <li>{shownSentence(says, directory)}</li>
        ))}
        {took.map(({ dataset, left }) => (
          <li>{leftInWords(listInWords(directory, datasetRefSchema.parse(dataset)), left.epsilon)}</li>
        ))}
      </ul>
    </details>
  );
}

function leftInWords(list: string, epsilon: string): string {
  return `After it, the budget of ${list} held ${shownNumeral(epsilon)} more for you.`;
}
