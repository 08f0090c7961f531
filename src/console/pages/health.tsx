// How the room does, for whoever runs it: the log and who watches it, work in hand, and what lies on disk.

import { type Health, readHealth } from "../../app/read-room.ts";
import { contradictionInWords } from "../../domain/audit/comparison.ts";
import { unixMillis } from "../../domain/instant.ts";
import { listed } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { Empty, Instant, Verdict } from "../pieces.tsx";
import { setFigure, shownCount, shownNumeral } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";
import { sentence } from "../words.ts";

/** The page. */
export async function showHealth({ ports }: Visit): Promise<Result<Shown, Problem>> {
  const health = await readHealth(ports);
  const main = (
    <>
      <LogPart health={health} />
      <WitnessPart health={health} />
      <WorkPart health={health} />
      <StoragePart health={health} />
    </>
  );
  return ok({ kind: "page", title: "Health", main });
}

type Props = { readonly health: Health };

function LogPart({ health: { contradiction, entries, published, unpublishedSince } }: Props) {
  return (
    <section aria-labelledby="log">
      <h2 id="log">The log</h2>
      {contradiction === null ? (
        <p>
          <Verdict kind="permit">Sound:</Verdict> it is the one that the room's key has signed, as far as the room
          remembers.
        </p>
      ) : (
        <p>
          <Verdict kind="deny">Nothing is written:</Verdict> {sentence(contradictionInWords(contradiction))} Nothing
          more may be signed until it is known which of the two is true.
        </p>
      )}
      <dl class="facts">
        <dt>Entries</dt>
        <dd class="number">{setFigure(entries)}</dd>
        <dt>Checkpoint that witnesses see</dt>
        <dd>
          {`${setFigure(published)} of them`}
          {unpublishedSince === null ? "" : "; the next one is due within a minute"}
        </dd>
      </dl>
    </section>
  );
}

const WITNESS_COLUMNS: readonly Column[] = [
  { name: "Witness", as: "heading" },
  { name: "Has cosigned", as: "number" },
  { name: "When" },
  { name: "Entries behind", as: "number" },
];

function WitnessPart({ health: { witnesses, published } }: Props) {
  const active = witnesses.filter(({ retiredAt }) => retiredAt === null);
  return (
    <section aria-labelledby="witnesses">
      <h2 id="witnesses">Witnesses</h2>
      {active.length === 0 ? (
        <Empty>
          Nobody watches the log yet, so a rewritten one would be noticed by nobody but the room. Ask two partners to
          run <code>concordat witness</code>.
        </Empty>
      ) : (
        <Records
          label="Witnesses"
          columns={WITNESS_COLUMNS}
          rows={active.map(({ name, last }) => [
            name,
            last === null ? "nothing yet" : setFigure(last.size),
            last === null ? "" : <Instant at={unixMillis(last.signedAt)} />,
            setFigure(published - (last?.size ?? 0)),
          ])}
        />
      )}
    </section>
  );
}

function WorkPart({ health: { figures } }: Props) {
  const { uploadsOpen, questionsWaiting, destructionsDue, sessions } = figures;
  const inHand = [
    ...(uploadsOpen === 0 ? [] : [`${shownCount(uploadsOpen, "upload")} on the way`]),
    ...(questionsWaiting === 0 ? [] : [`${shownCount(questionsWaiting, "question")} waiting for people`]),
    ...(destructionsDue === 0 ? [] : [`${shownCount(destructionsDue, "deletion")} to be finished and certified`]),
  ];
  return (
    <section aria-labelledby="work">
      <h2 id="work">Work in hand</h2>
      <p>{inHand.length === 0 ? "Nothing is in hand." : sentence(listed(inHand))}</p>
      <p class="note">
        {`${shownCount(sessions, "session")} of the console go on. What time alone brings about is done every hour.`}
      </p>
    </section>
  );
}

function StoragePart({ health: { figures } }: Props) {
  return (
    <section aria-labelledby="storage">
      <h2 id="storage">Storage</h2>
      <dl class="facts">
        <dt>Sealed lists</dt>
        <dd>{`${bytesInWords(figures.fileBytes)} in ${shownCount(figures.files, "file")}`}</dd>
        <dt>Database</dt>
        <dd>{bytesInWords(figures.databaseBytes)}</dd>
      </dl>
      <p class="note">
        Lists are sealed under keys of their owners. Nobody who runs the room sees what is in them here.
      </p>
    </section>
  );
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

// Bytes with three digits at the most, in steps of a thousand.
function bytesInWords(bytes: number): string {
  const step = bytes < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** step;
  return `${shownNumeral(value < 10 && step > 0 ? value.toFixed(1) : String(Math.round(value)))} ${UNITS[step]}`;
}
