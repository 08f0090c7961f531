// The rows of an audience are collected: the recipient's own record references, worked out anew on the versions that
// were asked about and checked again on those in force, so that whoever left a list or withdrew a consent is not there.
// A deniable list leaves as it is or not at all: a copy that lacked somebody would tell who that is.

import { LIMITS } from "../domain/limits.ts";
import { givesRecords } from "../domain/policy/limits-document.ts";
import type { Problem } from "../domain/problem.ts";
import { problem } from "../domain/problem.ts";
import { datasetsOf } from "../domain/question/question.ts";
import { tooMany } from "../domain/rates.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { storedConsents, storedQuestion } from "./compared-list.ts";
import { type GivenLists, givenLists, listRecords, type OpenedLists, openGiven, versionsIn } from "./given-lists.ts";
import { countObjections, isObjectedSince } from "./objections.ts";
import { contractFile, membersOf, stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import { filesOf, keyOfVersions } from "./question-versions.ts";
import { partiesOf } from "./sign-contract.ts";

type CollectPorts = Pick<Ports, "store" | "matcher" | "random" | "room" | "asking" | "questionTurns" | "restBefore">;
type Collecting = { readonly caller: Caller; readonly id: string };
type Ready = {
  readonly release: ReleaseRow;
  readonly asked: readonly VersionRow[];
  readonly current: readonly VersionRow[];
  readonly opened: OpenedLists;
};

/**
 * The record references of an audience, one a person. They leave only when the contract is still in force after they
 * were worked out, and the versions in force are those they were checked on. Every collection is an entry of the log.
 */
export function collectAudience(ports: CollectPorts, request: Collecting): Promise<Result<readonly string[], Problem>> {
  const collecting = ports.asking(request.caller.partner, () => collect(ports, request));
  return collecting ?? Promise.resolve(err(tooMany(["questions"], 1)));
}

async function collect(ports: CollectPorts, request: Collecting): Promise<Result<readonly string[], Problem>> {
  const { caller } = request;
  const own = { name: "find release", parties: [caller.partner] };
  const found = await ports.store.read(own, (tx) => tx.releases.find(request.id));
  if (found === null || found.recipient !== caller.partner) return err(notFound());
  const parties = await partiesOf(ports, caller, found.contract);
  const act = { name: "collect audience", parties };
  for (let tries = 0; tries < LIMITS.figureTries; tries++) {
    await ports.restBefore(tries);
    // What is read when its turn has come holds while the list is worked out.
    const worked = await ports.questionTurns.take(caller.partner, async () => {
      const ready = await ports.store.read(act, (tx) => open(ports, tx, request));
      return ready.ok ? ok({ ready: ready.value, records: await recordsOf(ports, ready.value).then(ok, err) }) : ready;
    });
    if (!worked.ok) return worked;
    const left = await ports.store.write(act, (tx) => leave(ports, tx, { request, ...worked.value }));
    if (left !== "changed-meanwhile") return left;
  }
  return err(problem("unavailable", "the lists of the audience change faster than it can be collected"));
}

async function recordsOf(
  ports: CollectPorts,
  { release: { id }, asked, current, opened }: Ready,
): Promise<readonly string[]> {
  const records = await listRecords(ports, { opened, id });
  if (keyOfVersions(asked) === keyOfVersions(current)) return records;
  const still = new Set(await listRecords(ports, { opened, id, versions: current }));
  return records.filter((record) => still.has(record));
}

async function open(ports: CollectPorts, tx: Transaction, request: Collecting): Promise<Result<Ready, Problem>> {
  const collecting = await collectable(tx, request);
  if (!collecting.ok) return collecting;
  const { release } = collecting.value;
  const found = await versionsOf(tx, release);
  if (!found.ok) return found;
  const versions = found.value;
  const given = await givenLists(tx, [release]);
  if (!given.has(release.id)) return err(problem("release-gone", LOST));
  const opened = await openGiven(ports, tx, given);
  return isWhole({ release, ...versions, opened })
    ? ok({ release, ...versions, opened })
    : err(problem("release-gone", REPLACED));
}

const REPLACED =
  "the entries of this list are deniable, so it is given as it was made or not at all, and one of its lists is " +
  "another one since: ask for the list again";
const LOST =
  "an earlier list that decided who stands on this one was deleted, at its end or with its contract: " +
  "ask for the list again";
const ENDED = "a version of a list that it was made from has come to its end: ask for the list again";

// Whether a list may leave beside the versions in force: one with a coin only as the very same, with everybody who was
// there, erased since or not, and nobody who has objected since.
function isWhole({ release, asked, current, opened }: Ready): boolean {
  const coin = opened.coins.get(release.id);
  if (coin === undefined) return true;
  const used = { question: storedQuestion(release), consents: storedConsents(release).consents };
  const since = { lists: datasetsOf(used.question), entry: release.entry };
  if (isObjectedSince(opened.objections, used, since)) return false;
  return keyOfVersions(asked) === keyOfVersions(current) && coin.isMadeFrom(filesOf(versionsIn(opened.given)));
}

type Leaving = {
  readonly request: Collecting;
  readonly ready: Ready;
  /** What was worked out, or what that failed by. */
  readonly records: Result<readonly string[], unknown>;
};

async function leave(
  ports: CollectPorts,
  tx: Transaction,
  { request, ready, records }: Leaving,
): Promise<Result<readonly string[], Problem> | "changed-meanwhile"> {
  const found = await collectable(tx, request);
  if (!found.ok) return found;
  const { release, file } = found.value;
  const versions = await versionsOf(tx, release);
  if (!versions.ok) return versions;
  const { asked, current } = versions.value;
  if (keyOfVersions(current) !== keyOfVersions(ready.current)) return "changed-meanwhile";
  const given = await givenLists(tx, [release]);
  if (filesBehind({ asked, current, given }) !== filesBehind({ ...ready, given: ready.opened.given }))
    return "changed-meanwhile";
  const { objections } = ready.opened;
  if (
    (await countObjections(tx, [...objections.keys()])) !== [...objections.values()].map(({ length }) => length).join()
  )
    return "changed-meanwhile";
  // Nothing was changed meanwhile by which it could have failed.
  if (!records.ok) throw records.error;
  await tx.releases.collect(release.id, keyOfVersions(current));
  const parties = membersOf(file.contract);
  const subject = { release: release.id, contract: release.contract };
  const happening = { actor: request.caller, parties, subject, detail: {} };
  await appendEntry(ports, tx, { act: "release-collected", ...happening });
  return records;
}

type Behind = Pick<Ready, "asked" | "current"> & { readonly given: GivenLists };

function filesBehind({ asked, current, given }: Behind): string {
  return filesOf([...asked, ...current, ...versionsIn(given)]);
}

async function collectable(
  tx: Transaction,
  { caller, id }: Collecting,
): Promise<Result<{ readonly release: ReleaseRow; readonly file: ContractFile }, Problem>> {
  const release = await tx.releases.find(id);
  if (release === null || release.recipient !== caller.partner) return err(notFound());
  if (!givesRecords(release.analysis) || release.outcome !== "released") {
    return err(problem("not-found", "the release has no rows"));
  }
  if (tx.now >= release.expiresAt) return err(problem("release-gone", "the list is past its validity"));
  const file = await contractFile(tx, release.contract);
  const { kind } = stateOf(tx, file);
  if (kind === "in-force") return ok({ release, file });
  return err(problem("contract-not-in-force", `the contract is ${kind.replaceAll("-", " ")}`, { state: kind }));
}

// A version whose end has come gives nothing more, whatever was given before.
async function versionsOf(
  tx: Transaction,
  release: ReleaseRow,
): Promise<Result<Pick<Ready, "asked" | "current">, Problem>> {
  const asked: VersionRow[] = [];
  for (const id of release.versions.split(",")) {
    const version = await tx.versions.find(id);
    if (version === null) return err(problem("release-gone", ENDED));
    asked.push(version);
  }
  const current: VersionRow[] = [];
  for (const list of datasetsOf(storedQuestion(release))) {
    const version = await tx.versions.current(list);
    if (version === null) return err(problem("release-gone", ENDED));
    current.push(version);
  }
  return ok({ asked, current });
}

function notFound(): Problem {
  return problem("not-found", "you have no such release");
}
