// A company's own lists: what is in force, the versions before, what became of their rows, and bringing one again: its
// file is read, hashed and cut in the browser, and goes up part by part.

import { progressOfParts, type UploadFile } from "../../app/open-upload.ts";
import { listDatasets, listUploads } from "../../app/read-datasets.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { columnsOf, type DatasetSchema } from "../../domain/dataset/schema.ts";
import type { UnixMillis } from "../../domain/instant.ts";
import { listed } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { DatasetRow, VersionRow } from "../../ports/rows.ts";
import { bundleOf } from "../bundle.ts";
import { DropZone } from "../drop-zone.tsx";
import { everyVersion } from "../every-row.ts";
import { ActForm, Empty, Instant } from "../pieces.tsx";
import { setFigure, shownCount } from "../reader.ts";
import { type Column, Records } from "../records.tsx";
import type { Shown, Visit } from "../visit.ts";
import { plainWord } from "../words.ts";
import { RowReportLines } from "./row-report.tsx";

/** Every list of the company. */
export async function showLists(visit: Visit): Promise<Result<Shown, Problem>> {
  const datasets = await listDatasets(visit.ports, visit);
  const rows = await Promise.all(
    datasets.map(async (dataset) => ({ dataset, versions: await everyVersion(visit, dataset.name) })),
  );
  const main = rows.length === 0 ? <NoList /> : <ListTable rows={rows} />;
  const act = (
    <a class="button" href="/console/lists/new">
      Declare a list
    </a>
  );
  return ok({ kind: "page", title: "Lists", main, act });
}

function NoList() {
  return (
    <Empty>
      Your company has declared no list yet. <a href="/console/lists/new">Declare one</a>: drop its file to have the
      columns recognised, then bring it in. Its names and addresses stay in your browser.
    </Empty>
  );
}

type ListRow = { readonly dataset: DatasetRow; readonly versions: readonly VersionRow[] };

const COLUMNS: readonly Column[] = [
  { name: "List", as: "heading" },
  { name: "People in force", as: "number" },
  { name: "Brought" },
  { name: "Ends" },
  { name: "Versions", as: "number" },
];

function ListTable({ rows }: { readonly rows: readonly ListRow[] }) {
  return (
    <Records
      label="Lists"
      columns={COLUMNS}
      rows={rows.map(({ dataset: { name }, versions: [newest, ...older] }) => [
        <a href={`/console/lists/${name}`}>{plainWord(name)}</a>,
        newest === undefined ? "none yet" : setFigure(newest.people),
        newest !== undefined && <Instant at={newest.sealedAt} />,
        newest !== undefined && <Instant at={newest.endsAt} />,
        setFigure(newest === undefined ? 0 : older.length + 1),
      ])}
    />
  );
}

/** One list. */
export async function showList(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params, query } = visit;
  const name = params["dataset"] ?? "";
  const dataset = (await listDatasets(ports, { caller })).find((one) => one.name === name);
  if (dataset === undefined) return err(problem("not-found", `you have no list \`${name}\``));
  const [versions, uploads, page, thread] = await Promise.all([
    everyVersion(visit, name),
    listUploads(ports, { caller, dataset: name }),
    bundleOf("lists.js"),
    bundleOf("list-worker.js"),
  ]);
  const resumed = uploads.find(({ upload }) => upload.id === query.get("upload")) ?? null;
  const main = (
    <>
      {query.get("brought") !== null && versions[0] !== undefined && <Brought version={versions[0]} />}
      <Bring {...{ dataset, resumed }} worker={thread.href} token={visit.token} hasVersion={versions.length > 0} />
      <OpenUploads uploads={uploads} token={visit.token} />
      <Versions versions={versions} now={ports.clock()} />
      <Columns schema={dataset.schema} />
      <script type="module" src={page.href} />
    </>
  );
  return ok({ kind: "page", title: plainWord(name).replace(/^./, (first) => first.toUpperCase()), main });
}

function Brought({ version: { people, sequence } }: { readonly version: VersionRow }) {
  return (
    <p class="note" role="status">
      {`Version ${sequence} is in force, with ${shownCount(people, "person").replace("persons", "people")}.`}
    </p>
  );
}

type BringProps = {
  readonly dataset: DatasetRow;
  readonly resumed: UploadFile | null;
  readonly worker: string;
  readonly token: string;
  readonly hasVersion: boolean;
};

function Bring({ dataset: { name, schema }, resumed, worker, token, hasVersion }: BringProps) {
  const attributes = {
    "data-worker": worker,
    "data-schema": canonicalJson(schema),
    "data-uploads": `/console/lists/${name}/uploads`,
    "data-token": token,
    ...(resumed === null ? {} : { "data-resume": resumed.upload.id, "data-change": resumed.upload.change }),
    ...(hasVersion ? { "data-has-version": "" } : {}),
  };
  return (
    <section id="bring" aria-labelledby="bring-it" {...attributes}>
      <h2 id="bring-it">{hasVersion ? "Bring it again" : "Bring it in"}</h2>
      {resumed !== null && (
        <p class="note">
          {`Of this upload ${shownCount(resumed.parts.length, "part")} with ${rowsIn(resumed)} rows ` +
            "have arrived. Choose the same file, with the same columns, and it goes on there."}
        </p>
      )}
      <DropZone says="Names, addresses and numbers are hashed in this browser. What goes up are digests." />
      <p class="without-script note">
        Without a script a list is hashed and brought on the command line:{" "}
        <code>{`concordat upload customers.csv --dataset ${name}`}</code>
      </p>
    </section>
  );
}

function rowsIn({ parts }: UploadFile): string {
  return setFigure(progressOfParts(parts).rows);
}

type OpenProps = { readonly uploads: readonly UploadFile[]; readonly token: string };

function OpenUploads({ uploads, token }: OpenProps) {
  if (uploads.length === 0) return null;
  return (
    <section aria-labelledby="on-their-way">
      <h2 id="on-their-way">On their way</h2>
      <ol class="rows">
        {uploads.map(({ upload, parts }) => (
          <li>
            Begun <Instant at={upload.openedAt} />
            {`: ${shownCount(parts.length, "part")} with ${rowsIn({ upload, parts })} rows have arrived, `}
            none in force.
            <div class="buttons">
              <a href={`/console/lists/${upload.dataset}?upload=${upload.id}`}>Go on with it</a>
              <ActForm to={`/console/uploads/${upload.id}/drop`} token={token}>
                <button type="submit" class="quiet">
                  Give it up
                </button>
              </ActForm>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

const CHANGES = { replace: "the whole list", upsert: "rows added or replaced", delete: "rows deleted" } as const;

function Versions({ versions, now }: { readonly versions: readonly VersionRow[]; readonly now: UnixMillis }) {
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      {versions.length === 0 ? (
        <Empty>No version yet: drop the list's file above.</Empty>
      ) : (
        <ol class="rows">
          {versions.map((version, place) => (
            <li>
              <strong>{`Version ${version.sequence}`}</strong>
              {place > 0 ? "" : version.endsAt > now ? ", in force" : ", at its end"}
              {`: ${setFigure(version.people)} people, ${CHANGES[version.change]}`}
              <p class="under">
                Brought <Instant at={version.sealedAt} />, ends <Instant at={version.endsAt} />
              </p>
              <RowReportLines version={version} isOpen={place === 0} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Columns({ schema }: { readonly schema: DatasetSchema }) {
  const attributes = Object.entries(schema.attributes);
  return (
    <section aria-labelledby="columns">
      <h2 id="columns">Columns</h2>
      <p>
        The file's columns {listed(columnsOf(schema).map((column) => `“${column}”`))} go up, identifiers as digests.
        Every other column stays with you.
      </p>
      {attributes.length > 0 && (
        <dl class="facts">
          {attributes.map(([name, { values }]) => (
            <>
              <dt>{plainWord(name)}</dt>
              <dd>
                {listed(values.slice(0, SHOWN_VALUES), "or")}
                {values.length > SHOWN_VALUES && `, and ${values.length - SHOWN_VALUES} more`}
              </dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}

/** Values of an attribute that the page names. */
const SHOWN_VALUES = 20;
