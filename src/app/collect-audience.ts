// The rows of an audience are collected: the recipient's own record references, worked out anew on the versions that
// were asked about and checked again on those in force, so that whoever left a list or withdrew a consent is not there.

import { givesRecords } from "../domain/policy/limits-document.ts";
import type { Problem } from "../domain/problem.ts";
import { problem } from "../domain/problem.ts";
import { datasetsOf } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { keyOfVersions, versionOf } from "./assess-question.ts";
import { audienceRecords, storedQuestion } from "./compute-answer.ts";
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

/** The record references of an audience, one a person. Every collection is an entry of the log. */
export async function collectAudience(
  ports: CollectPorts,
  request: Collecting,
): Promise<Result<readonly string[], Problem>> {
  const { caller } = request;
  const own = { name: "find release", parties: [caller.partner] };
  const found = await ports.store.read(own, (tx) => tx.releases.find(request.id));
  if (found === null || found.recipient !== caller.partner) return err(notFound());
  const parties = await partiesOf(ports, caller, found.contract);
  const ready = await ports.store.write({ name: "collect audience", parties }, (tx) => open(ports, tx, request));
  if (!ready.ok) return ready;
  const { release, asked, current, keys } = ready.value;
  const records = await audienceRecords(ports, { release, versions: asked, keys });
  if (keyOfVersions(asked) === keyOfVersions(current)) return ok(records);
  const still = new Set(await audienceRecords(ports, { release, versions: current, keys }));
  return ok(records.filter((record) => still.has(record)));
}

async function open(ports: CollectPorts, tx: Transaction, { caller, id }: Collecting): Promise<Result<Ready, Problem>> {
  const release = await tx.releases.find(id);
  if (release === null || release.recipient !== caller.partner) return err(notFound());
  if (!givesRecords(release.analysis) || release.outcome !== "released") {
    return err(problem("not-found", "the release has no rows"));
  }
  if (tx.now >= release.expiresAt) return err(problem("release-gone", "the list is past its validity"));
  const file = await contractFile(tx, release.contract);
  const state = stateOf(tx, file);
  if (state.kind !== "in-force") {
    return err(
      problem("contract-not-in-force", `the contract is ${state.kind.replaceAll("-", " ")}`, { state: state.kind }),
    );
  }
  const versions = await versionsOf(tx, release);
  const keys = new Map<string, Uint8Array>();
  for (const { partner } of versions.asked) keys.set(partner, await unwrapDataKey(tx, ports.room.wrappingKey, partner));
  await tx.releases.collect(id);
  const parties = membersOf(file.contract);
  const subject = { release: id, contract: release.contract };
  await appendEntry(ports, tx, { act: "release-collected", actor: caller, parties, subject, detail: {} });
  return ok({ release, ...versions, keys });
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
