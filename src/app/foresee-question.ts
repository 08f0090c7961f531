// What a question will most likely be decided on: what the last question of the same asker about the same lists was.
// So all that a decision needs can be asked of the database at once. It is asked afresh each time: where something is
// different now, what was foreseen is not used. For a mere explanation it is enough to ask whether the log has grown.

import type { DatasetRef } from "../domain/dataset/schema.ts";
import { isoDate, type UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { decide, type Permit, permitAtPrice } from "../domain/policy/decide.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { Directory } from "../domain/policy/words.ts";
import type { EpsilonMicros } from "../domain/privacy/epsilon.ts";
import { type AskedQuestion, datasetsOf, type Question, questionBy, unpriced } from "../domain/question/question.ts";
import type { ContractFile, DatasetRow, VersionRow } from "../ports/rows.ts";
import { askingPrice, type Books } from "./charge-question.ts";
import { type DrawDigests, drawDigests } from "./recorded-figures.ts";

/** A list of a question as it stands: its version in force, if it was uploaded, and how its owner declared it. */
export type List = {
  readonly ref: DatasetRef;
  readonly version: VersionRow | null;
  /** Of the asker's own list: the version that it last asked about, where the one in force says how far it is off. */
  readonly asked: VersionRow | null;
  readonly dataset: DatasetRow | null;
};

/** What surrounds a question in its contract: who the members are, what the owners of its lists permit, the lists. */
export type Surroundings = {
  readonly directory: Directory;
  readonly policies: ReadonlyMap<PartnerId, PolicyInForce>;
  readonly lists: readonly List[];
};

/** What else an explanation was made from, which stands while the log says nothing new of a member. */
export type Recollection = {
  readonly versions: readonly VersionRow[];
  readonly still: VersionRow | null;
  readonly books: Books;
  /** Digests of what was answered under the contract from these versions. */
  readonly given: ReadonlySet<string>;
};

/** What a permit was decided on, and the versions that answered, as one transaction read them. */
export type Grounds = Surroundings & {
  readonly file: ContractFile;
  /** The day, `YYYY-MM-DD`. */
  readonly on: string;
  /** The day, the directory and the policies as one text. */
  readonly ground: string;
  readonly versionsKey: string;
  readonly permit: Permit;
  /** What it permitted, whatever the price: the question `unpriced`. */
  readonly permitted: string;
  /** Entries of the log then, where they were counted. */
  readonly logSize: number | null;
  /** Null where it was not all read, or is more than is remembered. */
  readonly recalled: Recollection | null;
};

export type Asking = { readonly recipient: PartnerId; readonly asked: AskedQuestion };

/** The grounds of last permits, by asker, contract and lists; in memory, as they only save time. */
export type LastGrounds = {
  readonly of: (asking: Asking) => Grounds | null;
  readonly keep: (asking: Asking, grounds: Grounds) => void;
};

/** Keeps so many, those least recently kept dropped first. */
export function lastGrounds(most: number): LastGrounds {
  const kept = new Map<string, Grounds>();
  return {
    of: (asking) => kept.get(keyOf(asking)) ?? null,
    keep: (asking, grounds) => {
      const key = keyOf(asking);
      kept.delete(key);
      kept.set(key, grounds);
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
    },
  };
}

function keyOf({ recipient, asked }: Asking): string {
  return [recipient, asked.contract, ...datasetsOf(asked)].join(" ");
}

/** A permit that stands where its ground does, and the names of what it would be answered by. */
export type Foreseen = {
  readonly file: Pick<ContractFile, "id" | "contract">;
  readonly question: Question;
  readonly digest: string;
  readonly digests: DrawDigests;
  readonly directory: Directory;
  readonly decision: Permit;
  readonly epsilon: EpsilonMicros;
  readonly versionsKey: string;
  readonly ground: string;
};

/** With what it was foreseen from, and what stands of that for this very question, whatever its price. */
export type ForeseenFrom = Foreseen & { readonly from: Grounds; readonly recalled: Recollection | null };

/** The assessment of a question on the grounds of the last one; null where there is none, or it would not permit. */
export function foresee(last: LastGrounds, { recipient, asked }: Asking): ForeseenFrom | null {
  const from = last.of({ recipient, asked });
  if (from === null) return null;
  const { file, on, directory, policies, ground, versionsKey, permit, permitted } = from;
  const { contract } = file;
  const worded = questionBy(recipient, contract, asked);
  if (!worded.ok) return null;
  const question = worded.value;
  const contractId = file.id;
  const isSame = unpriced(question) === permitted;
  const same = isSame ? permitAtPrice(permit, question) : null;
  const decision = same ?? decide({ contract, contractId, question, recipient, on, directory, policies });
  if (decision.kind === "deny") return null;
  const digests = drawDigests(question);
  const epsilon = askingPrice(question, decision);
  const recalled = same === null ? null : from.recalled;
  const about = { file, directory, question, digest: digests[0], digests, decision, epsilon, versionsKey, ground };
  return { ...about, from, recalled };
}

/** What the clock can end of grounds. */
type Lasting = Pick<Grounds, "on"> & {
  readonly lists: readonly { readonly [version in "version" | "asked"]: Pick<VersionRow, "endsAt"> | null }[];
};

/** Whether the clock has ended nothing that grounds rest on: a version, or the day, by which contracts come and go. */
export function isUnderWay({ on, lists }: Lasting, now: UnixMillis): boolean {
  const lasts = (version: Pick<VersionRow, "endsAt"> | null) => version === null || version.endsAt > now;
  return on === isoDate(now) && lists.every(({ version, asked }) => lasts(version) && lasts(asked));
}
