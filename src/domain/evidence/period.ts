// What the log tells of a partner's lists and of answers about them within a time, for reports: entries alone are read,
// since rows of what was deleted are gone.

import type { AuditEntry } from "../audit/entry.ts";
import type { DatasetRef } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Analysis } from "../policy/limits-document.ts";
import { type AskedInEntry, askedIn } from "./reading.ts";
import type { Given } from "./report.ts";

/** The first and the last day of a time, UTC, both included. */
export type Days = { readonly from: string; readonly until: string };

/** A version of a list that was in force on some day of the time, with its people. */
export type VersionOfTime = { readonly dataset: string; readonly version: string; readonly people: number };

/** The versions of lists that were in force in the time, as the log has them. Entries in the order of the log. */
export function versionsInTime(entries: readonly AuditEntry[], { from, until }: Days): readonly VersionOfTime[] {
  const ended = new Map<string, string>();
  const began: (VersionOfTime & { readonly on: string })[] = [];
  const inForce = new Map<string, string>();
  for (const { act, at, subject, detail } of entries) {
    const day = at.slice(0, 10);
    if (act === "upload-committed" && subject["dataset"] !== undefined && subject["version"] !== undefined) {
      const { dataset, version } = subject;
      const before = inForce.get(dataset);
      if (before !== undefined) ended.set(before, day);
      inForce.set(dataset, version);
      began.push({ dataset, version, people: Number(detail["people"]), on: day });
    }
    if (act === "data-deleted") for (const version of deletedIn(detail)) ended.set(version, day);
  }
  return began
    .filter(({ version, on }) => on <= until && (ended.get(version) ?? until) >= from)
    .map(({ dataset, version, people }) => ({ dataset, version, people }));
}

/** What was given about the owner's lists to others, by recipient, list and analysis; within the time, or ever. */
export function givenInTime(entries: readonly AuditEntry[], owner: PartnerId, days: Days | null): readonly Given[] {
  const asked = new Map<string, AskedInEntry>();
  const given = new Map<string, Given>();
  for (const entry of entries) {
    const release = entry.subject["release"];
    const read = askedIn(entry, new Map());
    if (read !== null && release !== undefined) asked.set(release, read);
    const about = read ?? (release === undefined ? undefined : asked.get(release));
    if (about === undefined || !isWithin(entry, days)) continue;
    for (const dataset of listsOf(about, owner)) add(given, entry, { ...about, dataset });
  }
  return [...given.values()];
}

function isWithin({ at }: AuditEntry, days: Days | null): boolean {
  const day = at.slice(0, 10);
  return days === null || (day >= days.from && day <= days.until);
}

function listsOf({ lists, recipient }: AskedInEntry, owner: PartnerId): readonly DatasetRef[] {
  return recipient === owner ? [] : lists.filter((list) => list.startsWith(`${owner}/`));
}

type About = Pick<AskedInEntry, "recipient" | "analysis"> & { readonly dataset: DatasetRef };

function add(given: Map<string, Given>, { act }: AuditEntry, { recipient, analysis, dataset }: About): void {
  const key = `${recipient} ${dataset} ${analysis}`;
  // SAFETY: the analysis is that of a question that its schema has read.
  const none = { recipient, dataset, analysis: analysis as Analysis, answers: 0, withheld: 0, collections: 0 };
  const before = given.get(key) ?? none;
  if (act === "question-permitted") given.set(key, { ...before, answers: before.answers + 1 });
  if (act === "question-withheld") given.set(key, { ...before, withheld: before.withheld + 1 });
  if (act === "release-collected") given.set(key, { ...before, collections: before.collections + 1 });
}

function deletedIn({ lists }: AuditEntry["detail"]): readonly string[] {
  if (!Array.isArray(lists)) return [];
  return lists.flatMap(({ versions }) => (Array.isArray(versions) ? versions.map(String) : []));
}
