// What was done for people's rights before: the entries of the log that say so, with counts and no names.

import { readLatest } from "../app/read-log.ts";
import { type AuditEntry, decodeEntry } from "../domain/audit/entry.ts";
import { unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { ACT_WORDS } from "./act-words.ts";
import { Instant } from "./pieces.tsx";
import type { Visit } from "./visit.ts";
import { sentence } from "./words.ts";

const ACTS: readonly AuditEntry["act"][] = [
  "people-erased",
  "people-objected",
  "objection-lifted",
  "consent-withdrawn",
  "consent-restored",
  "access-answered",
  "notices-fetched",
  "notices-acknowledged",
];

/** The last acts, among the newest entries of the log. */
export async function readPastActs({ ports, caller }: Visit): Promise<readonly AuditEntry[]> {
  const rows = await readLatest(ports, { caller, before: null, limit: LIMITS.logWindowEntries });
  return rows
    .flatMap(({ entry }) => {
      const decoded = decodeEntry(entry);
      return decoded.ok ? [decoded.value] : [];
    })
    .filter(({ act }) => ACTS.includes(act));
}

export function PastActs({ entries }: { readonly entries: readonly AuditEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby="past">
      <h2 id="past">What was done</h2>
      <ul class="rows">
        {entries.map((entry) => (
          <li>
            <a href={`/console/log/${entry.index}`}>{sentence(`you ${ACT_WORDS[entry.act]}`)}</a>{" "}
            <span class="under">
              <Instant at={unixMillis(Date.parse(entry.at))} />
              {noticesIn(entry)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function noticesIn({ detail: { notices } }: AuditEntry): string {
  return Array.isArray(notices) ? `, ${notices.length} of them` : "";
}
