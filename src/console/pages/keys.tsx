// Keys: a company's own with their times and who let each in, and those that sign for the log, each by a note of the
// one before it.

import type { Child } from "hono/jsx";
import { readLatest } from "../../app/read-log.ts";
import { listOwnKeys } from "../../app/read-partners.ts";
import { everyKey, type LogKey } from "../../crypto/log-key.ts";
import { type AuditEntry, decodeEntry } from "../../domain/audit/entry.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { KeyRow } from "../../ports/rows.ts";
import { Digest, Instant, Verdict } from "../pieces.tsx";
import { setFigure } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";

/** Own keys, and the log's. */
export async function showKeys({ ports, caller }: Visit): Promise<Result<Shown, Problem>> {
  const [keys, rows] = await Promise.all([
    listOwnKeys(ports, { caller }),
    readLatest(ports, { caller, before: null, limit: LIMITS.logWindowEntries }),
  ]);
  const entries = rows.flatMap(({ entry }) => {
    const decoded = decodeEntry(entry);
    return decoded.ok ? [decoded.value] : [];
  });
  const main = (
    <>
      <section aria-labelledby="own">
        <h2 id="own">Your keys</h2>
        <p class="note">
          What is signed by one of these is done by you. A key that was revoked signs nothing new, and what it signed
          before stays verifiable.
        </p>
        <Records
          label="Keys with their times"
          columns={COLUMNS}
          rows={keys.map((key) => keyCells(key, registrationOf(entries, key)))}
        />
      </section>
      <LogKeys first={ports.room.logKeys.known()} />
    </>
  );
  return ok({ kind: "page", title: "Keys", main });
}

function registrationOf(entries: readonly AuditEntry[], { thumbprint }: KeyRow): AuditEntry | null {
  const isOfKey = ({ act, subject }: AuditEntry) => act === "key-registered" && subject["keyThumbprint"] === thumbprint;
  return entries.find(isOfKey) ?? null;
}

const COLUMNS: readonly Column[] = [
  { name: "Key", as: "heading" },
  { name: "Since" },
  { name: "Let in" },
  { name: "Stands" },
];

function keyCells({ thumbprint, registeredAt, revokedAt }: KeyRow, entry: AuditEntry | null): readonly Child[] {
  return [
    <Digest text={thumbprint} what="the key's thumbprint" />,
    <Instant at={registeredAt} />,
    entry === null ? "further back in the log" : <LetIn entry={entry} thumbprint={thumbprint} />,
    revokedAt === null ? (
      <Verdict kind="permit">signs</Verdict>
    ) : (
      <Verdict kind="deny">
        revoked <Instant at={revokedAt} />
      </Verdict>
    ),
  ];
}

// The first key comes in by the operator's code and signs its own registration; every other is let in by one before it.
function LetIn({ entry, thumbprint }: { readonly entry: AuditEntry; readonly thumbprint: string }) {
  const by = "key" in entry.actor ? entry.actor.key : null;
  return (
    <>
      {by === null || by === thumbprint ? "by the operator's code" : `by the key ${by.slice(0, 8)}`}
      {", "}
      <a href={`/console/log/${entry.index}`}>{`entry ${setFigure(entry.index)}`}</a>
    </>
  );
}

function LogKeys({ first }: { readonly first: LogKey }) {
  const keys = everyKey(first);
  return (
    <section aria-labelledby="log-keys">
      <h2 id="log-keys">The log's key</h2>
      <p class="note">
        It signs checkpoints and receipts. Compare the first with what the operator told you when you came in: all that
        follows is proved from it.
      </p>
      <ol class="rows">
        {keys.map(({ key, handOver }, at) => (
          <li>
            <Digest text={key.thumbprint} what="the thumbprint of the log's key" />
            {at === 0 ? " is the first. " : " follows by a note that the one before signed. "}
            {handOver === undefined ? "It signs now." : `It signed up to entry ${setFigure(handOver.index)}.`}
          </li>
        ))}
      </ol>
    </section>
  );
}
