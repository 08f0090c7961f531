// The log as people read it: a strip of days by what was done, the entries that concern this company, and one of them
// with all that it says. One page looks through a window of so many entries, so a rare act costs no long search.

import { listPeople } from "../../app/invite-person.ts";
import { readEntries, readLatest, readLogSize } from "../../app/read-log.ts";
import { type AuditEntry, decodeEntry, personCommitment } from "../../domain/audit/entry.ts";
import { startOfDate, unixMillis } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import { partnerIdSchema } from "../../domain/partner/manifest.ts";
import { type Directory, figure, nameOf } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { logEvents } from "../../http/log-events.ts";
import type { EntryRow, PersonRow } from "../../ports/rows.ts";
import { ACT_WORDS, KINDS, kindOf, type LogKind } from "../act-words.ts";
import { DayStrip, type LogPlace, logAddress } from "../day-strip.tsx";
import { contractNames, readDirectory } from "../directory.ts";
import { EntryFacts } from "../entry-facts.tsx";
import { Empty, Instant, Verdict, type VerdictKind } from "../pieces.tsx";
import { setFigure } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";

/** The log, filtered as the address says. */
export async function showLog(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, query } = visit;
  const before = /^\d{1,15}$/.test(query.get("before") ?? "") ? Number(query.get("before")) : null;
  const kind = KINDS.find((one) => one === query.get("kind")) ?? null;
  const day = startOfDate(query.get("day") ?? "").ok ? query.get("day") : null;
  const search = (query.get("search") ?? "").trim().slice(0, SEARCH_LENGTH);
  const limit = LIMITS.logWindowEntries;
  const [size, directory, people, rows] = await Promise.all([
    readLogSize(ports, caller),
    readDirectory(ports, caller),
    peopleOf(visit),
    readLatest(ports, { caller, before, limit }),
  ]);
  const entries = rows.map(decoded);
  const who = (entry: AuditEntry) => whoIn(entry, { directory, people });
  const holds = (entry: AuditEntry) =>
    isFound(`${who(entry)} ${ACT_WORDS[entry.act]} ${JSON.stringify(entry)}`, search);
  const isShown = (entry: AuditEntry) =>
    (kind === null || kindOf(entry.act) === kind) && isOn(entry, day) && holds(entry);
  const shown = entries.filter(isShown);
  const last = entries.at(-1);
  const place = { kind, day, before, search };
  const main = (
    <div class="log" data-size={before === null ? size : undefined}>
      <DayStrip entries={entries} {...place} />
      <KindFilter {...place} />
      <SearchForm {...place} />
      {shown.length === 0 ? (
        <Empty>None of the entries in this stretch of the log fits.</Empty>
      ) : (
        <EntryTable entries={shown} who={who} />
      )}
      {last !== undefined && entries.length === limit && (
        <p>
          <a href={logAddress({ ...place, day: null, before: last.index })}>Further back in the log</a>
        </p>
      )}
    </div>
  );
  const act = (
    <a class="button" href="/console/log/verify">
      Verify in this browser
    </a>
  );
  return ok({ kind: "page", title: "Log", main, act, script: "log.js" });
}

/** One entry of the log. */
export async function showEntry(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params } = visit;
  const index = Number(params["index"]);
  if (!Number.isSafeInteger(index) || index < 0) return err(problem("not-found", "the log has no such entry"));
  const [row] = await readEntries(ports, { caller, from: index, limit: 1 });
  if (row?.index !== index) return err(problem("not-found", "no entry that concerns you stands there"));
  const [directory, people, contracts] = await Promise.all([
    readDirectory(ports, caller),
    peopleOf(visit),
    contractNames(ports, caller),
  ]);
  const entry = decoded(row);
  const main = (
    <EntryFacts {...{ entry, directory, contracts }} text={row.entry} who={whoIn(entry, { directory, people })} />
  );
  return ok({ kind: "page", title: `Log entry ${figure(index, visit.reader.notation)}`, main });
}

type Known = { readonly directory: Directory; readonly people: readonly PersonRow[] };

// An answer that the last approval lets out is its asker's, and the approver is who acted.
function whoIn(entry: AuditEntry, known: Known): string {
  const actor = actorName(entry, known);
  const recipient = partnerIdSchema.safeParse(entry.detail["recipient"]);
  const isOwn = !("partner" in entry.actor) || entry.actor.partner === recipient.data;
  if (!entry.act.startsWith("question-") || !recipient.success || isOwn) return actor;
  return `${nameOf(known.directory, recipient.data)}, by approval of ${actor},`;
}

// The entry commits to a person of whom this company alone can tell who it is.
function actorName({ actor, salt }: AuditEntry, { directory, people }: Known): string {
  if ("room" in actor) return "The room";
  const partner = partnerIdSchema.safeParse(actor.partner);
  const company = partner.success ? nameOf(directory, partner.data) : actor.partner;
  if ("requester" in actor) return `${actor.requester}, for people in the lists of ${company},`;
  if ("key" in actor) return actor.partner === "operator" ? "The operator" : company;
  const person = people.find(({ id }) => personCommitment(salt, id) === actor.person);
  return person === undefined ? `A person at ${company}` : `${person.name}, ${company}`;
}

async function peopleOf({ ports, caller }: Visit): Promise<readonly PersonRow[]> {
  return (await listPeople(ports, { caller, page: { after: null, limit: LIMITS.peoplePerPartner } })).rows;
}

function decoded(row: EntryRow): AuditEntry {
  const entry = decodeEntry(row.entry);
  if (!entry.ok) throw new Error(`entry ${row.index} of the log does not decode: ${entry.error}`);
  return entry.value;
}

function isOn({ at }: AuditEntry, day: string | null): boolean {
  return day === null || at.startsWith(day);
}

const KIND_WORDS: { readonly [kind in LogKind]: string } = {
  permit: "Permitted",
  deny: "Denied or withheld",
  change: "Everything else",
};

/** Characters of a search. */
const SEARCH_LENGTH = 200;

/** Whether a text holds every word of a search, in any order. */
function isFound(text: string, search: string): boolean {
  const held = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => held.includes(word));
}

function SearchForm({ kind, day, search }: LogPlace) {
  return (
    <form method="get" class="filters">
      {kind !== null && <input type="hidden" name="kind" value={kind} />}
      {day !== null && <input type="hidden" name="day" value={day} />}
      <label>
        Find a company, a list, an id or a word
        <input type="text" name="search" value={search} maxlength={SEARCH_LENGTH} />
      </label>
      <button type="submit" class="quiet">
        Find
      </button>
      <p class="live under" role="status" />
    </form>
  );
}

/** Events as the log grows. Without `after`, how many entries it has, and no more. */
export async function giveLogEvents({ ports, caller, query }: Visit): Promise<Result<Shown, Problem>> {
  const after = /^\d{1,15}$/.test(query.get("after") ?? "") ? Number(query.get("after")) : null;
  return ok({ kind: "pieces", type: "text/event-stream", pieces: logEvents(ports, { caller, after }) });
}

function KindFilter({ kind, day, before, search }: LogPlace) {
  return (
    <nav class="tabs" aria-label="Which acts">
      {[null, ...KINDS].map((one) => (
        <a href={logAddress({ kind: one, day, before, search })} aria-current={one === kind ? "true" : undefined}>
          {one === null ? "All acts" : KIND_WORDS[one]}
        </a>
      ))}
    </nav>
  );
}

const MARKS: { readonly [kind in LogKind]: VerdictKind | null } = { permit: "permit", deny: "deny", change: null };

type TableProps = { readonly entries: readonly AuditEntry[]; readonly who: (entry: AuditEntry) => string };

const COLUMNS: readonly Column[] = [
  { name: "Entry", as: "heading" },
  { name: "When" },
  { name: "Who" },
  { name: "Did what" },
];

function EntryTable({ entries, who }: TableProps) {
  return (
    <Records
      label="Entries"
      columns={COLUMNS}
      rows={entries.map((entry) => [
        <a href={`/console/log/${entry.index}`}>{setFigure(entry.index)}</a>,
        <Instant at={unixMillis(Date.parse(entry.at))} />,
        who(entry),
        <ActMark entry={entry} />,
      ])}
    />
  );
}

function ActMark({ entry }: { readonly entry: AuditEntry }) {
  const mark = MARKS[kindOf(entry.act)];
  return mark === null ? <span>{ACT_WORDS[entry.act]}</span> : <Verdict kind={mark}>{ACT_WORDS[entry.act]}</Verdict>;
}
