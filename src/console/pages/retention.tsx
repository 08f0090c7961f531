// What ends when: every version of the company's lists, every answer that it was given and every one about its lists,
// by month, with the day on which the room deletes it.

import { listDatasets } from "../../app/read-datasets.ts";
import { listDisclosures } from "../../app/read-disclosures.ts";
import { listReleases } from "../../app/read-releases.ts";
import { isoInstant, type UnixMillis } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import { givesRecords } from "../../domain/policy/limits-document.ts";
import { type Directory, figure, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { everyVersion } from "../every-row.ts";
import { Empty, Instant } from "../pieces.tsx";
import { useReader } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";
import { plainWord } from "../words.ts";

type Ending = { readonly at: UnixMillis; readonly what: string; readonly kind: string; readonly href: string | null };

/** The calendar: what ends, the soonest first, a month at a time. */
export async function showRetention(visit: Visit): Promise<Result<Shown, Problem>> {
  const directory = await readDirectory(visit.ports, visit.caller);
  const endings = [
    ...(await versionsOf(visit)),
    ...(await answersOf(visit, directory)),
    ...(await aboutOf(visit, directory)),
  ];
  endings.sort((one, other) => one.at - other.at);
  const months = new Map<string, Ending[]>();
  for (const ending of endings) {
    const month = isoInstant(ending.at).slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), ending]);
  }
  const main =
    endings.length === 0 ? (
      <Empty>Nothing of yours stands in the room, so nothing ends.</Empty>
    ) : (
      <>
        <p class="note">
          At its end the room deletes it, whoever asks for it. From that moment on no question is asked on a version of
          a list. A longer policy does not move an end that was set.
        </p>
        {[...months].map(([month, rows]) => (
          <Month month={month} endings={rows} />
        ))}
      </>
    );
  return ok({ kind: "page", title: "Retention", main });
}

async function versionsOf(visit: Visit): Promise<Ending[]> {
  const { ports, caller, reader } = visit;
  const endings: Ending[] = [];
  for (const { name } of await listDatasets(ports, { caller })) {
    for (const { sequence, endsAt, people, isEndStated } of await everyVersion(visit, name)) {
      const because = isEndStated ? "" : ", as nothing says how long it is kept";
      const many = `${figure(people, reader.notation)} people`;
      const what = `Version ${sequence} of the list “${plainWord(name)}”, ${many}${because}`;
      endings.push({ at: endsAt, what, kind: "List", href: null });
    }
  }
  return endings;
}

async function answersOf({ ports, caller }: Visit, directory: Directory): Promise<Ending[]> {
  const { rows } = await listReleases(ports, { caller, page: { after: null, limit: LIMITS.pageItems } });
  return rows.map(({ entry, expiresAt, analysis, question }) => ({
    at: expiresAt,
    what: questionInWords(parsedQuestion(question), directory),
    kind: givesRecords(analysis) ? "List given to you" : "Answer given to you",
    href: `/console/log/${entry}`,
  }));
}

async function aboutOf({ ports, caller }: Visit, directory: Directory): Promise<Ending[]> {
  const filter = { recipient: null, contract: null, lineage: null, from: null, until: null };
  const { rows } = await listDisclosures(ports, { caller, filter, page: { after: null, limit: LIMITS.pageItems } });
  return rows.map(({ expiresAt, question, recipient, entry }) => ({
    at: expiresAt,
    what: `${nameOf(directory, recipient)}: ${questionInWords(parsedQuestion(question), directory)}`,
    kind: "Answer about your people",
    href: `/console/log/${entry}`,
  }));
}

const COLUMNS: readonly Column[] = [{ name: "Ends" }, { name: "What", as: "heading" }, { name: "Kind" }];

function Month({ month, endings }: { readonly month: string; readonly endings: readonly Ending[] }) {
  const name = useReader().month(month);
  return (
    <section>
      <h2>{name}</h2>
      <Records
        label={`Ends in ${name}`}
        columns={COLUMNS}
        rows={endings.map(({ at, what, kind, href }) => [
          <Instant at={at} />,
          href === null ? what : <a href={href}>{what}</a>,
          kind,
        ])}
      />
    </section>
  );
}
