// The strip of days above the log: one column a day, a bar for each kind of act, each day a way to its entries.

import type { AuditEntry } from "../domain/audit/entry.ts";
import { KINDS, kindOf, type LogKind } from "./act-words.ts";
import { setFigure, useReader } from "./reader.ts";

/** What was done on one day, by kind. */
export type DayCount = { readonly day: string; readonly counts: Readonly<Record<LogKind, number>> };

/** Acts by day, the oldest day first. */
export function countByDay(entries: readonly Pick<AuditEntry, "at" | "act">[]): DayCount[] {
  const days = new Map<string, Record<LogKind, number>>();
  for (const { at, act } of entries) {
    const day = at.slice(0, 10);
    const counts = days.get(day) ?? { permit: 0, deny: 0, change: 0 };
    counts[kindOf(act)] += 1;
    days.set(day, counts);
  }
  return [...days].map(([day, counts]) => ({ day, counts })).sort((one, other) => (one.day < other.day ? -1 : 1));
}

/** A stretch of the log: acts of a kind, of a day, with a word, before an entry or up to the last; or all of them. */
export type LogPlace = {
  readonly kind: LogKind | null;
  readonly day: string | null;
  readonly before: number | null;
  /** What entries hold somewhere in their text; empty for any. */
  readonly search: string;
};

/** The address of a stretch of the log. */
export function logAddress({ kind, day, before, search }: LogPlace): string {
  const fields = new URLSearchParams();
  if (kind !== null) fields.set("kind", kind);
  if (day !== null) fields.set("day", day);
  if (before !== null) fields.set("before", String(before));
  if (search !== "") fields.set("search", search);
  const said = fields.toString();
  return said === "" ? "/console/log" : `/console/log?${said}`;
}

type Props = LogPlace & { readonly entries: readonly AuditEntry[] };

/** Days that the strip shows, the newest. */
const DAYS = 31;
const TALL = 56;

/** The strip. */
export function DayStrip({ entries, kind, day, before, search }: Props) {
  const days = countByDay(entries).slice(-DAYS);
  const most = Math.max(1, ...days.map(({ counts }) => counts.permit + counts.deny + counts.change));
  return (
    <ol class="days" aria-label="Acts by day">
      {days.map((one) => (
        <li>
          <a
            href={logAddress({ kind, day: one.day === day ? null : one.day, before, search })}
            aria-current={one.day === day ? "true" : undefined}
            aria-label={labelOf(one)}
            title={labelOf(one)}
          >
            <Bars counts={one.counts} most={most} />
            <span>{useReader().day(one.day)}</span>
          </a>
        </li>
      ))}
    </ol>
  );
}

function Bars({ counts, most }: { readonly counts: DayCount["counts"]; readonly most: number }) {
  let floor = TALL;
  return (
    <svg viewBox={`0 0 20 ${TALL}`} width="20" height={TALL} aria-hidden="true">
      {KINDS.map((kind) => {
        const height = (counts[kind] / most) * TALL;
        floor -= height;
        return <rect class={`act-${kind}`} x="2" y={floor.toFixed(1)} width="16" height={height.toFixed(1)} />;
      })}
    </svg>
  );
}

function labelOf({ day, counts: { permit, deny, change } }: DayCount): string {
  const [permitted, denied, others] = [permit, deny, change].map(setFigure);
  return `${useReader().date(day)}: ${permitted} permitted, ${denied} denied or withheld, ${others} other`;
}
