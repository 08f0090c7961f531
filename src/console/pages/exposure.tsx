// What others could ever learn about a company: partner by attribute, each cell a use with the clause that permits it,
// and the same as text. Worked out from contracts and policy alone; nobody is asked, nothing is spent.

import { listContracts } from "../../app/read-contracts.ts";
import { listDatasets } from "../../app/read-datasets.ts";
import { type ExposureView, readExposure } from "../../app/read-exposure.ts";
import { measuresOf } from "../../domain/dataset/schema.ts";
import { ATTRIBUTE_USES, type AttributeUse } from "../../domain/policy/limits-document.ts";
import { type Directory, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { Empty, Scroll } from "../pieces.tsx";
import { shownSentence } from "../reader.ts";
import type { Shown, Visit } from "../visit.ts";
import { plainWord } from "../words.ts";
import { clauseAddress } from "./policy.tsx";

/** Partners that are worked out on one page. */
const PARTNERS = 12;

const USE_VERBS: { readonly [use in AttributeUse]: string } = { filter: "filter", group: "group", measure: "measure" };

/** The matrix, for every partner with whom there is a contract. */
export async function showExposure(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const [directory, lists, contracts] = await Promise.all([
    readDirectory(ports, caller),
    listDatasets(ports, { caller }),
    everyRow(
      (page) => listContracts(ports, { caller, page }),
      ({ file }) => file.id,
    ),
  ]);
  const partners = [...new Set(contracts.flatMap(({ file }) => file.contract.members.map((one) => one.partner)))]
    .filter((one) => one !== caller.partner)
    .sort();
  const views: ExposureView[] = [];
  for (const to of partners.slice(0, PARTNERS)) {
    const view = await readExposure(ports, { caller, to });
    if (!view.ok) return err(view.error);
    views.push(view.value);
  }
  const attributes = [
    ...new Set(
      lists.flatMap(({ schema }) => [...Object.keys(schema.attributes), ...measuresOf(schema).map(([name]) => name)]),
    ),
  ].sort();
  const main =
    views.length === 0 ? (
      <Empty>You have no contract with anybody, so nobody could learn anything about your people.</Empty>
    ) : (
      <>
        <p class="note">
          What each partner could do with each of your attributes, at the most, from today on. A use leads to the clause
          of your policy that permits it. Members of a contract can only narrow it.
        </p>
        <Matrix views={views} attributes={attributes} directory={directory} />
        {partners.length > PARTNERS && (
          <p class="note">{`${partners.length - PARTNERS} more partners are not worked out here.`}</p>
        )}
        {views.map((view) => (
          <AsText view={view} directory={directory} />
        ))}
      </>
    );
  return ok({
    kind: "page",
    title: "What others could learn",
    main,
    act: <a href="/console/policy">Back to the policy</a>,
  });
}

type MatrixProps = {
  readonly views: readonly ExposureView[];
  readonly attributes: readonly string[];
  readonly directory: Directory;
};

function Matrix({ views, attributes, directory }: MatrixProps) {
  return (
    <Scroll label="What partners could do with your attributes">
      <table class="exposure">
        <thead>
          <tr>
            <th scope="col">Partner</th>
            <th scope="col">People at all</th>
            {attributes.map((name) => (
              <th scope="col">{plainWord(name)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {views.map(({ to, items }) => (
            <tr>
              <th scope="row">{nameOf(directory, to)}</th>
              <Cell uses={items.map(({ clauses }) => ["ask", clauses.policy] as const)} />
              {attributes.map((name) => (
                <Cell uses={usesIn(items, name)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type Use = readonly [words: string, pointer: string];

function usesIn(items: ExposureView["items"], attribute: string): Use[] {
  return ATTRIBUTE_USES.flatMap((use) => {
    const found = items.filter((item) => item.uses.some((one) => one.attribute === attribute && one.use === use));
    return found.map(({ clauses }) => [USE_VERBS[use], clauses.policy] as const);
  });
}

/** Each use once, by the first clause that permits it. */
function Cell({ uses }: { readonly uses: readonly Use[] }) {
  const by = new Map<string, string>();
  for (const [words, pointer] of uses) if (!by.has(words)) by.set(words, pointer);
  if (by.size === 0) return <td class="nothing">nothing</td>;
  return (
    <td>
      {[...by].map(([words, pointer], at) => (
        <>
          {at > 0 && ", "}
          <a href={clauseAddress(pointer)}>{words}</a>
        </>
      ))}
    </td>
  );
}

function AsText({ view, directory }: { readonly view: ExposureView; readonly directory: Directory }) {
  const [head = "", ...lines] = view.lines;
  return (
    <details class="as-text">
      <summary>{`The same as text: ${nameOf(directory, view.to)}`}</summary>
      <p>{shownSentence(head, directory)}</p>
      <ul class="clauses">
        {lines.map((line) => (
          <li class={line.startsWith(" ") ? "member" : undefined}>{shownSentence(line.trim(), directory)}</li>
        ))}
      </ul>
    </details>
  );
}
