// The lists of people that a company asked for: what waits, what can be downloaded, what is over, what was refused.

import { type AskedList, listAudiences } from "../../app/read-audiences.ts";
import { type Directory, listed, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { Empty, Instant, Verdict } from "../pieces.tsx";
import type { Shown, Visit } from "../visit.ts";

const TABS = [
  { state: "waiting", name: "Waiting", kinds: ["waiting"], empty: "Nothing waits for anybody's approval." },
  {
    state: "ready",
    name: "Ready",
    kinds: ["ready", "stopped"],
    empty: "There is no list to download now. What is approved comes here, for as long as the terms let it.",
  },
  { state: "expired", name: "Expired", kinds: ["over"], empty: "No list of yours has come to its end." },
  { state: "refused", name: "Refused", kinds: ["refused", "withheld"], empty: "Nothing was refused or withheld." },
] as const;

/** All lists, or those of one state. */
export async function showAudiences({ ports, caller, query }: Visit): Promise<Result<Shown, Problem>> {
  const [directory, all] = await Promise.all([readDirectory(ports, caller), listAudiences(ports, { caller })]);
  const tabs = TABS.map((tab) => ({ ...tab, lists: all.filter(({ kind }) => isOneOf(tab.kinds, kind)) }));
  const [first] = tabs.filter(({ lists }) => lists.length > 0);
  const open = tabs.find(({ state }) => state === query.get("state")) ?? first ?? tabs[1];
  const act = (
    <a class="button" href="/console/audiences/new">
      Build an audience
    </a>
  );
  const main =
    first === undefined && query.get("state") === null ? (
      <NothingYet />
    ) : (
      <>
        <nav class="tabs" aria-label="Lists by what became of them">
          {tabs.map(({ state, name, lists }) => (
            <a href={`/console/audiences?state=${state}`} aria-current={state === open?.state ? "page" : undefined}>
              {name} <span class="number">{lists.length}</span>
            </a>
          ))}
        </nav>
        {open !== undefined && <Lists lists={open.lists} empty={open.empty} directory={directory} />}
      </>
    );
  return ok({ kind: "page", title: "Audiences", main, act });
}

function isOneOf(kinds: readonly AskedList["kind"][], kind: AskedList["kind"]): boolean {
  return kinds.includes(kind);
}

type ListsProps = { readonly lists: readonly AskedList[]; readonly empty: string; readonly directory: Directory };

function Lists({ lists, empty, directory }: ListsProps) {
  if (lists.length === 0) return <Empty>{empty}</Empty>;
  return (
    <ol class="rows">
      {lists.map((list) => (
        <li>
          <a href={addressOfList(list)}>{questionInWords(parsedQuestion(questionOfList(list)), directory)}</a>
          <p class="under">
            <ListState list={list} directory={directory} />
          </p>
        </li>
      ))}
    </ol>
  );
}

function addressOfList(list: AskedList): string {
  return `/console/audiences/${"request" in list ? `requests/${list.request.file.id}` : list.release.id}`;
}

function questionOfList(list: AskedList): string {
  return "request" in list ? list.request.file.question : list.release.question;
}

/** Where a list stands, in a word with its moment. */
export function ListState({ list, directory }: { readonly list: AskedList; readonly directory: Directory }) {
  if ("request" in list) return <RequestState request={list.request} directory={directory} />;
  const { releasedAt, expiresAt, collectedAt } = list.release;
  const collected = collectedAt !== null && (
    <>
      , last downloaded <Instant at={collectedAt} />
    </>
  );
  switch (list.kind) {
    case "ready":
      return (
        <>
          <Verdict kind="permit">Ready</Verdict> to download until <Instant at={expiresAt} />
          {collected}
        </>
      );
    case "stopped":
      return (
        <>
          <Verdict kind="wait">Stopped</Verdict> while its contract is suspended; its time runs until{" "}
          <Instant at={expiresAt} />
        </>
      );
    case "over":
      return (
        <>
          <Verdict kind="wait">Expired</Verdict> given <Instant at={releasedAt} />, until <Instant at={expiresAt} />
          {collected}
        </>
      );
    default:
      return (
        <>
          <Verdict kind="deny">Withheld</Verdict> <Instant at={releasedAt} />: too few people, too many, or too like an
          earlier list; it is not told which
        </>
      );
  }
}

type RequestProps = {
  readonly request: Extract<AskedList, { readonly request: unknown }>["request"];
  readonly directory: Directory;
};

function RequestState({ request: { state, file }, directory }: RequestProps) {
  const names = state.kind === "waiting" ? state.missing.map((one) => nameOf(directory, one)) : [];
  switch (state.kind) {
    case "waiting":
      return (
        <>
          <Verdict kind="wait">{`Waits for ${listed(names)}`}</Verdict> until <Instant at={file.expiresAt} />
        </>
      );
    case "denied":
      return (
        <>
          <Verdict kind="deny">{state.by === null ? "Denied" : `Denied by ${nameOf(directory, state.by)}`}</Verdict>
          {state.because === null ? "" : ` “${state.because}”`}
        </>
      );
    case "refused":
      return <Verdict kind="deny">Approved, but not permitted any more by then</Verdict>;
    case "expired":
      return (
        <>
          <Verdict kind="deny">Nobody decided in time</Verdict> until <Instant at={file.expiresAt} />
        </>
      );
    default:
      return <Verdict kind="deny">Its contract ended before anybody decided</Verdict>;
  }
}

function NothingYet() {
  return (
    <Empty>
      Your company has asked for no list yet. <a href="/console/audiences/new">Build an audience</a>: whom it would
      name, what it would disclose and whether it is likely to be given are shown before anything is asked.
    </Empty>
  );
}
