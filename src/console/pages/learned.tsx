// Who learned what about this company's people: every answer that touched its lists, by whom and under which contract.
// The figures themselves are their recipient's and do not stand here.

import type { Child } from "hono/jsx";
import { listContracts } from "../../app/read-contracts.ts";
import { listDatasets } from "../../app/read-datasets.ts";
import { type Disclosures, listDisclosures } from "../../app/read-disclosures.ts";
import { contractIdSchema } from "../../domain/contract/document.ts";
import { datasetRef, nameIn } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS, startOfDate, type UnixMillis, unixMillis } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type PartnerId, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { ANALYSIS_WORDS, type Directory, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { Disclosed, DisclosureRow } from "../../ports/disclosure.ts";
import type { DatasetRow, LedgerLine } from "../../ports/rows.ts";
import { parsedQuestion, questionInWords, readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { Empty, Instant } from "../pieces.tsx";
import { setFigure, shownCount, shownNumeral } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";
import { plainWord, sentence } from "../words.ts";

type Choice = { readonly value: string; readonly says: string };

/** Answers about the company's lists, filtered as the address says. */
export async function showLearned(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, query } = visit;
  const [directory, lists, contracts] = await Promise.all([
    readDirectory(ports, caller),
    listDatasets(ports, { caller }),
    everyRow(
      (page) => listContracts(ports, { caller, page }),
      ({ file }) => file.id,
    ),
  ]);
  const after = /^\d{1,15}$/.test(query.get("after") ?? "") ? query.get("after") : null;
  const filter = filterIn(visit, lists);
  const found = await listDisclosures(ports, { caller, filter, page: { after, limit: LIMITS.pageItems } });
  const partners = [...new Set(contracts.flatMap(({ file }) => file.contract.members.map((one) => one.partner)))]
    .filter((one) => one !== caller.partner)
    .map((value) => ({ value, says: nameOf(directory, value) }));
  const agreements = contracts.map(({ file: { id, contract } }) => ({
    value: id,
    says: `${plainWord(contract.name)}, v${contract.version}`,
  }));
  const main = (
    <>
      <form method="get" class="filters">
        <Filter name="recipient" label="By whom" all="anybody" choices={partners} value={filter.recipient} />
        <Filter name="contract" label="Under" all="any contract" choices={agreements} value={filter.contract} />
        <Filter
          name="list"
          label="About"
          all="any of your lists"
          choices={datasetRefs(caller.partner, lists).map((value) => ({ value, says: plainWord(nameIn(value)) }))}
          value={filter.lineage}
        />
        <DayField name="from" label="From" query={query} />
        <DayField name="until" label="Until" query={query} />
        <button type="submit" class="quiet">
          Show
        </button>
      </form>
      <Learned
        found={found}
        names={new Map(agreements.map(({ value, says }) => [value, says]))}
        directory={directory}
      />
      <Older found={found} query={query} />
    </>
  );
  return ok({ kind: "page", title: "Who learned what", main });
}

function filterIn({ caller, query }: Visit, lists: readonly DatasetRow[]): Disclosed {
  return {
    recipient: partnerIdSchema.safeParse(query.get("recipient")).data ?? null,
    contract: contractIdSchema.safeParse(query.get("contract")).data ?? null,
    lineage: datasetRefs(caller.partner, lists).find((ref) => ref === query.get("list")) ?? null,
    from: dayIn(query, "from"),
    until: afterDay(dayIn(query, "until")),
  };
}

const datasetRefs = (partner: PartnerId, lists: readonly DatasetRow[]) =>
  lists.map(({ name }) => datasetRef(partner, name));

/** The first instant of a day that the address names, UTC; null where it names none. */
function dayIn(query: URLSearchParams, name: string): UnixMillis | null {
  const start = startOfDate(query.get(name) ?? "");
  return start.ok ? start.value : null;
}

function afterDay(start: UnixMillis | null): UnixMillis | null {
  return start === null ? null : unixMillis(start + DAY_MILLIS);
}

function DayField({
  name,
  label,
  query,
}: {
  readonly name: string;
  readonly label: string;
  readonly query: URLSearchParams;
}) {
  return (
    <label>
      {label}
      <input type="date" name={name} value={query.get(name) ?? ""} />
    </label>
  );
}

type FilterProps = {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly choices: readonly Choice[];
  readonly value: string | null;
};

function Filter({ name, label, all, choices, value }: FilterProps) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{all}</option>
        {choices.map((choice) => (
          <option value={choice.value} selected={choice.value === value}>
            {choice.says}
          </option>
        ))}
      </select>
    </label>
  );
}

type LearnedProps = {
  readonly found: Disclosures;
  readonly names: ReadonlyMap<string, string>;
  readonly directory: Directory;
};

const COLUMNS: readonly Column[] = [
  { name: "When" },
  { name: "Who", as: "heading" },
  { name: "What they asked" },
  { name: "Came of it" },
  { name: "Under" },
  { name: "Budget", as: "number" },
  { name: "Log entry", as: "number" },
];

function Learned({ found, names, directory }: LearnedProps) {
  if (found.rows.length === 0) {
    return (
      <Empty>Nobody has been told anything about your people that fits this. What was denied stands in the log.</Empty>
    );
  }
  return (
    <>
      <Summary rows={found.rows} directory={directory} />
      <Records
        label="Answers about your people"
        columns={COLUMNS}
        rows={found.rows.map((row) => cellsOf(row, { paid: found.paid.get(row.id) ?? [], names, directory }))}
      />
    </>
  );
}

function Summary({ rows, directory }: { readonly rows: readonly DisclosureRow[]; readonly directory: Directory }) {
  const counts = new Map<string, number>();
  for (const { recipient } of rows) {
    const name = nameOf(directory, recipient);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return (
    <ul class="tally" aria-label="Answers on this page by company">
      {[...counts].map(([name, count]) => (
        <li>
          <span>{name}</span>
          <svg viewBox="0 0 100 10" height="10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar" x="0" y="0" width={(count / most) * 100} height="10" />
          </svg>
          <span class="number">{shownCount(count, "answer")}</span>
        </li>
      ))}
    </ul>
  );
}

type Told = {
  readonly paid: readonly LedgerLine[];
  readonly names: ReadonlyMap<string, string>;
  readonly directory: Directory;
};

function cellsOf(row: DisclosureRow, { paid, names, directory }: Told): readonly Child[] {
  return [
    <Instant at={row.releasedAt} />,
    nameOf(directory, row.recipient),
    questionInWords(parsedQuestion(row.question), directory),
    outcomeOf(row),
    <a href={`/console/contracts/${row.contract}`}>{names.get(row.contract) ?? "a contract"}</a>,
    paid.length === 0 ? "nothing" : paid.map(({ nanoRho }) => shownNumeral(priceOf(nanoRho))).join(", "),
    <a href={`/console/log/${row.entry}`}>{setFigure(row.entry)}</a>,
  ];
}

function outcomeOf({ analysis, outcome, collectedAt }: DisclosureRow): string {
  if (outcome === "withheld") return "Withheld";
  const told = sentence(`${ANALYSIS_WORDS[analysis]} told`).replace(/\.$/, "");
  return collectedAt === null ? told : `${told}, and collected`;
}

/** A debit in units of epsilon, as the price of an answer is stated: rho is half of its square (Bun, Steinke 2016). */
export function priceOf(nanoRho: bigint): string {
  const epsilon = Math.sqrt(2 * (Number(nanoRho) / 1e9));
  return String(Number(epsilon.toFixed(4)));
}

function Older({ found, query }: { readonly found: Disclosures; readonly query: URLSearchParams }) {
  const last = found.rows.at(-1);
  if (last === undefined || found.rows.length < found.page.limit) return null;
  const next = new URLSearchParams(query);
  next.set("after", String(last.entry));
  return (
    <p>
      <a href={`/console/learned?${next.toString()}`}>Older answers</a>
    </p>
  );
}
