// What can be said of a list before it is asked for: whether it is likely to reach its minimum, and what exactly would
// leave, to whom, in which columns.

import type { ListSizes } from "../app/explain-question.ts";
import { listVersions } from "../app/read-datasets.ts";
import { listReleases } from "../app/read-releases.ts";
import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, nameIn, ownerOf } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Directory, listed, nameOf, possessive } from "../domain/policy/words.ts";
import type { Question } from "../domain/question/question.ts";
import type { ReleaseRow } from "../ports/rows.ts";
import { releaseSchema } from "../wire/api/question.ts";
import type { ListSentence } from "./audience-form.ts";
import { parsedQuestion } from "./directory.ts";
import { Instant, Verdict } from "./pieces.tsx";
import { type Counted, outlookOf, type Reach } from "./reach.ts";
import { setFigure } from "./reader.ts";
import type { Visit } from "./visit.ts";
import { plainWord, sentence } from "./words.ts";

/** What the visitor's company has says about the size of a list. Looks at nothing else, and spends nothing. */
export async function readReach(
  { ports, caller, reader }: Pick<Visit, "ports" | "caller" | "reader">,
  { question, sizes, said }: { readonly question: Question; readonly sizes: ListSizes; readonly said: ListSentence },
): Promise<Reach> {
  const [versions, { rows }] = await Promise.all([
    listVersions(ports, { caller, dataset: nameIn(said.from), page: { after: null, limit: 1 } }),
    listReleases(ports, { caller, page: { after: null, limit: LIMITS.pageItems } }),
  ]);
  const own = versions.ok ? versions.value.rows[0] : undefined;
  const under = rows.filter(({ contract, outcome }) => contract === said.contract && outcome === "released");
  return outlookOf({
    wanted: { identifiers: question.identifiers, where: question.where },
    sizes,
    notation: reader.notation,
    own: own === undefined ? null : own.people,
    counted: under.flatMap((row) => countedIn(row, [said.from, said.matching])),
  });
}

// Whom the two lists share, as an overlap of just them told it.
function countedIn(row: ReleaseRow, lists: readonly DatasetRef[]): Counted[] {
  const question = parsedQuestion(row.question);
  if (question?.analysis !== "overlap" || !isSameSet(question.between, lists)) return [];
  const release = releaseSchema.parse({ ...JSON.parse(row.answer), receipt: row.receipt });
  const shared = release.regions?.find(({ members }) => isSameSet(members, lists));
  if (shared === undefined) return [];
  const { threshold } = release.privacy;
  const [low, high] = shared.interval ?? [shared.released, shared.released];
  const bounds = low === undefined || high === undefined ? { low: 0, high: threshold } : { low, high };
  if (typeof bounds.high !== "number") return [];
  const { identifiers = [], where = [] } = question;
  return [{ identifiers, where, low: Math.max(0, bounds.low), high: bounds.high, release: row.id, at: row.releasedAt }];
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && right.every((one) => left.includes(one));
}

const REACH_WORDS = {
  likely: ["permit", "Likely to reach the minimum"],
  unlikely: ["deny", "Unlikely to be given"],
  unsaid: ["wait", "It cannot be said yet"],
} as const;

/** Whether the list is likely to reach its minimum, and what that rests on. */
export function ReachLine({ reach, address }: { readonly reach: Reach; readonly address: string }) {
  const [verdict, words] = REACH_WORDS[reach.kind];
  return (
    <div class="reach">
      <p class="verdict-line">
        <Verdict kind={verdict}>{words}</Verdict>
      </p>
      <p>{sentence(reach.says)}</p>
      {reach.rests !== null && (
        <p class="under">
          It rests on <a href={`/console/answers/${reach.rests.release}`}>the answer</a> of{" "}
          <Instant at={reach.rests.at} />.
        </p>
      )}
      {reach.kind === "unsaid" && (
        <p class="under">
          <a href={address}>Ask how many they are</a> first, for the price of an overlap.
        </p>
      )}
      <p class="under">Said from what your company has already: nobody's list was looked at for it.</p>
    </div>
  );
}

type Disclosed = {
  readonly said: ListSentence;
  readonly contract: Contract;
  readonly sizes: ListSizes;
  readonly company: string;
  readonly directory: Directory;
};

/** What exactly would leave the room. */
export function Disclosure({ said, contract, sizes, company, directory }: Disclosed) {
  const { from, matching, channel } = said;
  const other = nameOf(directory, ownerOf(matching));
  const consents = contract.datasets
    .filter(({ partner, dataset }) => [from, matching].includes(datasetRef(partner, dataset)))
    .flatMap(({ consents: all }) => all)
    .filter(({ channels }) => channels === undefined || channels.includes(channel))
    .map(({ consent }) => `“${plainWord(consent)}”`);
  return (
    <section class="disclosure" aria-labelledby="leaves">
      <h2 id="leaves">What exactly would leave</h2>
      <dl class="facts">
        <dt>To whom</dt>
        <dd>{company} alone: whoever of you downloads it, each time with an entry in the log.</dd>
        <dt>Columns</dt>
        <dd>
          One, <code>record</code>: your own reference for each person on “{plainWord(nameIn(from))}”. No column of{" "}
          {possessive(other)} list leaves it.
        </dd>
        <dt>Rows</dt>
        <dd>
          {setFigure(sizes.minimum)} to {setFigure(sizes.maximum)} people, or none: outside of that nothing is given,
          and it is not told why.
        </dd>
        <dt>Left out</dt>
        <dd>
          {consents.length === 0
            ? "Nobody for want of a consent, unless a policy names one below."
            : `Whoever lacks the consent ${listed([...new Set(consents)], "or")}, or has objected, by each download.`}
        </dd>
        <dt>{other} sees</dt>
        <dd>That you asked, for what, and when you download it; never who is on the list.</dd>
      </dl>
    </section>
  );
}
