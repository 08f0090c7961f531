// The rows of an audience are collected: the recipient's own record references, worked out anew on the versions that
// were asked about and checked again on those in force, so that whoever left a list or withdrew a consent is not there.

import { givesRecords } from "../domain/policy/limits-document.ts";
import type { Problem } from "../domain/problem.ts";
import { problem } from "../domain/problem.ts";
import { datasetsOf } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { filesOf, keyOfVersions, versionOf } from "./assess-question.ts";
import { storedQuestion } from "./compared-list.ts";
import { audienceRecords } from "./compute-answer.ts";
import { contractFile, membersOf, stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { partiesOf } from "./sign-contract.ts";

type CollectPorts = Pick<Ports, "store" | "matcher" | "random" | "room">;
type Collecting = { readonly caller: Caller; readonly id: string };
type Ready = {
  readonly release: ReleaseRow;
  readonly asked: readonly VersionRow[];
  readonly current: readonly VersionRow[];
  readonly keys: ReadonlyMap<string, Uint8Array>;
};

const TRIES = 4;

/**
 * The record references of an audience, one a person. They leave only when the contract is still in force after they
 * were worked out, and the versions in force are those they were checked on. Every collection is an entry of the log.
 */
export async function collectAudience(
  ports: CollectPorts,
  request: Collecting,
): Promise<Result<readonly string[], Problem>> {
  const { caller } = request;
  const own = { name: "find release", parties: [caller.partner] };
  const found = await ports.store.read(own, (tx) => tx.releases.find(request.id));
  if (found === null || found.recipient !== caller.partner) return err(notFound());
  const parties = await partiesOf(ports, caller, found.contract);
  const act = { name: "collect audience", parties };
  for (let tries = 0; tries < TRIES; tries++) {
    const ready = await ports.store.read(act, (tx) => open(ports, tx, request));
    if (!ready.ok) return ready;
    const records = await recordsOf(ports, ready.value).then(ok, err);
    const left = await ports.store.write(act, (tx) => leave(ports, tx, { request, ready: ready.value }));
    if (left !== "changed-meanwhile" && !left.ok) return left;
    if (!records.ok) throw records.error;
    if (left !== "changed-meanwhile") return records;
  }
  return err(problem("unavailable", "the lists of the audience change faster than it can be collected"));
}

async function recordsOf(ports: CollectPorts, { release, asked, current, keys }: Ready): Promise<readonly string[]> {
  const records = await audienceRecords(ports, { release, versions: asked, keys });
  if (keyOfVersions(asked) === keyOfVersions(current)) return records;
  const still = new Set(await audienceRecords(ports, { release, versions: current, keys }));
  return records.filter((record) => still.has(record));
}

async function open(ports: CollectPorts, tx: Transaction, collecting: Collecting): Promise<Result<Ready, Problem>> {
  const found = await collectable(tx, collecting);
  if (!found.ok) return found;
  const versions = await versionsOf(tx, found.value.release);
  const keys = new Map<string, Uint8Array>();
  for (const { partner } of versions.asked) keys.set(partner, await unwrapDataKey(tx, ports.room.wrappingKey, partner));
  return ok({ release: found.value.release, ...versions, keys });
}

type Leaving = { readonly request: Collecting; readonly ready: Ready };

async function leave(
  ports: CollectPorts,
  tx: Transaction,
  { request, ready }: Leaving,
): Promise<Result<null, Problem> | "changed-meanwhile"> {
  const found = await collectable(tx, request);
  if (!found.ok) return found;
  const { release, file } = found.value;
  const { asked, current } = await versionsOf(tx, release);
  if (keyOfVersions(current) !== keyOfVersions(ready.current)) return "changed-meanwhile";
  if (filesOf([...asked, ...current]) !== filesOf([...ready.asked, ...ready.current])) return "changed-meanwhile";
  await tx.releases.collect(release.id);
  const parties = membersOf(file.contract);
  const subject = { release: release.id, contract: release.contract };
  const happening = { actor: request.caller, parties, subject, detail: {} };
  await appendEntry(ports, tx, { act: "release-collected", ...happening });
  return ok(null);
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

async function versionsOf(tx: Transaction, release: ReleaseRow): Promise<Pick<Ready, "asked" | "current">> {
  const asked: VersionRow[] = [];
  for (const id of release.versions.split(",")) {
    const version = await tx.versions.find(id);
    if (version === null) throw new Error("a version of a release is not there");
    asked.push(version);
  }
  const current: VersionRow[] = [];
  for (const list of datasetsOf(storedQuestion(release))) {
    const version = await tx.versions.current(list);
    current.push(version ?? versionOf(asked, list));
  }
  return { asked, current };
}

function notFound(): Problem {
  return problem("not-found", "you have no such release");
}
